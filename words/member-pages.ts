import type { PageLanguage } from './language';

/** A page that says one thing. */
interface Said {
  readonly title: string;
  readonly text: string;
}

/**
 * What the server itself writes into the pages of members and payers; what only their script says is in `en.po` and `fr.po` beside this
 * file. `{merchant}`, `{gateway}` and `{email}` are filled in where it is shown.
 */
interface MemberPageWords {
  readonly account: string;
  readonly needsScripts: string;
  readonly signIn: {
    readonly title: string;
    readonly text: string;
    readonly email: string;
    readonly send: string;
    readonly notAnAddress: string;
    readonly sent: Said;
    readonly noLetters: Said;
  };
  readonly link: { readonly title: string; readonly text: string; readonly button: string };
  readonly deadLink: Readonly<Record<'unknown' | 'used' | 'expired', string>>;
  readonly askAgain: string;
  readonly signedOut: Said;
  readonly unknownClub: Said;
  readonly unknownPayment: Said;
  readonly agreement: { readonly return: Said; readonly cancel: Said };
  readonly notNow: Said;
  readonly standing: {
    readonly back: string;
    readonly account: string;
    readonly close: string;
    readonly stay: string;
    readonly payment: string;
    readonly through: string;
    readonly allowScripts: string;
  };
}

export const MEMBER_PAGES: Readonly<Record<PageLanguage, MemberPageWords>> = {
  en: {
    account: 'My account',
    needsScripts: 'This page needs JavaScript. Please allow it and load the page again.',
    signIn: {
      title: 'See what you owe, and pay',
      text: 'Type the e-mail address that {merchant} has of you. We send you a link by which you sign in; there is no password.',
      email: 'E-mail address',
      send: 'Send me the link',
      notAnAddress: 'Please write an address such as anne@example.org.',
      sent: {
        title: 'Look into your mailbox',
        text: 'If {merchant} knows {email}, a letter with a link is on its way. It works once, within a quarter of an hour. If none comes, ask {merchant} which address it has of you.',
      },
      noLetters: {
        title: 'No letters are sent from here at the moment',
        text: 'Please ask {merchant} for a link to your account.',
      },
    },
    link: { title: 'Sign in to see your account', text: 'This link works once.', button: 'Sign in' },
    deadLink: {
      unknown: 'We know no such link',
      used: 'This link was used',
      expired: 'This link is too old',
    },
    askAgain: 'Please ask for another one where you wanted to sign in.',
    signedOut: {
      title: 'You are not signed in',
      text: 'Please open the page of your club again, and have a new link sent to you.',
    },
    unknownClub: { title: 'We know no such club', text: 'Please check the address, or ask your club for it.' },
    unknownPayment: {
      title: 'We know no such payment',
      text: 'Please check the address, or ask whoever sent you here.',
    },
    agreement: {
      return: {
        title: 'Thank you',
        text: 'As soon as the gateway has told us that you agree, it collects each instalment by itself. You may close this page.',
      },
      cancel: { title: 'Not agreed', text: 'Nothing will be collected. You may close this page, or begin again.' },
    },
    notNow: {
      title: 'We cannot look this up right now',
      text: 'If you have paid, your payment is not lost: the gateway tells us itself. Please load this page again in a moment.',
    },
    standing: {
      back: 'Back to {merchant}',
      account: 'My account',
      close: 'You can close this page. Nothing depends on it staying open.',
      stay: 'Stay here',
      payment: 'Payment',
      through: 'through {gateway}',
      allowScripts: 'For this, please allow JavaScript and load the page again.',
    },
  },
  fr: {
    account: 'Mon compte',
    needsScripts: 'Cette page a besoin de JavaScript. Autorisez-le et rechargez la page.',
    signIn: {
      title: 'Voir ce que vous devez, et payer',
      text: 'Saisissez l’adresse e-mail que {merchant} a de vous. Nous vous envoyons un lien de connexion\u202f; il n’y a pas de mot de passe.',
      email: 'Adresse e-mail',
      send: 'M’envoyer le lien',
      notAnAddress: 'Veuillez écrire une adresse, par exemple anne@example.org.',
      sent: {
        title: 'Regardez votre boîte aux lettres',
        text: 'Si {merchant} connaît {email}, un courrier avec un lien est en route. Il sert une fois, dans le quart d’heure. Si rien n’arrive, demandez à {merchant} quelle adresse il a de vous.',
      },
      noLetters: {
        title: 'Aucun courrier ne part d’ici pour le moment',
        text: 'Demandez à {merchant} un lien vers votre compte.',
      },
    },
    link: { title: 'Connectez-vous pour voir votre compte', text: 'Ce lien sert une fois.', button: 'Me connecter' },
    deadLink: {
      unknown: 'Nous ne connaissons pas ce lien',
      used: 'Ce lien a déjà servi',
      expired: 'Ce lien est trop ancien',
    },
    askAgain: 'Demandez-en un autre là où vous vouliez vous connecter.',
    signedOut: {
      title: 'Vous n’êtes pas connecté',
      text: 'Ouvrez à nouveau la page de votre club, et faites-vous envoyer un nouveau lien.',
    },
    unknownClub: {
      title: 'Nous ne connaissons pas ce club',
      text: 'Vérifiez l’adresse, ou demandez-la à votre club.',
    },
    unknownPayment: {
      title: 'Nous ne connaissons pas ce paiement',
      text: 'Vérifiez l’adresse, ou demandez à la personne qui vous a envoyé ici.',
    },
    agreement: {
      return: {
        title: 'Merci',
        text: 'Dès que le service de paiement nous a confirmé votre accord, il prélève lui-même chaque échéance. Vous pouvez fermer cette page.',
      },
      cancel: {
        title: 'Pas d’accord donné',
        text: 'Rien ne sera prélevé. Vous pouvez fermer cette page, ou recommencer.',
      },
    },
    notNow: {
      title: 'Nous ne pouvons pas le vérifier à l’instant',
      text: 'Si vous avez payé, votre paiement n’est pas perdu\u202f: nous l’apprenons nous-mêmes. Rechargez cette page dans un instant.',
    },
    standing: {
      back: 'Retour à {merchant}',
      account: 'Mon compte',
      close: 'Vous pouvez fermer cette page. Rien n’en dépend.',
      stay: 'Rester ici',
      payment: 'Paiement',
      through: 'par {gateway}',
      allowScripts: 'Pour cela, autorisez JavaScript et rechargez la page.',
    },
  },
};
