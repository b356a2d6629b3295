import { z } from 'zod';
import type { Clock } from '../clock';
import type { Message } from '../message';
import type { Outbox } from '../outbox';
import { Refusal } from '../refusal';
import { feeOn, readAmount } from './amounts';
import type { Standing } from './buyers';
import type { Happening } from './message-fields';
import type { Messenger, Overrides } from './messenger';
import { momentAt, subjectOf, type Payment } from './payments';
import { newCaseId, newTxnId } from './random-ids';
import { sumsOf } from './sums';

const word = z.string().min(1).max(60);
const amount = z.string().min(1).max(20);

/** Any status by hand. Amounts are PayPal's decimal text, without sign. What is left out is what PayPal would most likely say. */
export const eventOrder = z.strictObject({
  /** A payment_status, known or not; or `new_case`, `adjustment`. */
  status: word,
  pendingReason: word.optional(),
  reasonCode: word.optional(),
  caseType: word.optional(),
  amount: amount.optional(),
  fee: amount.optional(),
  /** Fields of the message to write over; null leaves one out. */
  over: z.record(z.string(), z.string().nullable()).optional(),
});
export type EventOrder = z.infer<typeof eventOrder>;

export interface EventDeps {
  readonly clock: Clock;
  readonly messenger: Messenger;
  readonly outbox: Outbox;
}

/** Lets something happen to a payment, and tells the merchant. Null when the form named no notify_url. */
export function happen(payment: Payment, order: EventOrder, { clock, messenger, outbox }: EventDeps): Message | null {
  const at = momentAt(payment, clock);
  const happening = plan(payment, order, at);
  // After this point it happened.
  apply(payment, happening, at);
  return tell(payment, happening, { messenger, outbox }, order.over);
}

/** Tells the merchant what happened. Null when the form named no notify_url. */
export function tell(
  payment: Payment,
  happening: Happening,
  { messenger, outbox }: Pick<EventDeps, 'messenger' | 'outbox'>,
  over?: Overrides,
): Message | null {
  const fields = messenger.fieldsOf(payment, happening, over);
  const parcel = messenger.write(subjectOf(payment), payment.form.notifyUrl, fields, label(happening));
  return parcel && outbox.send(parcel);
}

type Moved = Extract<Happening, { kind: 'movement' }>;

function plan(payment: Payment, order: EventOrder, at: Date): Happening {
  const { total, currency } = payment.form;
  const given = (name: 'amount' | 'fee'): number | null => {
    const text = order[name];
    if (text === undefined) return null;
    const units = readAmount(text, currency);
    if (units === null || units < 0)
      throw new Refusal(400, 'invalid_request', `${name} "${text}" is not an amount of ${currency}`);
    return units;
  };
  const standing = (reasonCode: string | null): Standing => ({
    status: order.status,
    pendingReason: order.pendingReason ?? null,
    reasonCode: order.reasonCode ?? reasonCode,
  });
  const movement = (usual: number, sign: 1 | -1, reasonCode: string): Moved => {
    const units = given('amount') ?? usual;
    if (units <= 0)
      throw new Refusal(
        409,
        'nothing_left',
        `${order.status} of ${payment.txnId}: nothing is left of it; name an amount to do it anyway`,
      );
    // PayPal keeps its fee today, unless it says otherwise.
    const fee = sign * (given('fee') ?? 0);
    return {
      kind: 'movement',
      txnId: newTxnId(),
      standing: standing(reasonCode),
      gross: sign * units,
      fee,
      txnType: null,
    };
  };

  const { left, held, lost } = sumsOf(payment);
  switch (order.status) {
    case 'Refunded':
      return movement(left, -1, 'refund');
    case 'Reversed':
      return movement(left, -1, 'buyer-complaint');
    case 'Canceled_Reversal':
      return movement(held || lost, 1, 'other');
    case 'adjustment':
      return {
        ...movement(held || left, -1, 'other'),
        standing: { ...standing('other'), status: 'Completed' },
        txnType: 'adjustment',
      };
    case 'new_case':
      return {
        kind: 'case',
        caseId: newCaseId(),
        caseType: order.caseType ?? 'complaint',
        reasonCode: order.reasonCode ?? 'non_receipt',
        openedAt: at,
      };
    default: {
      const gross = given('amount') ?? total;
      // The fee is unknown until the money is there.
      const fee = given('fee') ?? (order.status === 'Completed' ? feeOn(gross, currency) : null);
      const pendingReason = order.pendingReason ?? (order.status === 'Pending' ? 'other' : null);
      return { kind: 'payment', standing: { ...standing(null), pendingReason }, gross, fee };
    }
  }
}

function apply(payment: Payment, happening: Happening, at: Date): void {
  switch (happening.kind) {
    case 'payment':
      payment.standing = happening.standing;
      return;
    case 'case':
      payment.cases.push({
        id: happening.caseId,
        type: happening.caseType,
        reasonCode: happening.reasonCode,
        at,
        outcome: null,
      });
      return;
    case 'movement': {
      const { txnId, standing, gross, fee, txnType } = happening;
      payment.movements.push({ txnId, standing, gross, fee, txnType, at, state: 'Completed', pendingReason: null });
      payment.standing = standing;
    }
  }
}

function label(happening: Happening): string {
  if (happening.kind === 'case') return `new_case ${happening.caseId} (${happening.caseType})`;
  const { status, pendingReason } = happening.standing;
  return `${status}${pendingReason === null ? '' : ` (${pendingReason})`}${happening.kind === 'movement' && happening.txnType ? ' adjustment' : ''}`;
}
