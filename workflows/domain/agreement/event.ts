import type { Telling } from '../event';
import { summarizeAgreement } from './summary';
import type { Agreement, AgreementStatus, AgreementSummary } from './types';

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
  const arrival = was.status === is.status ? null : ARRIVAL[is.status];
  const types: readonly Telling['type'][] = [
    ...eventsOfInstalments(was, is),
    ...(arrival === null ? [] : [arrival]),
    ...(is.attention && is.attention.detail !== was.attention?.detail ? (['agreement.attention'] as const) : []),
  ];
  return types.map((type) => ({ type, kind: 'agreement', id: after.terms.id, facts }));
}

/** Each instalment that was collected, and each try in vain; one that was in vain before the money came is no news any more. */
function eventsOfInstalments(was: AgreementSummary, is: AgreementSummary): readonly Telling['type'][] {
  const known = new Map(was.instalments.map((one) => [one.number, one]));
  return is.instalments.flatMap(({ number, status, failures }) => {
    const before = known.get(number);
    if (status === 'collected') return before?.status === 'collected' ? [] : ['instalment.collected' as const];
    if (status !== 'failed') return [];
    return Array.from({ length: failures - (before?.failures ?? 0) }, () => 'instalment.failed' as const);
  });
}
