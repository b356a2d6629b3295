import type { PageLanguage } from './language';

/** What is said where a link does nothing (any more). */
interface DeadLinkWords {
  readonly title: string;
  readonly text: string;
}

/** What the pages say by which people come in. `{merchant}`, `{role}`, `{email}`, `{until}` are filled in where they are shown. */
interface EnteringWords {
  readonly invitation: {
    readonly title: string;
    readonly text: string;
    readonly name: string;
    readonly password: string;
    readonly newPassword: string;
    readonly code: string;
    readonly accept: string;
    readonly signIn: string;
    readonly done: string;
  };
  readonly roles: Readonly<Record<'owner' | 'treasurer' | 'desk' | 'accountant', string>>;
  readonly reset: {
    readonly title: string;
    readonly password: string;
    readonly choose: string;
    readonly done: string;
  };
  readonly recovery: {
    readonly title: string;
    readonly text: string;
    readonly end: string;
    readonly ended: DeadLinkWords;
  };
  readonly wrong: string;
  readonly tooOften: string;
  readonly failed: string;
  readonly needsScripts: string;
  readonly unknown: DeadLinkWords;
  readonly used: DeadLinkWords;
  readonly expired: DeadLinkWords;
}

export const ENTERING: Readonly<Record<PageLanguage, EnteringWords>> = {
  en: {
    invitation: {
      title: 'Join {merchant}',
      text: 'You are invited as {role}. The invitation is for {email}.',
      name: 'Your name',
      password: 'Password of your account',
      newPassword: 'Choose a password, of 10 characters or more',
      code: 'Code of your second factor',
      accept: 'Accept the invitation',
      signIn: 'This address has an account. Please sign in as it.',
      done: 'Welcome to {merchant}! You are signed in.',
    },
    roles: { owner: 'owner', treasurer: 'treasurer', desk: 'desk staff', accountant: 'accountant' },
    reset: {
      title: 'Choose a new password',
      password: 'New password, of 10 characters or more',
      choose: 'Use this password',
      done: 'The password is changed, and nobody is signed in with the one before. You can sign in with it now.',
    },
    recovery: {
      title: 'Shall {email} become an owner of {merchant}?',
      text: 'If nobody ends this, that address is invited on {until}. If you know of it, you need do nothing.',
      end: 'End this',
      ended: { title: 'This is ended', text: 'Nobody is invited. If you did not expect it, tell the other owners.' },
    },
    wrong: 'That is not right. Please try again.',
    tooOften: 'Too many tries. Please wait a quarter of an hour.',
    failed: 'That did not work. Please load this page again in a moment.',
    needsScripts: 'This page needs JavaScript. Please allow it and load the page again.',
    unknown: {
      title: 'This link does not work',
      text: 'It was used or withdrawn, or its address is not whole. Please ask for another one.',
    },
    used: { title: 'This link was used', text: 'It works once. You can sign in with your password.' },
    expired: { title: 'This link is too old', text: 'Please ask for another one.' },
  },
  fr: {
    invitation: {
      title: 'Rejoindre {merchant}',
      text: 'Vous êtes invité(e) comme {role}. L’invitation est pour {email}.',
      name: 'Votre nom',
      password: 'Mot de passe de votre compte',
      newPassword: 'Choisissez un mot de passe d’au moins 10 caractères',
      code: 'Code de votre second facteur',
      accept: 'Accepter l’invitation',
      signIn: 'Cette adresse a déjà un compte. Connectez-vous avec lui.',
      done: 'Bienvenue chez {merchant}\u00a0! Vous êtes connecté(e).',
    },
    roles: {
      owner: 'propriétaire',
      treasurer: 'trésorier ou trésorière',
      desk: 'membre de l’accueil',
      accountant: 'comptable',
    },
    reset: {
      title: 'Choisir un nouveau mot de passe',
      password: 'Nouveau mot de passe, d’au moins 10 caractères',
      choose: 'Utiliser ce mot de passe',
      done: 'Le mot de passe est changé, et plus personne n’est connecté avec l’ancien. Vous pouvez vous connecter.',
    },
    recovery: {
      title: '{email} doit-il devenir propriétaire de {merchant}\u00a0?',
      text: 'Si personne n’y met fin, cette adresse sera invitée le {until}. Si vous êtes au courant, vous n’avez rien à faire.',
      end: 'Y mettre fin',
      ended: {
        title: 'C’est terminé',
        text: 'Personne n’est invité. Si vous ne vous y attendiez pas, prévenez les autres propriétaires.',
      },
    },
    wrong: 'Ce n’est pas juste. Veuillez réessayer.',
    tooOften: 'Trop d’essais. Veuillez attendre un quart d’heure.',
    failed: 'Cela n’a pas fonctionné. Rechargez cette page dans un instant.',
    needsScripts: 'Cette page a besoin de JavaScript. Autorisez-le et rechargez la page.',
    unknown: {
      title: 'Ce lien ne fonctionne pas',
      text: 'Il a servi ou a été retiré, ou son adresse est incomplète. Demandez-en un autre.',
    },
    used: {
      title: 'Ce lien a déjà servi',
      text: 'Il sert une seule fois. Vous pouvez vous connecter avec votre mot de passe.',
    },
    expired: { title: 'Ce lien est trop ancien', text: 'Demandez-en un autre.' },
  },
};
