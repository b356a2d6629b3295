import type { NextAction } from '../workflows/domain/gateway';
import type { Currency } from '../workflows/domain/money';
import type { PaymentStatus } from '../workflows/domain/payment';
import type { RefundStatus } from '../workflows/domain/refund';
import { fillIn } from './filling';
import { writeMoney } from './figures';
import type { PageLanguage } from './language';

/**
 * How a member reads where a payment stands. `{merchant}` and `{gateway}` are filled in where it is shown, and so is money:
 * `{whole}` that was paid, of which `{given}` was given back, `{taken}` taken back, and `{held}` is held.
 */
export interface Words {
  /** For a list: two or three words. */
  readonly label: string;
  readonly title: string;
  readonly text: string;
  /** `plain`: it is so, and there is neither anything to wait for nor to be glad or afraid of. */
  readonly tone: 'waiting' | 'good' | 'bad' | 'plain';
  /** Nothing more is expected to happen by itself: whoever waits may go on. */
  readonly settled: boolean;
}

/** From which side the payer comes back from the gateway. */
export type Place = 'return' | 'cancel';

/** What a status says in one language; its tone, and whether it is settled, are the same in all. */
type StatusWords = Pick<Words, 'label' | 'title' | 'text'>;

const NATURE: Readonly<Record<PaymentStatus, Pick<Words, 'tone' | 'settled'>>> = {
  created: { tone: 'waiting', settled: false },
  awaiting_payer: { tone: 'waiting', settled: false },
  processing: { tone: 'waiting', settled: false },
  paid: { tone: 'good', settled: true },
  partially_refunded: { tone: 'good', settled: true },
  refunded: { tone: 'good', settled: true },
  disputed: { tone: 'waiting', settled: true },
  charged_back: { tone: 'plain', settled: true },
  failed: { tone: 'bad', settled: true },
  cancelled: { tone: 'bad', settled: true },
  expired: { tone: 'bad', settled: true },
  needs_review: { tone: 'waiting', settled: true },
};

/** The tone of what is meant more particularly, where it is another one than that of the status. */
const TONES: Readonly<Record<string, Words['tone']>> = {
  'awaiting_payer.*': 'bad',
  'awaiting_payer.payer_action_required': 'waiting',
  'awaiting_payer.capturing': 'waiting',
  'partially_refunded taken': 'plain',
  'partially_refunded given and taken': 'plain',
};

/** The gateway's words for what only the merchant can mend. */
const UP_TO_THE_MERCHANT = [
  'not_authorized',
  'payee_account_invalid',
  'payee_account_locked_or_closed',
  'payee_account_restricted',
  'payee_not_consented',
  'transaction_receiving_limit_exceeded',
];

/** All that is said of where payments stand, in one language. */
interface StandingWords {
  readonly statuses: Readonly<Record<PaymentStatus, StatusWords>>;
  /**
   * What a status means in more particular circumstances, as `place.status`, `status.*` (for any reason), `status.reason` or
   * `status by kind` of the next action, `status unanswered` once a prompt's time is over, and `status given`, `taken`, `given and taken`
   * or `held` by what became of its money; the more particular words replace the others.
   */
  readonly morePrecisely: Readonly<Record<string, Partial<StatusWords>>>;
  /** Why a try came to nothing, by the gateway's word: in the widget, on PayPal's page, or on the payer's phone. */
  readonly whyDeclined: Readonly<Record<string, string>>;
  /** What follows such a reason. */
  readonly tryAgain: string;
  readonly notCharged: string;
  readonly upToTheMerchant: string;
  /** What became of money that the merchant gives back, as the rest of a sentence that begins with the sum. */
  readonly refunds: Readonly<Record<RefundStatus, string>>;
  /** What the button says that leads the payer back to the gateway. */
  readonly goOn: { readonly first: string; readonly again: string };
}

