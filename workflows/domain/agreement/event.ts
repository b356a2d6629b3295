import type { Telling } from '../event';
import { summarizeAgreement } from './summary';
import type { Agreement, AgreementStatus } from './types';

/** What is told of an agreement that comes to a status; null: nothing. */
const ARRIVAL: Readonly<Record<AgreementStatus, Telling['type'] | null>> = {
  created: null, // told when it is opened, which no fact does
  awaiting_payer: null,
  active: 'agreement.active',
  past_due: 'agreement.past_due',
  suspended: 'agreement.suspended',
  cancelled: 'agreement.cancelled',
  completed: 'agreement.completed',
  expired: 'agreement.expired',
  failed: 'agreement.failed',
};

/** What a merchant is told of an agreement to which facts were added; of the same facts again, nothing. */
export function eventsOfAgreement(before: Agreement, after: Agreement): readonly Telling[] {
  const facts = after.facts.length;
  if (facts === before.facts.length) return [];
  const [was, is] = [summarizeAgreement(before), summarizeAgreement(after)];
  const standing = new Map(was.instalments.map(({ number, status, failures }) => [number, `${status} ${failures}`]));
  const news = is.instalments.filter(
    ({ number, status, failures }) => standing.get(number) !== `${status} ${failures}`,
  );
  const arrival = was.status === is.status ? null : ARRIVAL[is.status];
  const types: readonly Telling['type'][] = [
    ...news.flatMap(({ status }) =>
      status === 'collected'
        ? ['instalment.collected' as const]
        : status === 'failed'
          ? ['instalment.failed' as const]
          : [],
    ),
    ...(arrival === null ? [] : [arrival]),
    ...(is.attention && is.attention.detail !== was.attention?.detail ? (['agreement.attention'] as const) : []),
  ];
  return types.map((type) => ({ type, kind: 'agreement', id: after.terms.id, facts }));
}
