import type { z } from 'zod';
import type { InstalmentMoney, RecordedAgreement } from '../../books/agreements';
import { dueOn, hasEnded, instalmentChargeId, summarizeAgreement } from '../../workflows/domain/agreement';
import type { Instalment, RecordedAgreementFact } from '../../workflows/domain/agreement';
import { agreementWorkflowId } from '../../workflows/messages';
import type * as schemas from './agreement-schemas';
import type { timelineRow } from './schemas';
import { temporalUrlOf } from './views';
import type { ViewSettings } from './views';

/** An agreement as the world sees it: derived from its facts at every reading. */
export function viewAgreement(
  agreement: RecordedAgreement,
  settings: ViewSettings,
): z.input<typeof schemas.agreementAsTold> {
  const { terms, row, facts, money } = agreement;
  const { status, reason, amount, nextDueOn, cancelledAt, attention } = summarizeAgreement(agreement);
  const instalments = viewInstalments(agreement);
  const count = (wanted: Instalment['status']) => instalments.filter((one) => one.status === wanted).length;
  const workflowId = agreementWorkflowId(terms.id);
  const { id, memberId: member, gateway, currency, interval, every, label, category, startsOn } = terms;
  return {
    ...{ id, member, offer: row.offer, gateway, amount, currency, interval, every, label, category, status, reason },
    nextAction: hasEnded(status) ? null : row.nextAction,
    ...{ startsOn, nextDueOn },
    endsOn: terms.instalments === null ? null : dueOn(terms, terms.instalments),
    instalments: { planned: terms.instalments, collected: count('collected'), failed: count('failed') },
    collected: money.reduce((sum, { captured }) => sum + captured, 0),
    gatewayReference: row.gatewayReference,
    createdAt: row.createdAt,
    approveBy: terms.approveBy,
    cancelledAt,
    attention: attention && { ...attention, since: row.attentionSince },
    timeline: facts.map(viewFact),
    workflowId,
    temporalUrl: temporalUrlOf(workflowId, settings),
  };
}

/** Its instalments in their order; how the money of each stands is told by its payment. */
export function viewInstalments(agreement: RecordedAgreement): z.input<typeof schemas.instalment>[] {
  const money = new Map(agreement.money.map((one) => [one.number, one]));
  return summarizeAgreement(agreement).instalments.map((one) => {
    const { number, dueOn: day, failures, reason, nextAttemptOn } = one;
    const of = money.get(number);
    const isCharged = of !== undefined || failures > 0;
    return {
      ...{ number, dueOn: day, reason, nextAttemptOn },
      status: one.status === 'collected' && of ? standingOf(of) : one.status,
      payment: of?.payment ?? null,
      charge: isCharged ? (of?.charge ?? instalmentChargeId(agreement.terms.id, number)) : null,
      attempts: failures + (of ? 1 : 0),
    };
  });
}

/** Money that its gateway holds is not collected yet, and what it then did not give never was. */
function standingOf({ status, captured }: InstalmentMoney): Instalment['status'] {
  if (captured > 0) return 'collected';
  return status === 'failed' ? 'failed' : 'scheduled';
}

function viewFact(fact: RecordedAgreementFact): z.input<typeof timelineRow> {
  const isMoney = fact.kind === 'instalment_handed_over' || fact.kind === 'amount_changed';
  return {
    kind: fact.kind === 'standing_told' ? `agreement_${fact.standing}` : fact.kind,
    amount: isMoney ? fact.amount : null,
    currency: isMoney ? fact.currency : null,
    gatewayReference: fact.gatewayReference.startsWith('agr_') ? null : fact.gatewayReference,
    reason: 'reason' in fact ? fact.reason : null,
    occurredAt: fact.occurredAt,
    recordedAt: fact.recordedAt,
  };
}