const WORDS: Readonly<Record<PageLanguage, StandingWords>> = {
  en: {
    statuses: {
      created: {
        label: 'Being prepared',
        title: 'Your payment is being prepared',
        text: 'We are asking {gateway} to open it. This takes a moment.',
      },
      awaiting_payer: {
        label: 'Not paid yet',
        title: 'Waiting for {gateway}',
        text: '{gateway} has not confirmed a payment yet. If you have paid, this usually takes a few seconds. You need not wait here: it is noted as soon as {gateway} confirms it.',
      },
      processing: {
        label: 'On its way',
        title: 'Your payment is on its way',
        text: '{gateway} has it and has not released it yet. That may take some days. You need do nothing, and should not pay again.',
      },
      paid: {
        label: 'Paid',
        title: 'Paid. Thank you!',
        text: 'Your payment has arrived and is noted in your account.',
      },
      partially_refunded: {
        label: 'Partly given back',
        title: 'A part went back to you',
        text: 'A part of this payment went back to you. The rest still counts as paid.',
      },
      refunded: {
        label: 'Given back',
        title: 'Given back',
        text: '{merchant} has given this payment back to you through {gateway}, where it may take some days to show. Your account shows whether something is due again.',
      },
      disputed: {
        label: 'In dispute',
        title: 'This payment is in dispute',
        text: '{gateway} has a case about it, and decides there. Until then your account stays as it is.',
      },
      charged_back: {
        label: 'Taken back',
        title: 'This payment was taken back',
        text: 'The money went back through {gateway}. Your account shows whether something is due again.',
      },
      failed: {
        label: 'Failed',
        title: 'The payment did not go through',
        text: '{gateway} says that no money was paid. You can try again, or pay in another way.',
      },
      cancelled: {
        label: 'Cancelled',
        title: 'This payment was cancelled',
        text: 'Nothing was paid. Should money arrive for it after all, it is not lost: {merchant} sees it.',
      },
      expired: {
        label: 'Expired',
        title: 'The time to pay is over',
        text: 'No payment has arrived. You can start a new one. Should money arrive for this one after all, it is not lost: {merchant} sees it.',
      },
      needs_review: {
        label: 'Being looked at',
        title: 'Your money has arrived, and {merchant} is looking at it',
        text: 'It is not quite what was asked for, so a person decides what becomes of it. Nothing is lost, and you need not pay again.',
      },
    },
    morePrecisely: {
      'cancel.awaiting_payer': {
        title: 'Nothing paid so far',
        text: 'We know of no payment so far. You can go on paying, or leave it for now.',
      },
      'awaiting_payer.*': {
        label: 'Last try failed',
        title: 'That try did not go through',
        text: '{gateway} did not take the payment. You can try again, or pay in another way.',
      },
      'awaiting_payer.redirect_payer_for_alternate_funding': {
        text: '{gateway} could not use the card or account that you chose. You can try again with another one, or pay in another way.',
      },
      'awaiting_payer.payer_action_required': {
        label: 'One more step',
        title: 'One more step is needed',
        text: '{gateway} wants something more from you before it takes the payment, such as your bank’s confirmation. You can go on, or pay in another way.',
      },
      'awaiting_payer.capturing': {
        label: 'Being taken',
        title: 'Your payment is being taken',
        text: 'You have approved it, and {gateway} has not answered yet. You need do nothing, and should not pay again.',
      },
      'awaiting_payer by prompt': {
        label: 'Waiting for your phone',
        title: 'Look at your phone',
        text: 'A request to pay was sent to {phone}. Please approve it there with your PIN. If nothing appears, open the mobile money menu and look for a request that waits.',
      },
      'awaiting_payer unanswered': {
        label: 'No answer yet',
        title: 'No answer yet',
        text: 'If you approve the request on {phone} now, it still counts. {gateway} has told us of no payment so far.',
      },
      'processing.echeck': {
        text: 'Your bank is still sending the money to {gateway}. That may take some days. You need do nothing, and should not pay again.',
      },
      'processing.pending': {
        text: '{gateway} is waiting for the bank or the mobile network. You need do nothing, and should not pay again.',
      },
      'processing.pending_review': {
        text: '{gateway} is checking it. That may take a day or two. You need do nothing, and should not pay again.',
      },
      'paid.late_payment': {
        text: 'Your payment arrived after its time was over. It is noted in your account all the same.',
      },
      'partially_refunded given': {
        title: '{given} of {whole} was given back',
        text: '{merchant} has given it back to you through {gateway}, where it may take some days to show. Your account shows whether something is due again.',
      },
      'partially_refunded taken': {
        label: 'Partly taken back',
        title: '{taken} of {whole} was taken back',
        text: 'It went back through {gateway}. Your account shows whether something is due again.',
      },
      'partially_refunded given and taken': {
        label: 'Partly back',
        title: '{given} of {whole} was given back, and {taken} taken back',
        text: 'Both went back through {gateway}. Your account shows whether something is due again.',
      },
      'refunded given': { title: '{given} was given back' },
      'charged_back taken': { title: '{taken} was taken back' },
      'charged_back given and taken': { title: '{given} of {whole} was given back, and {taken} taken back' },
      'disputed held': {
        title: '{held} of {whole} is in dispute',
        text: '{gateway} holds it until the case is decided. Until then your account stays as it is, and you need not pay again.',
      },
      'failed.opening_failed': {
        text: 'It could not be opened at {gateway}, so nothing was paid. You can try again, or pay in another way.',
      },
      'failed.max_number_of_payment_attempts_exceeded': {
        text: '{gateway} takes no more tries for this payment, and says that no money was paid. You can start a new one, or pay in another way.',
      },
    },
    whyDeclined: {
      instrument_declined: '{gateway} could not use the card or account that you chose.',
      insufficient_fund: 'The account did not hold enough money for it.',
      // KKiaPay says this of a busy system and of a payer who has another request open (kkiapay/js-sdk).
      processing_error:
        '{gateway} was busy, or another request was still open on your phone. Please wait a moment before the next try.',
      payment_declined: '{gateway} says that it was declined.',
      declined: '{gateway} says that it was declined.',
      card_declined: 'The bank declined the card.',
      card_fraudulent: 'The card was not accepted.',
      transaction_error: 'Something went wrong at {gateway}.',
      transaction_refused: '{gateway} refused it.',
      invalid_number: 'The phone number was not accepted.',
      payer_cannot_pay: '{gateway} does not let this account pay for it.',
      payer_account_restricted: '{gateway} does not let this account pay for it.',
      transaction_limit_exceeded: 'It is more than this account may pay.',
    },
    tryAgain: 'You can try again, or pay in another way.',
    notCharged: '{gateway} says that you were not charged.',
    upToTheMerchant:
      '{gateway} takes no payments for {merchant} at the moment, and nothing was paid. Please pay in another way, or tell {merchant}.',
    refunds: {
      pending: 'is on its way back to you',
      succeeded: 'was given back',
      failed: 'could not be given back; {merchant} was told',
    },
    goOn: { first: 'Go on paying with {gateway}', again: 'Try again with {gateway}' },
  },
  fr: {
    statuses: {
      created: {
        label: 'En préparation',
        title: 'Votre paiement est en préparation',
        text: 'Nous demandons à {gateway} de l’ouvrir. Cela prend un instant.',
      },
      awaiting_payer: {
        label: 'Pas encore payé',
        title: 'En attente de {gateway}',
        text: '{gateway} n’a pas encore confirmé de paiement. Si vous avez payé, cela prend en général quelques secondes. Vous n’avez pas à attendre ici\u202f: il est noté dès que {gateway} le confirme.',
      },
      processing: {
        label: 'En cours',
        title: 'Votre paiement est en cours',
        text: '{gateway} l’a reçu et ne l’a pas encore libéré. Cela peut prendre quelques jours. Vous n’avez rien à faire, et ne devez pas payer à nouveau.',
      },
      paid: {
        label: 'Payé',
        title: 'Payé. Merci\u202f!',
        text: 'Votre paiement est arrivé et figure dans votre compte.',
      },
      partially_refunded: {
        label: 'Remboursé en partie',
        title: 'Une partie vous a été rendue',
        text: 'Une partie de ce paiement vous a été rendue. Le reste compte toujours comme payé.',
      },
      refunded: {
        label: 'Remboursé',
        title: 'Remboursé',
        text: '{merchant} vous a remboursé ce paiement par {gateway}, où cela peut mettre quelques jours à apparaître. Votre compte indique s’il reste de nouveau quelque chose à régler.',
      },
      disputed: {
        label: 'Contesté',
        title: 'Ce paiement est contesté',
        text: '{gateway} examine le cas, et en décide. D’ici là, votre compte reste tel quel.',
      },
      charged_back: {
        label: 'Repris par le payeur',
        title: 'Ce paiement a été repris',
        text: 'L’argent est reparti par {gateway}. Votre compte indique s’il reste de nouveau quelque chose à régler.',
      },
      failed: {
        label: 'Échoué',
        title: 'Le paiement n’a pas abouti',
        text: '{gateway} indique qu’aucun argent n’a été payé. Vous pouvez réessayer, ou payer autrement.',
      },
      cancelled: {
        label: 'Annulé',
        title: 'Ce paiement a été annulé',
        text: 'Rien n’a été payé. Si de l’argent arrivait malgré tout, il ne serait pas perdu\u202f: {merchant} le voit.',
      },
      expired: {
        label: 'Délai dépassé',
        title: 'Le délai pour payer est dépassé',
        text: 'Aucun paiement n’est arrivé. Vous pouvez en commencer un nouveau. Si de l’argent arrivait malgré tout pour celui-ci, il ne serait pas perdu\u202f: {merchant} le voit.',
      },
      needs_review: {
        label: 'En vérification',
        title: 'Votre argent est arrivé, et {merchant} vérifie',
        text: 'Ce n’est pas tout à fait ce qui était demandé\u202f: une personne décide de la suite. Rien n’est perdu, et vous n’avez pas à payer à nouveau.',
      },
    },
    morePrecisely: {
      'cancel.awaiting_payer': {
        title: 'Rien de payé jusqu’ici',
        text: 'Nous n’avons connaissance d’aucun paiement. Vous pouvez continuer, ou en rester là pour l’instant.',
      },
      'awaiting_payer.*': {
        label: 'Dernier essai échoué',
        title: 'Cet essai n’a pas abouti',
        text: '{gateway} n’a pas pris le paiement. Vous pouvez réessayer, ou payer autrement.',
      },
      'awaiting_payer.redirect_payer_for_alternate_funding': {
        text: '{gateway} n’a pas pu utiliser la carte ou le compte choisi. Vous pouvez réessayer avec un autre, ou payer autrement.',
      },
      'awaiting_payer.payer_action_required': {
        label: 'Encore une étape',
        title: 'Encore une étape',
        text: '{gateway} attend encore quelque chose de vous avant de prendre le paiement, par exemple la confirmation de votre banque. Vous pouvez continuer, ou payer autrement.',
      },
      'awaiting_payer.capturing': {
        label: 'En cours de prélèvement',
        title: 'Votre paiement est en cours de prélèvement',
        text: 'Vous l’avez approuvé, et {gateway} n’a pas encore répondu. Vous n’avez rien à faire, et ne devez pas payer à nouveau.',
      },
      'awaiting_payer by prompt': {
        label: 'En attente de votre téléphone',
        title: 'Regardez votre téléphone',
        text: 'Une demande de paiement a été envoyée au {phone}. Validez-la avec votre code secret. Si rien n’apparaît, ouvrez le menu mobile money et cherchez une demande en attente.',
      },
      'awaiting_payer unanswered': {
        label: 'Pas encore de réponse',
        title: 'Pas encore de réponse',
        text: 'Si vous validez maintenant la demande sur le {phone}, elle compte encore. {gateway} ne nous a annoncé aucun paiement jusqu’ici.',
      },
      'processing.echeck': {
        text: 'Votre banque envoie encore l’argent à {gateway}. Cela peut prendre quelques jours. Vous n’avez rien à faire, et ne devez pas payer à nouveau.',
      },
      'processing.pending': {
        text: '{gateway} attend la banque ou le réseau mobile. Vous n’avez rien à faire, et ne devez pas payer à nouveau.',
      },
      'processing.pending_review': {
        text: '{gateway} le vérifie. Cela peut prendre un jour ou deux. Vous n’avez rien à faire, et ne devez pas payer à nouveau.',
      },
      'paid.late_payment': {
        text: 'Votre paiement est arrivé après le délai. Il figure malgré tout dans votre compte.',
      },
      'partially_refunded given': {
        title: '{given} remboursés sur {whole}',
        text: '{merchant} vous les a remboursés par {gateway}, où cela peut mettre quelques jours à apparaître. Votre compte indique s’il reste de nouveau quelque chose à régler.',
      },
      'partially_refunded taken': {
        label: 'Repris en partie',
        title: '{taken} repris sur {whole}',
        text: 'Ils sont repartis par {gateway}. Votre compte indique s’il reste de nouveau quelque chose à régler.',
      },
      'partially_refunded given and taken': {
        label: 'Rendu en partie',
        title: '{given} remboursés sur {whole}, et {taken} repris',
        text: 'Les deux sont repartis par {gateway}. Votre compte indique s’il reste de nouveau quelque chose à régler.',
      },
      'refunded given': { title: '{given} remboursés' },
      'charged_back taken': { title: '{taken} repris' },
      'charged_back given and taken': { title: '{given} remboursés sur {whole}, et {taken} repris' },
      'disputed held': {
        title: '{held} contestés sur {whole}',
        text: '{gateway} les retient jusqu’à la décision. D’ici là, votre compte reste tel quel, et vous n’avez pas à payer à nouveau.',
      },
      'failed.opening_failed': {
        text: 'Il n’a pas pu être ouvert chez {gateway}, donc rien n’a été payé. Vous pouvez réessayer, ou payer autrement.',
      },
      'failed.max_number_of_payment_attempts_exceeded': {
        text: '{gateway} n’accepte plus d’essai pour ce paiement, et indique qu’aucun argent n’a été payé. Vous pouvez en commencer un nouveau, ou payer autrement.',
      },
    },
    whyDeclined: {
      instrument_declined: '{gateway} n’a pas pu utiliser la carte ou le compte choisi.',
      insufficient_fund: 'Le compte ne contenait pas assez d’argent.',
      processing_error:
        '{gateway} était occupé, ou une autre demande était encore ouverte sur votre téléphone. Patientez un instant avant de réessayer.',
      payment_declined: '{gateway} indique que c’est refusé.',
      declined: '{gateway} indique que c’est refusé.',
      card_declined: 'La banque a refusé la carte.',
      card_fraudulent: 'La carte n’a pas été acceptée.',
      transaction_error: 'Un problème est survenu chez {gateway}.',
      transaction_refused: '{gateway} l’a refusé.',
      invalid_number: 'Le numéro de téléphone n’a pas été accepté.',
      payer_cannot_pay: '{gateway} ne permet pas à ce compte de payer.',
      payer_account_restricted: '{gateway} ne permet pas à ce compte de payer.',
      transaction_limit_exceeded: 'C’est plus que ce que ce compte peut payer.',
    },
    tryAgain: 'Vous pouvez réessayer, ou payer autrement.',
    notCharged: '{gateway} indique que vous n’avez pas été débité.',
    upToTheMerchant:
      '{gateway} ne prend pas de paiements pour {merchant} en ce moment, et rien n’a été payé. Payez autrement, ou prévenez {merchant}.',
    refunds: {
      pending: 'sont en route vers vous',
      succeeded: 'remboursés',
      failed: 'n’ont pas pu être remboursés\u202f; {merchant} est prévenu',
    },
    goOn: { first: 'Continuer avec {gateway}', again: 'Réessayer avec {gateway}' },
  },
};

