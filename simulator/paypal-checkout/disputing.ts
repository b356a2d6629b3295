import { newCaseId } from '../paypal-standard/random-ids';
import { disputeEvent } from './events';
import { timeOf, type Capture, type Dispute, type DisputeFee, type Refund } from './orders';
import { sum } from './sums';
import type { TakingDeps } from './taking';

type Deps = Pick<TakingDeps, 'clock' | 'orders' | 'messenger'>;

/** The seller has this long to answer. */
const ANSWER_MS = 10 * 24 * 60 * 60 * 1000;

/** These give the buyer what was claimed. */
const FOR_THE_BUYER: readonly string[] = ['RESOLVED_BUYER_FAVOUR', 'ACCEPTED'];

/** A buyer opens a case. No money moves by that; what was taken without a case before is what it is about. */
export function openDispute(
  capture: Capture,
  asked: Pick<Dispute, 'reason' | 'units' | 'stage' | 'channel'>,
  deps: Deps,
): Dispute {
  const now = timeOf(capture.order, deps.clock);
  const dispute: Dispute = {
    id: newCaseId(),
    capture,
    ...asked,
    status: statusAt(asked.stage),
    createdAt: now,
    updatedAt: now,
    answerBy: new Date(now.getTime() + ANSWER_MS),
    reversals: capture.refunds.filter((refund) => isHeldWithoutCase(refund)),
    fees: [],
    outcome: null,
  };
  deps.orders.addDispute(dispute);
  tell('CREATED', dispute, deps);
  return dispute;
}

/** A case goes on: another stage, another claim, or the turn of somebody else. */
export function moveOn(
  dispute: Dispute,
  change: Partial<Pick<Dispute, 'stage' | 'channel' | 'status' | 'units'>>,
  deps: Deps,
): void {
  const stage = change.stage ?? dispute.stage;
  Object.assign(dispute, { status: statusAt(stage), ...change });
  tell('UPDATED', dispute, deps);
}

/** PayPal, or the bank, charges the seller for the case. */
export function chargeFee(dispute: Dispute, fee: Omit<DisputeFee, 'at'>, deps: Deps): void {
  dispute.fees.push({ ...fee, at: timeOf(dispute.capture.order, deps.clock) });
  tell('UPDATED', dispute, deps);
}

/**
 * A case ends. For the buyer: `refunded` of what was taken is the buyer's, all of it where that is not said, and the rest comes
 * back. Otherwise all of it comes back, also what had been given up. Of money that comes back nothing else is told.
 */
export function resolveDispute(dispute: Dispute, code: string, refunded: number | null, deps: Deps): void {
  const taken = dispute.reversals.reduce((total, { units }) => total + units, 0);
  const forBuyer = FOR_THE_BUYER.includes(code);
  const toBuyer = forBuyer ? (refunded ?? (taken > 0 ? taken : dispute.units)) : 0;
  let kept = toBuyer;
  for (const { units, reversal } of dispute.reversals) {
    if (reversal === null) continue;
    reversal.isDecided = true;
    reversal.returned = Math.max(0, units - kept);
    kept = Math.max(0, kept - units);
  }
  dispute.status = 'RESOLVED';
  dispute.outcome = { code, refunded: forBuyer ? toBuyer : null };
  tell('RESOLVED', dispute, deps);
}

/** What is held because of a case, in the smallest unit. */
export function heldUnder({ reversals }: Dispute): number {
  return sum(reversals.filter(({ reversal }) => reversal?.isDecided === false));
}

function isHeldWithoutCase(refund: Refund): boolean {
  const isAnothers = refund.capture.disputes.some(({ reversals }) => reversals.includes(refund));
  return refund.reversal?.isDecided === false && !isAnothers;
}

/** While the two talk it is open; later the seller has to answer. */
function statusAt(stage: Dispute['stage']): string {
  return stage === 'INQUIRY' ? 'OPEN' : 'WAITING_FOR_SELLER_RESPONSE';
}

function tell(what: 'CREATED' | 'UPDATED' | 'RESOLVED', dispute: Dispute, { clock, messenger }: Deps): void {
  const { order } = dispute.capture;
  dispute.updatedAt = timeOf(order, clock);
  messenger.tell(order.clientId, order.id, [disputeEvent(what, dispute)]);
}
