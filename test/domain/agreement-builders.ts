import { evolveAgreement } from '../../workflows/domain/agreement';
import type { Agreement, AgreementFact, AgreementTerms, Standing } from '../../workflows/domain/agreement';
import type { Money } from '../../workflows/domain/money';
import { eur } from './builders';

/** The gateway's id of the agreement. */
const PROFILE = 'I-PROFILE1';

/** When nothing else is said: 10.00 EUR a month from 5 January 2026 on, until somebody ends it. */
export function agreed(over: Partial<AgreementTerms> = {}): AgreementTerms {
  return {
    id: 'agr_1',
    merchantId: 'mer_1',
    memberId: 'mem_1',
    accountId: 'acc_1',
    gateway: 'paypal-standard',
    ...eur(1000),
    interval: 'month',
    every: 1,
    instalments: null,
    startsOn: '2026-01-05',
    label: 'Membership',
    category: 'membership',
    approveBy: '2026-01-08T09:00:00.000Z',
    ...over,
  };
}

/** An hour of a day, YYYY-MM-DD, ISO 8601. */
export const on = (day: string, hour = '10:00'): string => `${day}T${hour}:00.000Z`;

type Told<Kind extends AgreementFact['kind']> = AgreementFact & { readonly kind: Kind };

/** `occurredAt`: null where PayPal's clock could not be read; `tracked`: what then tells it from others. */
export const stands = (
  standing: Standing,
  occurredAt: string | null,
  { reason = null, tracked = 'track1' }: { readonly reason?: string | null; readonly tracked?: string } = {},
): Told<'standing_told'> => ({
  kind: 'standing_told',
  gatewayReference: PROFILE,
  qualifier: `${standing} ${occurredAt ?? tracked}`,
  occurredAt,
  standing,
  reason,
});

/** An instalment's money, which became a payment of its own. */
export const collected = (
  number: number,
  occurredAt: string,
  reference = `SALE${number}`,
): Told<'instalment_handed_over'> => ({
  kind: 'instalment_handed_over',
  gatewayReference: reference,
  qualifier: '',
  occurredAt,
  ...eur(1000),
  number,
  paymentId: `pay_${reference}`,
});

export const missed = (
  occurredAt: string | null,
  {
    reason = 'skipped',
    nextAttemptOn = null,
  }: { readonly reason?: string; readonly nextAttemptOn?: string | null } = {},
): Told<'collection_failed'> => ({
  kind: 'collection_failed',
  gatewayReference: PROFILE,
  qualifier: occurredAt ?? 'track2',
  occurredAt,
  reason,
  nextAttemptOn,
});

/** Money that PayPal held, and then did not give; `occurredAt`: when it was tried. */
export const lost = (reference: string, occurredAt: string): Told<'collection_failed'> => ({
  kind: 'collection_failed',
  gatewayReference: reference,
  qualifier: '',
  occurredAt,
  reason: 'denied',
  nextAttemptOn: null,
});

export const amountChanged = (money: Money, occurredAt: string) =>
  ({
    kind: 'amount_changed',
    gatewayReference: PROFILE,
    qualifier: `${money.amount} ${occurredAt}`,
    occurredAt,
    ...money,
  }) satisfies AgreementFact;

const ours = (occurredAt: string, qualifier = '') => ({ gatewayReference: 'agr_1', qualifier, occurredAt });

export const opened = (occurredAt = on('2026-01-05', '09:00')): AgreementFact => ({
  kind: 'agreement_opened',
  ...ours(occurredAt),
  handed: 'redirect',
});
export const openingRefused = (reason = 'plan_refused'): AgreementFact => ({
  kind: 'opening_refused',
  ...ours(on('2026-01-05', '09:00')),
  reason,
});
export const approvalExpired = (occurredAt = on('2026-01-08', '09:00')): AgreementFact => ({
  kind: 'approval_expired',
  ...ours(occurredAt),
});
export const withdrawn = (occurredAt: string): AgreementFact => ({ kind: 'agreement_withdrawn', ...ours(occurredAt) });
export const acknowledged = (qualifier: string, occurredAt = on('2026-12-24')): AgreementFact => ({
  kind: 'attention_acknowledged',
  ...ours(occurredAt, qualifier),
});

/** An agreement that was handed to its payer, and what was then recorded of it. */
export function agreementWith(facts: readonly AgreementFact[] = [], over: Partial<AgreementTerms> = {}): Agreement {
  return evolveAgreement({ terms: agreed(over), facts: [] }, [opened(), ...facts]);
}