const REFUND_TONES: Readonly<Record<RefundStatus, Words['tone']>> = {
  pending: 'waiting',
  succeeded: 'good',
  failed: 'plain',
};

/** What gateways are called, in the order in which a member is offered them. `apart`: the longer name, where another one of the same label can be chosen beside it. */
export type GatewayLabels = Readonly<Record<string, { readonly label: string; readonly apart?: string }>>;

export interface Standing {
  readonly status: PaymentStatus;
  readonly reason: string | null;
  /** What the gateway is called. */
  readonly gatewayLabel: string;
  readonly nextAction: NextAction | null;
  readonly currency: Currency;
  /** What was paid and what became of it; minor units. */
  readonly captured: number;
  readonly refunded: number;
  readonly disputed: number;
  readonly chargedBack: number;
  /** A prompt's time is over; only a page with a clock knows. */
  readonly isUnanswered?: boolean;
}

/** Where a payment is shown, and to whom. */
interface Where {
  readonly place: Place | 'list';
  readonly merchant: string;
  readonly language: PageLanguage;
}

/** The words for where a payment stands. `tellsGiven`: the title says how much was given back. */
export function describeStanding(
  standing: Standing,
  { place, merchant, language }: Where,
): Words & { readonly tellsGiven: boolean } {
  const { status, gatewayLabel, nextAction, currency } = standing;
  const circumstances = circumstancesOf(standing, place);
  const tone = circumstances.map((name) => TONES[name]).findLast((known) => known !== undefined);
  const words = {
    ...NATURE[status],
    ...WORDS[language].statuses[status],
    ...Object.assign({}, ...circumstances.map((name) => wordsFor(name, language))),
    ...(tone !== undefined && { tone }),
  } as Words;
  const phone = nextAction?.kind === 'prompt' ? nextAction.to : '';
  const money = (amount: number) => writeMoney({ amount, currency }, language);
  const known = {
    merchant,
    phone,
    gateway: gatewayLabel,
    whole: money(standing.captured),
    given: money(standing.refunded),
    taken: money(standing.chargedBack),
    held: money(standing.disputed),
  };
  return {
    ...words,
    title: fillIn(words.title, known),
    text: fillIn(words.text, known),
    tellsGiven: words.title.includes('{given}'),
  };
}

