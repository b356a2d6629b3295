import { Router, type Request, type Response } from 'express';
import { readForm } from '../form-encoding';
import { answerBadly, type AnsweringPlace, type Misbehaviour } from '../misbehaviour';
import { bodyOf, readBody } from '../request-body';
import type { Account, Accounts } from './accounts';
import type { NextReverts } from './next-reverts';
import { revert, sendPrompt, whyNotReverted, type PaymentDeps } from './payments';
import { PLACES } from './places';
import { statusAnswer } from './status-answer';
import type { Transaction, Transactions } from './transactions';

export interface ApiDeps {
  readonly base: string;
  readonly misbehaviour: Misbehaviour;
  readonly accounts: Accounts;
  readonly transactions: Transactions;
  readonly payments: PaymentDeps;
  readonly nextReverts: NextReverts;
}

interface Answer {
  readonly status: number;
  readonly body: object;
}
type Fields = Readonly<Record<string, unknown>>;

/** What servers ask KKiaPay: how a transaction stands, to give it back, to prompt a payer. */
export function apiRoutes({ base, misbehaviour, accounts, transactions, payments, nextReverts }: ApiDeps): Router {
  const router = Router();
  const at = (path: string, place: AnsweringPlace, act: (req: Request) => Answer): void => {
    router.post(`/api/v1${path}`, readBody, (req, res) => {
      const fault = misbehaviour.take(place);
      const answer = fault === null || fault.afterActing ? act(req) : null;
      if (fault !== null) answerBadly(res, fault.mode, place, `${base}/kkiapay/elsewhere`);
      else if (answer !== null) send(res, answer);
    });
  };

  at('/transactions/status', PLACES.status, (req) =>
    withTransaction(req, (transaction) => ({ status: 200, body: statusAnswer(transaction) })),
  );
  at('/transactions/revert', PLACES.revert, (req) =>
    withTransaction(req, (transaction) => {
      const why = whyNotReverted(transaction, payments);
      if (why !== null) return refused(why);
      const { refusal, spelling, isLater } = nextReverts.take();
      if (refusal !== null) return refused(refusal);
      if (!isLater) revert(transaction, payments);
      return { status: 200, body: { [spelling]: 'SUCCESS', transactionId: transaction.id } };
    }),
  );
  at('/payments/request', PLACES.prompt, (req) => {
    const publicKey = req.get('x-api-key') ?? '';
    return publicKey === '' ? UNAUTHORIZED : prompt(publicKey, fieldsOf(req));
  });

  // Where a misbehaving call redirects to. It says SUCCESS to anybody: following redirects is how merchants get robbed.
  router.all('/elsewhere', (_req, res) => {
    send(res, {
      status: 200,
      body: { status: 'SUCCESS', code: 'SUCCESS', transactionId: 'elsewhere', internalTransactionId: 'elsewhere' },
    });
  });

  return router;

  function withTransaction(req: Request, act: (transaction: Transaction) => Answer): Answer {
    const account = enter(req);
    if (account === null) return UNAUTHORIZED;
    const { transactionId } = fieldsOf(req);
    const transaction = typeof transactionId === 'string' ? transactions.get(transactionId) : undefined;
    if (!transaction) return refused('TRANSACTION_NOT_FOUND');
    return transaction.order.publicKey === account.publicKey ? act(transaction) : refused('INVALID_TRANSACTION');
  }

  function enter(req: Request): Account | null {
    const header = (name: string): string => req.get(name) ?? '';
    return accounts.enter({
      publicKey: header('x-api-key'),
      privateKey: header('x-private-key'),
      secret: header('x-secret-key'),
    });
  }

  function prompt(publicKey: string, fields: Fields): Answer {
    const text = (name: string): string => (typeof fields[name] === 'string' ? fields[name] : '');
    const phone = text('phoneNumber');
    const amount = Number(fields['amount']);
    if (!/^\d{8,15}$/.test(phone)) return refused('INVALID_PHONE_NUMBER');
    if (!Number.isSafeInteger(amount) || amount <= 0) return refused('INVALID_AMOUNT');
    const order = {
      publicKey,
      amount,
      data: fields['stateData'] ?? '',
      partnerId: text('partnerId'),
      reason: text('reason'),
      callback: null,
    };
    const name = [text('firstname'), text('lastname')].filter(Boolean).join(' ');
    const { id, status, network } = sendPrompt(order, { name, email: text('email'), phone }, payments);
    return {
      status: 200,
      body: { internalTransactionId: id, status, providerCommonName: network === 'moov-benin' ? 'MOOV' : 'MTN' },
    };
  }
}

const UNAUTHORIZED: Answer = { status: 401, body: { statusCode: 401, message: 'Unauthorized' } };

/** A refusal is HTTP 400 with the word as `status`. */
function refused(status: string): Answer {
  return { status: 400, body: { status } };
}

function send(res: Response, { status, body }: Answer): void {
  res.status(status).json(body);
}

/** JSON, or a form: the official clients send either. */
function fieldsOf(req: Request): Fields {
  const body = bodyOf(req);
  if (!/\bjson\b/i.test(req.get('content-type') ?? '')) return readForm(body, 'utf-8');
  try {
    const value: unknown = JSON.parse(body.toString());
    return typeof value === 'object' && value !== null ? Object.fromEntries(Object.entries(value)) : {};
  } catch {
    return {};
  }
}
