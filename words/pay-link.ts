import type { PageLanguage } from './language';

/** What the page of a pay link says. `{merchant}`, `{gateway}`, `{name}`, `{currency}` and `{money}` are filled in where it is shown. */
interface PayLinkWords {
  readonly title: string;
  readonly forWhom: string;
  /** What is paid, where no charge says it. */
  readonly anything: string;
  readonly amount: string;
  readonly mayChange: string;
  readonly notAnAmount: string;
  readonly payWith: string;
  readonly noGateway: string;
  readonly begun: { readonly title: string; readonly text: string; readonly goOn: string; readonly other: string };
  readonly paid: { readonly title: string; readonly text: string };
  readonly onItsWay: { readonly title: string; readonly text: string };
  readonly whereItStands: string;
  readonly settled: { readonly title: string; readonly text: string };
  readonly unknown: { readonly title: string; readonly text: string };
  readonly expired: { readonly title: string; readonly text: string };
  readonly refused: string;
  readonly qr: string;
  readonly tooOften: { readonly title: string; readonly text: string };
}

export const PAY_LINK: Readonly<Record<PageLanguage, PayLinkWords>> = {
  en: {
    title: 'Pay {merchant}',
    forWhom: 'For {name}',
    anything: 'Payment to {merchant}',
    amount: 'Amount in {currency}',
    mayChange: 'You may pay another amount.',
    notAnAmount: 'Please write an amount such as {money}.',
    payWith: 'Pay with {gateway}',
    noGateway: 'This cannot be paid online at the moment. Please ask {merchant}.',
    begun: {
      title: 'Your payment is waiting for you at {gateway}',
      text: 'Nothing is paid yet. If you have just paid, please load this page again in a moment.',
      goOn: 'Go on to {gateway}',
      other: 'Pay in another way',
    },
    paid: { title: 'Paid. Thank you!', text: 'The payment has arrived at {merchant}.' },
    onItsWay: {
      title: 'The payment is on its way',
      text: 'You need do nothing, and should not pay again.',
    },
    whereItStands: 'Where the payment stands',
    settled: { title: 'Nothing is left to pay', text: 'All that was asked for here is settled. Thank you!' },
    unknown: {
      title: 'This link does not work',
      text: 'It was withdrawn, or its address is not whole. Please ask whoever sent it to you.',
    },
    expired: {
      title: 'This link has expired',
      text: 'Nothing can be paid with it any more. Please ask for a new one.',
    },
    qr: 'Pay on another device: show the QR code',
    refused: '{gateway} cannot be used for this. Please choose another way or another amount, or ask {merchant}.',
    tooOften: {
      title: 'Please wait a while',
      text: 'This link was used many times within an hour. Nothing was paid just now.',
    },
  },
  fr: {
    title: 'Payer {merchant}',
    forWhom: 'Pour {name}',
    anything: 'Paiement à {merchant}',
    amount: 'Montant en {currency}',
    mayChange: 'Vous pouvez payer un autre montant.',
    notAnAmount: 'Veuillez écrire un montant, par exemple {money}.',
    payWith: 'Payer avec {gateway}',
    noGateway: 'Ce paiement n’est pas possible en ligne pour le moment. Veuillez contacter {merchant}.',
    begun: {
      title: 'Votre paiement vous attend chez {gateway}',
      text: 'Rien n’est encore payé. Si vous venez de payer, rechargez cette page dans un instant.',
      goOn: 'Continuer vers {gateway}',
      other: 'Payer autrement',
    },
    paid: { title: 'Payé. Merci !', text: 'Le paiement est arrivé chez {merchant}.' },
    onItsWay: {
      title: 'Le paiement est en cours',
      text: 'Vous n’avez rien à faire, et ne devez pas payer à nouveau.',
    },
    whereItStands: 'Où en est le paiement',
    settled: { title: 'Il ne reste rien à payer', text: 'Tout ce qui était demandé ici est réglé. Merci !' },
    unknown: {
      title: 'Ce lien ne fonctionne pas',
      text: 'Il a été retiré, ou son adresse est incomplète. Veuillez contacter la personne qui vous l’a envoyé.',
    },
    expired: { title: 'Ce lien a expiré', text: 'Il ne permet plus de payer. Veuillez en demander un autre.' },
    qr: 'Payer sur un autre appareil\u202f: afficher le code QR',
    refused: '{gateway} ne convient pas ici. Choisissez un autre moyen ou un autre montant, ou contactez {merchant}.',
    tooOften: {
      title: 'Veuillez patienter',
      text: 'Ce lien a été utilisé de nombreuses fois en une heure. Rien n’a été payé à l’instant.',
    },
  },
};