/** The names of what is particular about it, the more particular ones last. */
function circumstancesOf(standing: Standing, place: Where['place']): readonly string[] {
  const { status, reason, nextAction } = standing;
  return [
    `${place}.${status}`,
    `${status} by ${nextAction?.kind ?? ''}`,
    `${status} ${whatBecameOf(standing)}`,
    ...(standing.disputed > 0 ? [`${status} held`] : []),
    ...(standing.isUnanswered === true ? [`${status} unanswered`] : []),
    ...(reason === null ? [] : [`${status}.*`, `${status}.${reason}`]),
  ];
}

function wordsFor(circumstance: string, language: PageLanguage): Partial<StatusWords> {
  const { morePrecisely, whyDeclined, tryAgain, notCharged, upToTheMerchant } = WORDS[language];
  const [status = '', reason = ''] = circumstance.split('.');
  if (status === 'failed' && UP_TO_THE_MERCHANT.includes(reason)) return { text: upToTheMerchant };
  const why = whyDeclined[reason];
  if (why !== undefined && status === 'awaiting_payer') return { text: `${why} ${tryAgain}` };
  if (why !== undefined && status === 'failed') return { text: `${why} ${notCharged} ${tryAgain}` };
  return morePrecisely[circumstance] ?? {};
}

function whatBecameOf({ refunded, chargedBack }: Standing): string {
  return [refunded > 0 && 'given', chargedBack > 0 && 'taken'].filter((word) => word !== false).join(' and ');
}

