import { randomBytes } from 'node:crypto';
import type { RequestHandler } from 'express';
import type { Clock } from '../clock';
import { readForm, writeForm, type Fields } from '../form-encoding';
import { answerBadly, type Misbehaviour } from '../misbehaviour';
import type { Newest } from '../newest';
import { bodyOf } from '../request-body';
import type { Accounts } from './accounts';
import type { ApiUsers } from './api-users';
import { readAmount, writeAmount } from './amounts';
import type { EventOrder } from './events';
import { detailFields, searchRow, transactionsOf, type Transaction } from './nvp-views';
import type { Payment, Payments } from './payments';
import { PLACES } from './places';

/** What refunds with a MSGSUBID were answered. */
export type RefundAnswers = Newest<Fields>;

export interface NvpDeps {
  readonly base: string;
  readonly clock: Clock;
  readonly accounts: Accounts;
  readonly apiUsers: ApiUsers;
  readonly payments: Payments;
  readonly misbehaviour: Misbehaviour;
  readonly refundAnswers: RefundAnswers;
  /** Lets a refund happen and tells the merchant by IPN, as any refund is. */
  readonly refund: (payment: Payment, order: EventOrder) => unknown;
}

/** PayPal's classic API for name-value pairs, as far as PayPal Standard needs it: details, search, refund. */
export function nvpRoute(deps: NvpDeps): RequestHandler {
  return (req, res) => {
    const fault = deps.misbehaviour.take(PLACES.nvp);
    const fields = fault === null || fault.afterActing ? answer(readForm(bodyOf(req), 'utf-8'), deps) : {};
    if (fault !== null) answerBadly(res, fault.mode, PLACES.nvp, `${deps.base}/paypal/elsewhere`);
    else res.status(200).set('content-type', 'text/plain; charset=utf-8').send(writeForm(fields, 'utf-8'));
  };
}

const MOST_ROWS = 100;
const LONGEST_MSGSUBID = 38;

/** PayPal's errors (NVP guide, "API error codes"). */
class NvpError extends Error {
  override readonly name = 'NvpError';

  constructor(
    readonly code: '10002' | '10004' | '10007' | '10009' | '81002',
    readonly detail: string,
  ) {
    super(detail);
  }
}

const SHORT: Readonly<Record<NvpError['code'], string>> = {
  '10002': 'Security error',
  '10004': 'Transaction refused because of an invalid argument. See additional error messages for details.',
  '10007': 'Permission denied',
  '10009': 'Transaction refused',
  '81002': 'Unspecified Method',
};

function answer(asked: Fields, deps: NvpDeps): Fields {
  const about = {
    TIMESTAMP: instant(deps.clock.now()),
    CORRELATIONID: randomBytes(7).toString('hex').slice(0, 13),
    VERSION: asked['VERSION'] ?? '0',
    BUILD: '58807128',
  };
  try {
    return { ...act(asked, deps), ...about };
  } catch (error) {
    if (!(error instanceof NvpError)) throw error;
    const { code, detail } = error;
    return {
      ACK: 'Failure',
      ...about,
      L_ERRORCODE0: code,
      L_SHORTMESSAGE0: SHORT[code],
      L_LONGMESSAGE0: detail,
      L_SEVERITYCODE0: 'Error',
    };
  }
}

function act(asked: Fields, deps: NvpDeps): Fields {
  const shown = { username: asked['USER'] ?? '', password: asked['PWD'] ?? '', signature: asked['SIGNATURE'] ?? '' };
  if (!deps.apiUsers.isRight(shown)) throw new NvpError('10002', 'Username/Password is incorrect');
  switch (asked['METHOD']) {
    case 'GetTransactionDetails':
      return { ACK: 'Success', ...detailFields(find(asked, deps), deps.accounts) };
    case 'TransactionSearch':
      return search(asked, deps);
    case 'RefundTransaction':
      return refund(asked, deps);
    default:
      throw new NvpError('81002', 'Method Specified is not Supported');
  }
}

function find(asked: Fields, deps: NvpDeps): Transaction {
  const id = asked['TRANSACTIONID'] ?? '';
  const payment = deps.payments.get(id);
  const transaction = payment ? { payment, movement: null } : deps.payments.movement(id);
  if (!transaction) throw new NvpError('10004', 'The transaction id is not valid');
  if (!maySee(asked, transaction.payment, deps))
    throw new NvpError('10007', 'You do not have permission to make this API call');
  return transaction;
}

function maySee(asked: Fields, { form }: Payment, { accounts, apiUsers }: NvpDeps): boolean {
  return apiUsers.maySee(asked['USER'] ?? '', accounts.of(form.business).receiverId);
}

