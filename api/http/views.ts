import type { z } from 'zod';
import type { LoadedPayment } from '../../books/facts';
import type { Recorded } from '../../workflows/domain/fact';
import { outsideReference, summarize } from '../../workflows/domain/payment';
import { paymentWorkflowId } from '../../workflows/messages';
import type * as schemas from './schemas';

export interface ViewSettings {
  readonly temporalUiUrl: string;
  readonly temporalNamespace: string;
}

/** A payment as the world sees it: derived from its facts at every reading. */
export function viewPayment(
  { row, terms, facts }: LoadedPayment,
  { temporalUiUrl, temporalNamespace }: ViewSettings,
): z.input<typeof schemas.payment> {
  const { sums: _sums, ...summary } = summarize({ terms, facts });
  const workflowId = paymentWorkflowId(terms.id);
  return {
    id: terms.id,
    member: terms.memberId,
    gateway: terms.gateway,
    method: row.method,
    ...summary,
    // Neither cancelled nor expired before it is known: whoever looks should see why.
    reason: summary.status === 'awaiting_payer' && row.capturingSince !== null ? 'capturing' : summary.reason,
    amount: terms.amount,
    currency: terms.currency,
    nextAction: summary.status === 'awaiting_payer' ? (row.nextAction as z.input<typeof schemas.nextAction>) : null,
    charges: [...terms.charges],
    createdAt: row.createdAt,
    expiresAt: terms.expiresAt,
    timeline: facts.map(viewFact),
    workflowId,
    temporalUrl: `${temporalUiUrl}/namespaces/${encodeURIComponent(temporalNamespace)}/workflows?query=${encodeURIComponent(`WorkflowId="${workflowId}"`)}`,
  };
}

export function viewFact(fact: Recorded): z.input<typeof schemas.timelineRow> {
  return {
    kind: fact.kind,
    amount: fact.amount,
    currency: fact.currency,
    gatewayReference: outsideReference(fact),
    reason: 'reason' in fact ? fact.reason : null,
    occurredAt: fact.occurredAt,
    recordedAt: fact.recordedAt,
  };
}
