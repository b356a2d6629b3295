import type { PageLanguage } from './language';

/** A page that says one thing. */
interface Said {
  readonly title: string;
  readonly text: string;
}

/** What is said to who comes back from a gateway, where they agreed. `{label}` and `{merchant}` are filled in where it is shown. */
interface ConnectingWords {
  readonly notConnected: Said & { readonly heading: string };
  readonly used: Said;
  readonly elsewhere: Said;
  readonly over: Said;
  readonly tooOften: Said;
  readonly unanswered: Said;
  readonly unknown: Said;
  readonly confirm: {
    readonly title: string;
    /** Before and after the account's id. */
    readonly heading: readonly [before: string, after: string];
    readonly text: string;
    readonly replaces: string;
    readonly connect: string;
    readonly leave: string;
    readonly close: string;
  };
  readonly connected: Said;
  readonly unusable: Said;
  readonly checked: string;
  readonly good: string;
  readonly bad: string;
  readonly unseen: string;
  readonly goOn: string;
  readonly closePage: string;
}

export const CONNECTING: Readonly<Record<PageLanguage, ConnectingWords>> = {
  en: {
    notConnected: {
      title: 'Not connected',
      heading: 'The account is not connected',
      text: 'Nothing was changed; you can start again at any time.',
    },
    used: {
      title: 'This invitation was used',
      text: 'A {label} account was connected with it. To connect another one, please start again from where you came.',
    },
    elsewhere: {
      title: 'This invitation was opened in another browser',
      text: 'Only there can the {label} account be connected. Nothing was changed here. If it was not you, please ask for a new invitation: it ends this one.',
    },
    over: {
      title: 'This invitation does not work any more',
      text: 'It is too old, or a newer one was made, or keys were entered instead. Nothing was changed. Please start again from where you wanted to connect the account.',
    },
    tooOften: {
      title: 'This invitation was opened too often',
      text: 'Please load this page again in a minute. Nothing was changed.',
    },
    unanswered: {
      title: '{label} does not answer',
      text: 'Please load this page again in a moment. Nothing was changed.',
    },
    unknown: {
      title: 'We know no such invitation',
      text: 'Please start again from where you wanted to connect the account.',
    },
    confirm: {
      title: 'Connect {label} to {merchant}?',
      heading: ['Connect {label} account', 'to {merchant}?'],
      text: 'Members will pay into this account from then on. Nothing was changed yet.',
      replaces: 'It takes the place of the {label} account that is used today.',
      connect: 'Connect',
      leave: 'Do not connect',
      close: 'If you do not want this, close this page.',
    },
    connected: { title: 'Your {label} account is connected', text: 'Members can pay through it from now on.' },
    unusable: { title: 'Your {label} account is connected, and cannot be used yet', text: 'This stands in the way:' },
    checked: 'What was checked',
    good: 'good',
    bad: 'to mend',
    unseen: 'not known yet',
    goOn: 'Go on',
    closePage: 'You can close this page.',
  },
  fr: {
    notConnected: {
      title: 'Non connecté',
      heading: 'Le compte n’est pas connecté',
      text: 'Rien n’a été changé\u202f; vous pouvez recommencer à tout moment.',
    },
    used: {
      title: 'Cette invitation a servi',
      text: 'Un compte {label} a été connecté avec elle. Pour en connecter un autre, recommencez depuis le point de départ.',
    },
    elsewhere: {
      title: 'Cette invitation a été ouverte dans un autre navigateur',
      text: 'Le compte {label} ne peut être connecté que là. Rien n’a été changé ici. Si ce n’était pas vous, demandez une nouvelle invitation\u202f: elle met fin à celle-ci.',
    },
    over: {
      title: 'Cette invitation ne fonctionne plus',
      text: 'Elle est trop ancienne, ou une plus récente a été faite, ou des clés ont été saisies. Rien n’a été changé. Recommencez depuis l’endroit où vous vouliez connecter le compte.',
    },
    tooOften: {
      title: 'Cette invitation a été ouverte trop souvent',
      text: 'Rechargez cette page dans une minute. Rien n’a été changé.',
    },
    unanswered: {
      title: '{label} ne répond pas',
      text: 'Rechargez cette page dans un instant. Rien n’a été changé.',
    },
    unknown: {
      title: 'Nous ne connaissons pas cette invitation',
      text: 'Recommencez depuis l’endroit où vous vouliez connecter le compte.',
    },
    confirm: {
      title: 'Connecter {label} à {merchant}\u202f?',
      heading: ['Connecter le compte {label}', 'à {merchant}\u202f?'],
      text: 'Les membres paieront désormais sur ce compte. Rien n’a encore été changé.',
      replaces: 'Il prend la place du compte {label} utilisé aujourd’hui.',
      connect: 'Connecter',
      leave: 'Ne pas connecter',
      close: 'Si vous ne le voulez pas, fermez cette page.',
    },
    connected: {
      title: 'Votre compte {label} est connecté',
      text: 'Les membres peuvent désormais payer par lui.',
    },
    unusable: {
      title: 'Votre compte {label} est connecté, et ne peut pas encore servir',
      text: 'Voici ce qui l’empêche\u202f:',
    },
    checked: 'Ce qui a été vérifié',
    good: 'bon',
    bad: 'à corriger',
    unseen: 'pas encore connu',
    goOn: 'Continuer',
    closePage: 'Vous pouvez fermer cette page.',
  },
};
