import type { AttentionCode } from './types';

/** What a kind of attention is to the person who reads it; the documentation is made from it. */
interface AttentionRules {
  readonly object: 'sum' | 'refund' | 'dispute' | 'fee' | 'approval' | 'report';
  readonly raisedBy: string;
  readonly endsBy: string;
  /** Reading it is enough: `accept` ends it. */
  readonly acknowledgeable: boolean;
  readonly words: { readonly en: string; readonly fr: string };
}

/** Every reason to look, the most urgent first: money that only a person can place, then what may be lost, then what was lost. */
export const ATTENTIONS: Readonly<Record<AttentionCode, AttentionRules>> = {
  duplicate_payment: {
    object: 'sum',
    raisedBy: 'a second sum for a payment that is paid',
    endsBy: '`accept` (it becomes credit), or `refund`',
    acknowledgeable: false,
    words: { en: 'Paid twice', fr: 'Payé deux fois' },
  },
  currency_mismatch: {
    object: 'sum',
    raisedBy: 'a sum in another currency than was asked',
    endsBy: '`refund`',
    acknowledgeable: false,
    words: { en: 'Another currency', fr: 'Autre devise' },
  },
  amount_mismatch: {
    object: 'sum',
    raisedBy: 'a sum of another amount than was asked',
    endsBy: '`accept`, or `refund`',
    acknowledgeable: false,
    words: { en: 'Another amount', fr: 'Autre montant' },
  },
  late_payment: {
    object: 'sum',
    raisedBy: 'money that came after the end, where the merchant gives such money back',
    endsBy: '`refund`, or `accept` after all',
    acknowledgeable: false,
    words: { en: 'Came too late', fr: 'Arrivé trop tard' },
  },
  refund_at_gateway_only: {
    object: 'refund',
    raisedBy: 'late money that is to be given back, at an account that cannot',
    endsBy: 'giving it back at the gateway’s own site, which is noticed, or `accept`',
    acknowledgeable: false,
    words: { en: 'Give back at the gateway', fr: 'À rembourser chez le prestataire' },
  },
  reversal_excess: {
    object: 'dispute',
    raisedBy: 'more money that came back after a reversal than had been taken',
    endsBy: '`accept` (it becomes the member’s), or the reversal it belongs to',
    acknowledgeable: false,
    words: { en: 'More came back than was taken', fr: 'Revenu plus que repris' },
  },
  refund_exceeds_payment: {
    object: 'refund',
    raisedBy: 'more given or taken back than the payment had brought',
    endsBy: '`accept`, which writes the rest off',
    acknowledgeable: false,
    words: { en: 'More went back than came', fr: 'Remboursé plus que reçu' },
  },
  fact_conflict: {
    object: 'report',
    raisedBy: 'a gateway that said two different things about one movement; the first stands in the books',
    endsBy: 'nothing: it stays, for whoever reads the payment later',
    acknowledgeable: false,
    words: { en: 'Contradicting reports', fr: 'Informations contradictoires' },
  },
  dispute_opened: {
    object: 'dispute',
    raisedBy: 'a case that the payer opened',
    endsBy: 'the gateway’s decision, or a person’s word that there will be none',
    acknowledgeable: false,
    words: { en: 'Case open', fr: 'Litige ouvert' },
  },
  reversal_received: {
    object: 'dispute',
    raisedBy: 'money taken back without a case, and held until it is decided',
    endsBy: 'the money’s return, or a person’s word that it is lost',
    acknowledgeable: false,
    words: { en: 'Taken back, undecided', fr: 'Repris, non décidé' },
  },
  refund_waits_for_funds: {
    object: 'refund',
    raisedBy: 'a refund for which the balance at the gateway is too low',
    endsBy: 'filling the balance (it is tried again by itself, and by `retry`), or `cancel` of the refund',
    acknowledgeable: false,
    words: { en: 'Refund waits for funds', fr: 'Remboursement en attente de fonds' },
  },
  refund_failed: {
    object: 'refund',
    raisedBy: 'a refund that failed after it had been called pending or done, or that the policy had asked for',
    endsBy: 'a later refund of the same money, or `accept`',
    acknowledgeable: true,
    words: { en: 'Refund failed', fr: 'Remboursement échoué' },
  },
  refund_slow: {
    object: 'refund',
    raisedBy: 'a refund without an outcome for seven days',
    endsBy: 'its outcome',
    acknowledgeable: false,
    words: { en: 'Refund is slow', fr: 'Remboursement lent' },
  },
  dispute_lost: {
    object: 'dispute',
    raisedBy: 'money that was taken back for good; what it had paid is due again',
    endsBy: '`accept`',
    acknowledgeable: true,
    words: { en: 'Case lost', fr: 'Litige perdu' },
  },
  capture_refused: {
    object: 'approval',
    raisedBy: 'approved money that the gateway does not let us take; nothing was taken',
    endsBy: 'mending the account at the gateway (it is tried again by itself), or cancelling the payment',
    acknowledgeable: false,
    words: { en: 'Gateway refuses to take it', fr: 'Encaissement refusé' },
  },
  fee_above_gross: {
    object: 'fee',
    raisedBy: 'a fee larger than its payment, booked as told',
    endsBy: '`accept`',
    acknowledgeable: true,
    words: { en: 'Fee above the sum', fr: 'Frais supérieurs au montant' },
  },
  fee_unreadable: {
    object: 'fee',
    raisedBy: 'money whose fee could not be read; the money is booked, the fee is not',
    endsBy: 'the gateway telling the fee, or `accept`',
    acknowledgeable: true,
    words: { en: 'Fee unknown', fr: 'Frais inconnus' },
  },
  gateway_remark: {
    object: 'report',
    raisedBy: 'something beside the money that could not be used',
    endsBy: '`accept`',
    acknowledgeable: true,
    words: { en: 'Remark', fr: 'Remarque' },
  },
};

/** The codes in the order of their urgency. */
export const BY_URGENCY = Object.keys(ATTENTIONS) as readonly AttentionCode[];
