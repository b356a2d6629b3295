import { randomBytes } from 'node:crypto';
import type { RequestHandler } from 'express';
import { readForm, writeForm, type Fields } from '../form-encoding';
import { answerBadly, type Misbehaviour } from '../misbehaviour';
import type { Newest } from '../newest';
import { bodyOf } from '../request-body';
import type { ApiUsers } from './api-users';
import { readAmount, writeAmount } from './amounts';
import type { GivingBack } from './giving-back';
import type { NextRefunds } from './next-refunds';
import { NvpError } from './nvp-error';
import { detailFields, searchRow, transactionsOf, writeInstant, type Transaction } from './nvp-views';
import { CAME, type Movement, type Payment } from './payments';
import { PLACES } from './places';
import type { CourseDeps } from './subscriptions/course';
import { manageProfile, profileFields } from './subscriptions/nvp';
import type { Subscription } from './subscriptions/subscriptions';
import { sumsOf } from './sums';

/** What refunds with a MSGSUBID were answered. */
export type RefundAnswers = Newest<Fields>;

export interface NvpDeps extends CourseDeps {
  readonly base: string;
  readonly apiUsers: ApiUsers;
  readonly misbehaviour: Misbehaviour;
  readonly refundAnswers: RefundAnswers;
  readonly nextRefunds: NextRefunds;
  /** Lets a refund happen and tells the merchant by IPN, as any refund is. */
  readonly refund: (payment: Payment, asked: GivingBack) => Movement;
}

/** PayPal's classic API for name-value pairs, as far as PayPal Standard needs it: details, search, refund, and the same for subscriptions. */
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

function answer(asked: Fields, deps: NvpDeps): Fields {
  const about = {
    TIMESTAMP: writeInstant(deps.clock.now()),
    CORRELATIONID: randomBytes(7).toString('hex').slice(0, 13),
    VERSION: asked['VERSION'] ?? '0',
    BUILD: '58807128',
  };
  try {
    return { ...act(asked, deps), ...about };
  } catch (error) {
    if (!(error instanceof NvpError)) throw error;
    const { code, short, detail } = error;
    return {
      ACK: 'Failure',
      ...about,
      L_ERRORCODE0: code,
      L_SHORTMESSAGE0: short,
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
    case 'ManageRecurringPaymentsProfileStatus':
      return manageProfile(asked, findProfile(asked, deps), deps);
    case 'GetRecurringPaymentsProfileDetails':
      return profileFields(findProfile(asked, deps));
    default:
      throw new NvpError('81002', 'Method Specified is not Supported');
  }
}

function find(asked: Fields, deps: NvpDeps): Transaction {
  const id = asked['TRANSACTIONID'] ?? '';
  const payment = deps.payments.get(id);
  const transaction = payment ? { payment, movement: null } : deps.payments.movement(id);
  if (!transaction) throw new NvpError('10004', 'The transaction id is not valid');
  needSight(asked, transaction.payment, deps);
  return transaction;
}

function findProfile(asked: Fields, deps: NvpDeps): Subscription {
  const id = asked['PROFILEID'] ?? '';
  if (id === '') throw new NvpError('11551', 'Profile ID is missing from the request');
  const subscription = deps.subscriptions.get(id);
  if (!subscription) throw new NvpError('11552', 'The profile ID is invalid');
  needSight(asked, subscription, deps);
  return subscription;
}

function needSight(asked: Fields, seen: Pick<Payment, 'form'> | Subscription, deps: NvpDeps): void {
  if (!maySee(asked, seen, deps)) throw new NvpError('10007', 'You do not have permission to make this API call');
}

function maySee(
  asked: Fields,
  { form }: Pick<Payment, 'form'> | Subscription,
  { accounts, apiUsers }: NvpDeps,
): boolean {
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
    .filter(({ instalment }) => asked['PROFILEID'] === undefined || instalment?.subscriptionId === asked['PROFILEID'])
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
  const { payment, movement: other } = find(asked, deps);
  if (other !== null) throw new NvpError('10009', 'You can not refund this type of transaction');
  const units = unitsToRefund(asked, payment);

  const next = deps.nextRefunds.take();
  if (next.error !== null) throw new NvpError(next.error, 'The simulator was told to refuse this refund');
  const feeReturned = readAmount(next.feeReturned ?? '0', payment.form.currency) ?? 0;

  // After this point the money is given back.
  const movement = deps.refund(payment, { units, feeReturned, pendingReason: next.pendingReason });
  const fields = refundFields(payment, movement);
  if (subject !== '' && !next.isForgotten) deps.refundAnswers.set(key, fields);
  return fields;
}

function unitsToRefund(asked: Fields, payment: Payment): number {
  const { total, currency } = payment.form;
  const { left } = sumsOf(payment);
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
      if (units < left && payment.cases.some(({ outcome }) => outcome === null))
        throw new NvpError(
          '10009',
          'A case exists on this transaction: only the full remaining amount can be refunded',
        );
      return units;
    }
    default:
      throw new NvpError('10004', 'Refund type is not valid');
  }
}

function refundFields(payment: Payment, { txnId, gross, fee, pendingReason }: Movement): Fields {
  const { currency } = payment.form;
  const { refunded, pending } = sumsOf(payment);
  const text = (units: number) => writeAmount(units, currency);
  return {
    ACK: 'Success',
    REFUNDTRANSACTIONID: txnId,
    FEEREFUNDAMT: text(-fee),
    GROSSREFUNDAMT: text(-gross),
    NETREFUNDAMT: text(fee - gross),
    TOTALREFUNDEDAMT: text(refunded + pending),
    CURRENCYCODE: currency,
    REFUNDSTATUS: pendingReason === null ? 'instant' : 'delayed',
    PENDINGREASON: pendingReason ?? 'none',
  };
}
