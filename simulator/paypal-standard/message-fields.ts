import type { Fields } from '../form-encoding';
import type { Account } from './accounts';
import { writeAmount } from './amounts';
import { writePacificDate } from './pacific-date';
import type { Buyer, Standing } from './buyers';
import type { Payment } from './payments';
import { idOf, newTrackId, newVerifySign } from './random-ids';

/** One thing that happened to a payment, with all that its message says. Amounts in the smallest unit, with their sign. */
export type Happening =
  | {
      /** The payment itself now stands like this: same transaction id. */
      readonly kind: 'payment';
      readonly standing: Standing;
      readonly gross: number;
      readonly fee: number | null;
    }
  | {
      /** Money moved after the payment: a transaction of its own, that names the payment as its parent. */
      readonly kind: 'movement';
      readonly txnId: string;
      readonly standing: Standing;
      readonly gross: number;
      readonly fee: number;
      /** Refunds, reversals and cancelled reversals have no type; what ends a dispute is an `adjustment`. */
      readonly txnType: 'adjustment' | null;
    }
  | {
      /** A buyer complained. No money moved; the transaction id is the payment's. */
      readonly kind: 'case';
      readonly caseId: string;
      readonly caseType: string;
      readonly reasonCode: string;
      readonly openedAt: Date;
    };

/** The fields of the message about it, in about the order PayPal's have. */
export function messageFields(payment: Payment, happening: Happening, account: Account, at: Date): Fields {
  if (happening.kind === 'movement' && happening.txnType === 'adjustment')
    return adjustmentFields(payment, happening, account, at);
  return compact({
    ...(happening.kind === 'case' ? {} : moneyFields(payment, happening)),
    ...buyerFields(payment),
    payment_date: writePacificDate(happening.kind === 'movement' ? at : payment.at),
    ...happeningFields(payment, happening),
    charset: payment.charset,
    notify_version: '3.9',
    custom: payment.form.custom,
    invoice: payment.form.invoice,
    business: payment.form.business.toLowerCase(),
    receiver_email: account.receiverEmail,
    receiver_id: account.receiverId,
    payment_type: payment.paymentType,
    ...lineFields(payment),
    ...payment.instalment?.fields,
    transaction_subject: '',
    test_ipn: '1',
    verify_sign: newVerifySign(),
    ipn_track_id: newTrackId(),
  });
}

/** What ends a case is between PayPal and the account: that is the payer, and no receiver, thing bought or invoice is named. */
function adjustmentFields(
  { form, txnId, charset }: Payment,
  happening: Extract<Happening, { kind: 'movement' }>,
  { receiverId, receiverEmail }: Account,
  at: Date,
): Fields {
  const gross = writeAmount(happening.gross, form.currency);
  return compact({
    txn_type: happening.txnType,
    payment_date: writePacificDate(at),
    payment_gross: form.currency === 'USD' ? gross : '',
    mc_gross: gross,
    mc_fee: happening.fee === 0 ? null : writeAmount(happening.fee, form.currency),
    mc_currency: form.currency,
    payer_id: receiverId,
    payer_email: receiverEmail,
    payer_status: 'verified',
    txn_id: happening.txnId,
    parent_txn_id: txnId,
    ...standingFields(happening.standing),
    custom: form.custom,
    charset,
    notify_version: '3.9',
    test_ipn: '1',
    verify_sign: newVerifySign(),
    ipn_track_id: newTrackId(),
  });
}

// What a message has and the answer to a PDT question has not.
const ONLY_IN_MESSAGES: readonly string[] = ['notify_version', 'test_ipn', 'verify_sign', 'ipn_track_id'];

/** The fields that PDT tells of a payment. */
export function pdtFields(message: Fields): Fields {
  return Object.fromEntries(Object.entries(message).filter(([name]) => !ONLY_IN_MESSAGES.includes(name)));
}

function moneyFields(
  { form }: Payment,
  { gross, fee }: Extract<Happening, { gross: number }>,
): Record<string, string | null> {
  const { currency } = form;
  const grossText = writeAmount(gross, currency);
  const feeText = fee === null ? null : writeAmount(fee, currency);
  const isDollar = currency === 'USD';
  return {
    mc_gross: grossText,
    mc_fee: feeText,
    mc_currency: currency,
    // Blank, not absent, for every currency but the dollar: so it has been since there were other currencies.
    payment_gross: isDollar ? grossText : '',
    payment_fee: isDollar && feeText !== null ? feeText : '',
    tax: writeAmount(form.tax, currency),
    shipping: writeAmount(form.shipping, currency),
    handling_amount: writeAmount(form.handling, currency),
  };
}

function happeningFields(payment: Payment, happening: Happening): Record<string, string | null> {
  const txnType = payment.instalment?.txnType ?? (payment.form.kind === 'cart' ? 'cart' : 'web_accept');
  switch (happening.kind) {
    case 'payment':
      return { txn_type: txnType, ...standingFields(happening.standing), txn_id: payment.txnId };
    case 'movement':
      return {
        txn_type: happening.txnType,
        ...standingFields(happening.standing),
        txn_id: happening.txnId,
        parent_txn_id: payment.txnId,
      };
    case 'case':
      return {
        txn_type: 'new_case',
        txn_id: payment.txnId,
        case_id: happening.caseId,
        case_type: happening.caseType,
        case_creation_date: writePacificDate(happening.openedAt),
        reason_code: happening.reasonCode,
      };
  }
}

function standingFields({ status, pendingReason, reasonCode }: Standing): Record<string, string | null> {
  return { payment_status: status, pending_reason: pendingReason, reason_code: reasonCode };
}

/** Who the payer is, without an address. */
export function payerFields(buyer: Buyer): Record<string, string> {
  const email = `${buyer.key}@buyer.example`;
  return {
    payer_id: idOf(email),
    payer_status: 'verified',
    payer_email: email,
    first_name: buyer.firstName,
    last_name: buyer.lastName,
    residence_country: buyer.address.code,
  };
}

function buyerFields({ buyer }: Payment): Record<string, string> {
  return {
    protection_eligibility: 'Eligible',
    ...payerFields(buyer),
    address_name: `${buyer.firstName} ${buyer.lastName}`,
    address_street: buyer.address.street,
    address_zip: buyer.address.zip,
    address_city: buyer.address.city,
    address_state: '',
    address_country: buyer.address.country,
    address_country_code: buyer.address.code,
    address_status: 'confirmed',
  };
}

function lineFields({ form }: Payment): Record<string, string> {
  const [first] = form.lines;
  if (form.kind === 'single')
    return { item_name: first.name, item_number: first.number, quantity: String(first.quantity) };
  const fields: Record<string, string> = { num_cart_items: String(form.lines.length) };
  form.lines.forEach((line, index) => {
    fields[`item_name${index + 1}`] = line.name;
    fields[`item_number${index + 1}`] = line.number;
    fields[`quantity${index + 1}`] = String(line.quantity);
    fields[`mc_gross_${index + 1}`] = writeAmount(line.amount, form.currency);
  });
  return fields;
}

/** Leaves out what is null. */
export function compact(fields: Readonly<Record<string, string | null>>): Fields {
  return Object.fromEntries(Object.entries(fields).filter((entry): entry is [string, string] => entry[1] !== null));
}
