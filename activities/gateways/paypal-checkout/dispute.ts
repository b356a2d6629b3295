import { z } from 'zod';
import type { DisputeNews, DisputeStage, GatewayFact } from '../../../workflows/domain/fact';
import type { Currency, Money } from '../../../workflows/domain/money';
import type { Remark } from '../../../workflows/domain/remark';
import { remark } from '../../../workflows/domain/remark';
import { word } from './answers';
import { optional, paymentIdOf, readMoney, readTime, resourceId, textOf, times, written, type Told } from './codec';

/** A case (Disputes v1, "Show dispute details"). */
export const disputeResource = z.object({
  dispute_id: z.string().regex(/^[!-~]{1,64}$/),
  status: z.string(),
  reason: optional(z.string()),
  dispute_amount: written,
  dispute_life_cycle_stage: optional(z.string()),
  dispute_channel: optional(z.string()),
  seller_response_due_date: optional(z.string()),
  dispute_outcome: optional(z.object({ outcome_code: optional(z.string()), amount_refunded: written })),
  disputed_transactions: optional(
    z.array(
      z.object({
        seller_transaction_id: optional(resourceId),
        gross_amount: written,
        custom: optional(z.string()),
        invoice_number: optional(z.string()),
      }),
    ),
  ),
  money_movements: optional(z.array(z.unknown())),
  ...times,
});

const moneyMovement = z.object({
  affected_party: z.literal('SELLER'),
  type: optional(z.string()),
  reason: optional(z.string()),
  amount: written,
  initiated_time: optional(z.string()),
});

export type Dispute = z.output<typeof disputeResource>;

/**
 * All that a case says of itself, in our words, so that whichever of its messages is lost the others make up for it.
 * `url`: where a person answers it.
 */
export function tellDispute(dispute: Dispute, topic: 'dispute' | 'dispute_update', url: string | null): Told {
  const disputed = dispute.disputed_transactions?.[0];
  const reference = disputed?.seller_transaction_id;
  const common = {
    paymentId: paymentIdOf(disputed?.custom, disputed?.invoice_number),
    mayTellMore: false,
    payee: null,
  };
  if (reference === undefined)
    return { ...common, references: [], facts: [], remarks: [remark('no_transaction_id', dispute.dispute_id)] };
  const about: About = { reference, currency: readMoney(disputed?.gross_amount)?.currency ?? null };
  const news: DisputeNews = {
    stage: stageOf(dispute),
    claimed: inCurrency(dispute.dispute_amount, about)?.amount ?? null,
    answerBy: readTime(dispute.seller_response_due_date),
    url,
  };
  const isOver = dispute.status === 'RESOLVED';
  const end = isOver ? closing(dispute, about) : NOTHING;
  const fees = feesOf(dispute, about);
  return {
    ...common,
    references: [reference],
    facts: [told(dispute, reference, news, topic === 'dispute_update' && !isOver), ...end.facts, ...fees.facts],
    remarks: [...end.remarks, ...fees.remarks],
  };
}

/** The disputed capture, and its currency where the case names it. */
interface About {
  readonly reference: string;
  readonly currency: Currency | null;
}
type Part = Pick<Told, 'facts' | 'remarks'>;
const NOTHING: Part = { facts: [], remarks: [] };

function told(
  { dispute_id: caseId, reason: wrote = '', create_time, update_time }: Dispute,
  gatewayReference: string,
  news: DisputeNews,
  isUpdate: boolean,
): GatewayFact {
  const reason = word(wrote) || 'dispute';
  const common = { gatewayReference, amount: null, currency: null, reason, ...news };
  if (!isUpdate) return { ...common, kind: 'dispute_opened', qualifier: caseId, occurredAt: readTime(create_time) };
  const occurredAt = readTime(update_time ?? create_time);
  return { ...common, kind: 'dispute_updated', caseId, qualifier: `${caseId} ${occurredAt ?? ''}`.trim(), occurredAt };
}

/** Between the two of them it is an inquiry; then PayPal decides, or the payer's bank does. */
function stageOf({ dispute_life_cycle_stage: stage, dispute_channel: channel }: Dispute): DisputeStage | null {
  if (stage === undefined) return null;
  if (stage === 'INQUIRY') return 'inquiry';
  return channel === 'EXTERNAL' ? 'chargeback' : 'claim';
}

// Disputes v1, `outcome_code`: the payer keeps the seller's money. With a payout it is PayPal's own.
const LOST: ReadonlySet<string> = new Set(['RESOLVED_BUYER_FAVOUR', 'ACCEPTED']);

function closing({ dispute_id, dispute_outcome: outcome, update_time }: Dispute, about: About): Part {
  const wrote = outcome?.amount_refunded ?? null;
  const refunded = inCurrency(wrote, about);
  const fact: GatewayFact = {
    kind: 'dispute_closed',
    gatewayReference: about.reference,
    qualifier: dispute_id,
    occurredAt: readTime(update_time),
    amount: null,
    currency: null,
    reason: word(outcome?.outcome_code ?? '') || 'resolved',
    lost: LOST.has(outcome?.outcome_code ?? ''),
    refunded: refunded?.amount ?? null,
  };
  return {
    facts: [fact],
    remarks: wrote !== null && refunded === null ? [remark('unreadable_amount', about.reference, textOf(wrote))] : [],
  };
}

const FEES: ReadonlySet<string> = new Set(['DISPUTE_FEE', 'CHARGEBACK_FEE']);

/** What the seller was charged for the case itself; money of the capture that moves has messages of its own. */
function feesOf({ dispute_id: caseId, money_movements: movements = [] }: Dispute, { reference }: About): Part {
  const facts: GatewayFact[] = [];
  const remarks: Remark[] = [];
  const ofSeller = movements.flatMap((movement) => moneyMovement.safeParse(movement).data ?? []);
  const inTime = ofSeller.toSorted((a, b) => (a.initiated_time ?? '').localeCompare(b.initiated_time ?? ''));
  for (const { type = '', reason = '', amount, initiated_time } of inTime) {
    // Its kind stands beside the direction, or in the direction's place.
    const kind = [reason, type].find((text) => FEES.has(text));
    if (kind === undefined) continue;
    const fee = readMoney(amount);
    if (type === 'CREDIT' || fee === null || fee.amount === 0) {
      const wrote = `${type} ${kind} ${textOf(amount)}`.trim();
      remarks.push(remark(type === 'CREDIT' ? 'dispute_fee_returned' : 'dispute_fee_unreadable', reference, wrote));
      continue;
    }
    const name = `${caseId} ${word(kind)}`;
    const before = facts.filter(({ qualifier }) => qualifier === name || qualifier.startsWith(`${name} `)).length;
    facts.push({
      ...fee,
      kind: 'dispute_fee_charged',
      gatewayReference: reference,
      qualifier: before === 0 ? name : `${name} ${before + 1}`,
      caseId,
      reason: word(kind),
      occurredAt: readTime(initiated_time),
    });
  }
  return { facts, remarks };
}

/** A sum of the case, where it is money of the capture's currency. */
function inCurrency(sum: unknown, { currency }: About): Money | null {
  const read = readMoney(sum);
  return read !== null && (currency === null || read.currency === currency) ? read : null;
}
