import { handedBy, loadPayment } from '../../books/facts';
import type { LoadedPayment, RecordedPayment } from '../../books/facts';
import type { Sql } from '../../books/sql';
import type { Deliveries } from '../../outbox/deliveries';
import { summarize } from '../../workflows/domain/payment';

/** How long an answer waits for Temporal to hear of a new payment, before it is left to the sweeper. */
const START_PATIENCE_MS = 1_000;
/** How long an answer waits for the gateway to open a checkout; whoever waits longer should look again, not hang. */
const OPENING_PATIENCE_MS = 5_000;

/** Starts the run of a payment that was just committed; gives the payment once its checkout is open, or after a short patience without. */
export async function startOpened(
  { db, deliveries }: { readonly db: Sql; readonly deliveries: Pick<Deliveries, 'started'> },
  opened: RecordedPayment,
): Promise<RecordedPayment> {
  await Promise.race([deliveries.started(opened.terms, handedBy(opened)), pause(START_PATIENCE_MS)]);
  const isHanded = summarize(opened).status !== 'created';
  return isHanded ? opened : untilOpened(db, opened.terms.id);
}

/** The payment as it stands once the gateway has opened its checkout, or after a short patience without. */
export async function untilOpened(db: Sql, id: string): Promise<LoadedPayment> {
  const end = Date.now() + OPENING_PATIENCE_MS;
  // Most are open within a tenth of a second; for the others looking often hurries nobody.
  for (let waitMs = 40; ; waitMs = Math.min(waitMs * 1.5, 400)) {
    const payment = await loadPayment(db, id);
    if (!payment) throw new Error(`payment ${id} is gone`);
    if (summarize(payment).status !== 'created' || Date.now() >= end) return payment;
    await pause(waitMs);
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms).unref());
}
