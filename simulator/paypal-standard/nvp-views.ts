import type { Fields } from '../form-encoding';
import type { Accounts } from './accounts';
import { writeAmount } from './amounts';
import { nameOf } from './buyers';
import type { Movement, Payment } from './payments';
import { idOf } from './random-ids';
import { isRefund, sumsOf } from './sums';

/** A payment, or money that moved after it. */
export interface Transaction {
  readonly payment: Payment;
  readonly movement: Movement | null;
}

/** A payment and all that came of it, newest first. */
export function transactionsOf(payment: Payment): Transaction[] {
  return [...payment.movements.map((movement) => ({ payment, movement })).reverse(), { payment, movement: null }];
}

/** What `GetTransactionDetails` says. Money that moved is `Completed`, `Pending` or `Failed` here, whatever it was: the reason and the sign tell which. */
export function detailFields({ payment, movement }: Transaction, accounts: Accounts): Fields {
  const { form, buyer, instalment } = payment;
  const { receiverId, receiverEmail } = accounts.of(form.business);
  const email = `${buyer.key}@buyer.example`;
  const text = (units: number) => writeAmount(units, form.currency);
  return {
    RECEIVERBUSINESS: form.business.toLowerCase(),
    RECEIVEREMAIL: receiverEmail,
    RECEIVERID: receiverId,
    EMAIL: email,
    PAYERID: idOf(email),
    PAYERSTATUS: 'verified',
    COUNTRYCODE: buyer.address.code,
    FIRSTNAME: buyer.firstName,
    LASTNAME: buyer.lastName,
    ...(movement === null
      ? {
          TRANSACTIONID: payment.txnId,
          TRANSACTIONTYPE: typeOfPayment(payment),
          ORDERTIME: writeInstant(payment.at),
          AMT: text(form.total),
          ...(feeIsKnown(payment) && { FEEAMT: text(payment.fee) }),
          PAYMENTSTATUS: statusOf(payment),
          PENDINGREASON: pendingReasonOf(payment),
          REASONCODE: 'None',
        }
      : {
          TRANSACTIONID: movement.txnId,
          PARENTTRANSACTIONID: payment.txnId,
          TRANSACTIONTYPE: movement.txnType ?? 'sendmoney',
          ORDERTIME: writeInstant(movement.at),
          AMT: text(movement.gross),
          FEEAMT: text(movement.fee),
          PAYMENTSTATUS: movement.state,
          PENDINGREASON: movement.state === 'Pending' ? (movement.pendingReason ?? 'None') : 'None',
          REASONCODE: movement.standing.reasonCode ?? 'None',
        }),
    PAYMENTTYPE: payment.paymentType,
    CURRENCYCODE: form.currency,
    ...(instalment !== null && { SUBSCRIPTIONID: instalment.subscriptionId }),
    PROTECTIONELIGIBILITY: 'Eligible',
    INVNUM: form.invoice,
    CUSTOM: form.custom,
    ...Object.fromEntries(
      form.lines.flatMap((line, index) => [
        [`L_NAME${index}`, line.name],
        [`L_NUMBER${index}`, line.number],
        [`L_QTY${index}`, String(line.quantity)],
        [`L_AMT${index}`, text(line.amount)],
      ]),
    ),
  };
}

/** One row of what `TransactionSearch` lists, its names still without their number. */
export function searchRow({ payment, movement }: Transaction): Fields {
  const { form, buyer } = payment;
  const gross = movement?.gross ?? form.total;
  const fee = movement?.fee ?? (feeIsKnown(payment) ? payment.fee : 0);
  const text = (units: number) => writeAmount(units, form.currency);
  return {
    L_TIMESTAMP: writeInstant((movement ?? payment).at),
    L_TIMEZONE: 'GMT',
    L_TYPE: movement === null ? (payment.instalment === null ? 'Payment' : 'Recurring Payment') : typeOf(movement),
    L_EMAIL: `${buyer.key}@buyer.example`,
    L_NAME: nameOf(buyer),
    L_TRANSACTIONID: (movement ?? payment).txnId,
    L_STATUS: movement === null ? statusOf(payment) : movement.state,
    L_AMT: text(gross),
    L_CURRENCYCODE: form.currency,
    L_FEEAMT: text(-fee),
    L_NETAMT: text(gross - fee),
  };
}

function typeOfPayment({ form, instalment }: Payment): string {
  if (instalment !== null) return instalment.txnType === 'subscr_payment' ? 'subscrpayment' : 'recurring_payment';
  return form.kind === 'cart' ? 'cart' : 'webaccept';
}

function typeOf(movement: Movement): string {
  const { standing, txnType } = movement;
  if (txnType !== null) return 'Adjustment';
  if (isRefund(movement)) return 'Refund';
  return standing.status === 'Reversed' ? 'Reversal' : 'Canceled Reversal';
}

/** The payment's own status follows what came of it since, with hyphens where IPN has underscores. */
function statusOf(payment: Payment): string {
  const { standing, movements, form } = payment;
  if (movements.length === 0) return standing.status.replaceAll('_', '-');
  const { refunded, pending, held, lost } = sumsOf(payment);
  if (refunded + pending > 0) return refunded + pending < form.total ? 'Partially-Refunded' : 'Refunded';
  return held + lost > 0 ? 'Reversed' : 'Completed';
}

function pendingReasonOf({ standing }: Payment): string {
  return standing.pendingReason?.replaceAll('_', '-') ?? 'None';
}

/** The fee is unknown until the money is there. */
function feeIsKnown({ standing, movements }: Payment): boolean {
  return standing.status === 'Completed' || movements.length > 0;
}

/** A moment as PayPal's API writes it. */
export function writeInstant(date: Date): string {
  return date.toISOString().replace(/\.\d+Z$/, 'Z');
}