function search(asked: Fields, deps: NvpDeps): Fields {
  const from = Date.parse(asked['STARTDATE'] ?? '');
  const to = asked['ENDDATE'] === undefined ? Infinity : Date.parse(asked['ENDDATE']);
  if (Number.isNaN(from) || Number.isNaN(to))
    throw new NvpError('10004', 'Start date is missing, or a date is not valid');
  const found = deps.payments
    .list()
    .filter(({ form }) => asked['INVNUM'] === undefined || form.invoice === asked['INVNUM'])
    .filter((payment) => asked['TRANSACTIONID'] === undefined || payment.txnId === asked['TRANSACTIONID'])
    .filter((payment) => maySee(asked, payment, deps))
    .flatMap(transactionsOf)
    .filter(({ payment, movement }) => {
      const at = (movement ?? payment).at.getTime();
      return from <= at && at <= to;
    });
  const rows = found.slice(0, MOST_ROWS).map(searchRow);
  const warning = { L_ERRORCODE0: '11002', L_SHORTMESSAGE0: 'Search warning', L_SEVERITYCODE0: 'Warning' };
  return {
    ACK: found.length > MOST_ROWS ? 'SuccessWithWarning' : 'Success',
    ...Object.fromEntries(
      rows.flatMap((row, index) => Object.entries(row).map(([name, value]) => [`${name}${index}`, value])),
    ),
    ...(found.length > MOST_ROWS && warning),
  };
}

/** A refund, once for each MSGSUBID: a repetition is answered as the first was. */
function refund(asked: Fields, deps: NvpDeps): Fields {
  const subject = asked['MSGSUBID'] ?? '';
  if (subject.length > LONGEST_MSGSUBID) throw new NvpError('10004', 'MSGSUBID is too long');
  const key = `${asked['USER'] ?? ''} ${subject}`;
  const before = subject === '' ? undefined : deps.refundAnswers.get(key);
  if (before !== undefined) return before;
  const { payment, movement } = find(asked, deps);
  if (movement !== null) throw new NvpError('10009', 'You can not refund this type of transaction');
  const units = unitsToRefund(asked, payment);

  // After this point the money is given back.
  deps.refund(payment, { status: 'Refunded', amount: writeAmount(units, payment.form.currency) });
  const fields = refundFields(payment);
  if (subject !== '') deps.refundAnswers.set(key, fields);
  return fields;
}

function unitsToRefund(asked: Fields, payment: Payment): number {
  const { total, currency } = payment.form;
  const left = total - payment.refunded - payment.reversed;
  if (!CAME.has(payment.standing.status)) throw new NvpError('10009', 'The payment is not completed');
  if (left <= 0) throw new NvpError('10009', 'This transaction has already been fully refunded');
  const type = asked['REFUNDTYPE'] ?? 'Full';
  switch (type) {
    case 'Full':
      if (asked['AMT'] !== undefined) throw new NvpError('10004', 'Amount must be left out of a full refund');
      if (left < total) throw new NvpError('10009', 'Full refund is not possible after a partial refund');
      return total;
    case 'Partial': {
      const units = readAmount(asked['AMT'] ?? '', currency);
      if (asked['CURRENCYCODE'] !== currency)
        throw new NvpError('10009', 'Currency of the refund must be that of the payment');
      if (units === null || units <= 0) throw new NvpError('10004', 'The partial refund amount is not valid');
      if (units > left)
        throw new NvpError('10009', 'The partial refund amount must be less than or equal to the remaining amount');
      return units;
    }
    default:
      throw new NvpError('10004', 'Refund type is not valid');
  }
}

/** The payment's money has come, whatever has gone back since. */
const CAME: ReadonlySet<string> = new Set(['Completed', 'Refunded', 'Reversed', 'Canceled_Reversal']);

function refundFields({ movements, refunded, form }: Payment): Fields {
  const made = movements.at(-1);
  if (!made) throw new Error('a refund left no trace');
  const text = (units: number) => writeAmount(units, form.currency);
  return {
    ACK: 'Success',
    REFUNDTRANSACTIONID: made.txnId,
    FEEREFUNDAMT: text(-made.fee),
    GROSSREFUNDAMT: text(-made.gross),
    NETREFUNDAMT: text(made.fee - made.gross),
    TOTALREFUNDEDAMT: text(refunded),
    CURRENCYCODE: form.currency,
    REFUNDSTATUS: 'instant',
    PENDINGREASON: 'none',
  };
}

function instant(date: Date): string {
  return date.toISOString().replace(/\.\d+Z$/, 'Z');
}