/** What became of money that is given back, as the rest of a sentence that begins with the sum. */
export function describeRefund(
  status: RefundStatus,
  { merchant, language }: Pick<Where, 'merchant' | 'language'>,
): Pick<Words, 'text' | 'tone'> {
  return { text: fillIn(WORDS[language].refunds[status], { merchant }), tone: REFUND_TONES[status] };
}

/** Nothing more is expected to happen by itself. */
export const isSettled = (status: PaymentStatus): boolean => NATURE[status].settled;

/** The payer's last try was declined, and the payer may act again. */
export function mayTryAgain({ status, reason, nextAction }: Standing): boolean {
  const wasDeclined = reason !== null && reason !== 'capturing';
  return status === 'awaiting_payer' && wasDeclined && nextAction !== null && nextAction.kind !== 'prompt';
}

/** The label of the button that leads back to the gateway; null where none belongs. Who comes from paying is not asked to pay again. */
export function goOnLabel(standing: Standing, { place, language }: Pick<Where, 'place' | 'language'>): string | null {
  const { nextAction, gatewayLabel } = standing;
  if (nextAction === null || nextAction.kind === 'prompt') return null;
  const again = mayTryAgain(standing);
  if (place === 'return' && !again) return null;
  const { goOn } = WORDS[language];
  return fillIn(again ? goOn.again : goOn.first, { gateway: gatewayLabel });
}
