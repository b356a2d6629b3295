// What the rest of the product knows of an agreement; each file beside this one answers one question about it.
export { eventsOfAgreement } from './event';
export { evolveAgreement, freshOf, instalmentChargeId } from './facts';
export { chargeLabel, dueOn, numberAt, numberOfMoney, numberOn } from './schedule';
export { attentionKeys, collects, hasEnded, isOpen, summarizeAgreement } from './summary';
export { AGREEMENT_ATTENTION_CODES, AGREEMENT_STATUSES, INSTALMENT_STATUSES, INTERVALS } from './types';
export type {
  Agreement,
  AgreementCommandEnd,
  AgreementFact,
  AgreementStatus,
  AgreementSummary,
  AgreementTerms,
  GatewayAgreementFact,
  Instalment,
  Interval,
  RecordedAgreementFact,
  Rhythm,
  Standing,
} from './types';
