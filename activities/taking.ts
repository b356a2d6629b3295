import { readCheckout, showCapturing } from '../books/payments';
import { isClosed } from '../workflows/domain/payment';
import { toldFacts } from '../workflows/domain/remark';
import type { CaptureEnd } from '../workflows/domain/turn';
import { unreachable } from '../workflows/domain/unreachable';
import { contextOf } from './accounts';
import { checkoutOf } from './checkouts';
import type { CheckoutDependencies, CheckoutQuestion } from './checkouts';
import { asTemporalFailure, notYet } from './failures';
import { GATEWAYS } from './gateways/registry';

/**
 * Money that the payer approved under `reference`; `attempt` counts the approvals, and is the same for every repetition of one.
 * `again`: an earlier call of this attempt may have reached the gateway, which is looked at first.
 */
export interface CaptureRequest extends CheckoutQuestion {
  readonly reference: string;
  readonly attempt: number;
  readonly again: boolean;
}

/** A refusal in a word that we do not know may pass by itself; after so many a person is told. */
const REFUSALS_BEFORE_A_PERSON = 3;

/** Takes approved money. `tries`: how often this call was made before, 0 while it is made in a hurry. */
export async function capture(
  deps: CheckoutDependencies,
  { paymentId, pending, reference, attempt, again }: CaptureRequest,
  tries: number,
  signal: AbortSignal,
): Promise<CaptureEnd> {
  const row = await readCheckout(deps.db, paymentId);
  const { capture: take } = GATEWAYS[row.gateway].gateway;
  if (!take) throw new Error(`${row.gateway} takes approved money by itself`);
  // What takes longer than a moment is shown, since the payment can neither be cancelled nor expire before it is known.
  // An attempt of the run that was lost may have closed the payment, which this one does not remember.
  if (isClosed(row.status)) return { outcome: 'not_approved', reason: 'payment_closed' };
  if (tries > 0) await showCapturing(deps.db, paymentId);
  const checkout = checkoutOf(row, paymentId, pending);
  const idempotencyKey = `capture:${paymentId}:${attempt}`;
  const order = { checkout, reference, attempt, idempotencyKey, again: again || tries > 0 };
  const answer = await take(order, contextOf(deps, row, signal)).catch(asTemporalFailure);
  switch (answer.found) {
    case true:
      return { outcome: 'facts', facts: toldFacts(answer) };
    case false:
    case 'elsewhere':
    case 'account_revoked':
      return { outcome: 'not_approved', reason: answer.reason };
    case 'refused':
      if (tries < REFUSALS_BEFORE_A_PERSON) throw notYet(answer.reason, `${paymentId}: ${answer.detail}`);
      return { outcome: 'refused', reason: answer.reason };
    case 'approved':
      throw notYet('still_approved', `${paymentId}: approved and not taken yet`);
    case 'undecided':
    case 'unaskable':
      throw notYet(answer.found, `${paymentId}: the gateway does not say what became of the capture`);
    case 'unknown':
      throw notYet(
        answer.reason,
        `${paymentId}: the gateway's answer to the capture cannot be believed either way`,
        answer.retryAfterMs,
      );
    default:
      return unreachable(answer);
  }
}
