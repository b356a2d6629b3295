import { GATEWAYS } from '../../activities/gateways/registry';
import { noteChange } from '../../books/audit';
import type { Author } from '../../books/audit';
import { findCharges, readCartPart } from '../../books/cart';
import { storeCommand } from '../../books/commands';
import { readCredentials } from '../../books/accounts';
import type { LoadedPayment } from '../../books/facts';
import { readRefundFees } from '../../books/merchants';
import {
  admitRefund,
  findAdmitted,
  findRefund,
  isRefundAdmitted,
  lockMessage,
  lockPayment,
  planRefundRun,
} from '../../books/refunds';
import type { UnmatchedRefund } from '../../books/refunds';
import { loadUnmatched } from '../../books/unmatched';
import type { Sql } from '../../books/sql';
import { LEASE_MS } from '../../outbox/deliveries';
import { newId } from '../../platform/ids';
import type { Database } from '../../prisma/client';
import { openCredentials } from '../../vault/credentials';
import type { Vault } from '../../vault/vault';
import { NO_NEED } from '../../workflows/domain/cart';
import { refundBy } from '../../workflows/domain/gateway';
import { isInSuspense, leftOf, summarize, sumsOf, suspendedOf } from '../../workflows/domain/payment';
import type { CapturedSum, Payment } from '../../workflows/domain/payment';
import { planRefund, previewRefund, refusalToReturn } from '../../workflows/domain/refund-plan';
import type { RefundAbility, RefundPlan, RefundRefusal, RefundWish } from '../../workflows/domain/refund-plan';
import type { RefundStanding } from '../../workflows/domain/remedies';
import { AWAITING_GATEWAY, refundInFlight } from '../../workflows/domain/refund';
import { notFound, Problem } from '../http/problems';

/** What the person who asks adds to a refund. */
export interface Remarks {
  readonly note: string | null;
  readonly noteToPayer: string | null;
}

/** Money that may be given back, with the method by which it was paid, or null where that is not known. */
export interface Refundable {
  readonly payment: Payment;
  readonly method: string | null;
}
export type RefundStandings = ReadonlyMap<string, RefundStanding>;

/** A refund that is admitted, and the command that has it made. */
export interface Admitted {
  readonly refundId: string;
  readonly commandId: string;
}

export function createRefundDesk({ vault }: { readonly vault: Vault }) {
  async function situationOf(db: Sql, payment: LoadedPayment, { charges }: RefundWish) {
    const { id, memberId, merchantId } = payment.terms;
    const cart = await readCartPart(db, memberId, { ...NO_NEED, of: id, cancels: charges });
    const feesBorneBy = await readRefundFees(db, merchantId);
    return { payment, cart, feesBorneBy, ...(await chanceOf(db, payment, payment.row.method)) };
  }

  /** What its account can give back of the money, and whether some of it is on its way back. */
  async function chanceOf(db: Sql, payment: Payment, method: string | null) {
    const credentials = await credentialsOf(db, payment.terms.accountId);
    const inFlight = (await isRefundAdmitted(db, payment.terms.id)) || refundInFlight(payment) !== null;
    return { ability: abilityOf(payment, method, credentials), inFlight };
  }

  async function credentialsOf(db: Sql, accountId: string): Promise<unknown> {
    return openCredentials(vault, { accountId, credentials: await readCredentials(db, accountId) });
  }

  async function checkCharges(db: Sql, { terms }: LoadedPayment, charges: readonly string[]): Promise<void> {
    const found = charges.length === 0 ? [] : await findCharges(db, terms.memberId, charges);
    if (charges.some((charge) => !found.includes(charge))) throw notFound('charge');
  }

  /** Admits a refund under the payment's lock: of twenty at once one is, Temporal up or away. */
  async function admit(
    tx: Sql,
    author: Author,
    payment: LoadedPayment,
    plan: RefundPlan,
    currency: string,
    remarks: Remarks,
  ): Promise<Admitted> {
    const { id: paymentId, memberId, merchantId, accountId } = payment.terms;
    const { capture, amount, charges } = plan;
    const refundId = newId('ref');
    const commandId = newId('cmd');
    const order = { kind: 'refund', refundId, capture, amount, charges } as const;
    await admitRefund(tx, {
      id: refundId,
      merchantId,
      accountId,
      paymentId,
      notificationId: null,
      memberId,
      capture,
      amount,
      currency,
      charges,
      ...remarks,
    });
    await storeCommand(
      tx,
      { id: commandId, paymentId, order },
      remarks.note === null ? {} : { note: remarks.note },
      LEASE_MS,
    );
    await noteChange(tx, author, {
      merchantId,
      action: 'refund.requested',
      object: { kind: 'refund', id: refundId },
      after: { payment: paymentId, amount, currency, ...(charges.length > 0 && { cancelCharges: charges }) },
    });
    return { refundId, commandId };
  }

  /** Throws where a sum that is nobody's yet cannot go back now. */
  async function refuseToReturn(
    tx: Sql,
    payment: Payment,
    method: string | null,
    sum: CapturedSum,
    amount: number,
  ): Promise<void> {
    const refused = refusalToReturn({ payment, ...(await chanceOf(tx, payment, method)) }, sum, amount);
    if (refused) throw new Problem(...refused);
  }

  return {
    /** A refund of accepted money. `load` reads the payment once it is locked. */
    async request(
      tx: Sql,
      author: Author,
      paymentId: string,
      load: () => Promise<LoadedPayment>,
      wish: RefundWish,
      remarks: Remarks,
    ): Promise<Admitted> {
      await load(); // whose is not the caller's must not be locked by them
      await lockPayment(tx, paymentId);
      const payment = await load();
      await checkCharges(tx, payment, wish.charges);
      const situation = await situationOf(tx, payment, wish);
      const plan = planRefund(situation, wish);
      if (!plan.possible) throw refusal(plan);
      return admit(tx, author, payment, plan, payment.terms.currency, remarks);
    },

    /** Gives the oldest sum in suspense back, whole. */
    async returnSuspended(
      tx: Sql,
      author: Author,
      paymentId: string,
      load: () => Promise<LoadedPayment>,
      note: string | null,
    ): Promise<Admitted> {
      await load();
      await lockPayment(tx, paymentId);
      const payment = await load();
      const sum = sumsOf(payment).find(isInSuspense);
      if (!sum) throw new Problem('nothing_to_resolve', 'no sum of this payment is in suspense');
      const amount = suspendedOf(sum);
      await refuseToReturn(tx, payment, payment.row.method, sum, amount);
      const plan = { possible: true, capture: sum.reference, amount, charges: [] } as const;
      return admit(tx, author, payment, plan, sum.money.currency, { note, noteToPayer: null });
    },

    /** Gives unmatched money back, whole: what of it is left, attached to a member or not. */
    async returnUnmatched(
      tx: Sql,
      author: Author,
      notificationId: string,
      merchantId: string,
      note: string | null,
    ): Promise<UnmatchedRefund> {
      await lockMessage(tx, notificationId);
      const money = await loadUnmatched(tx, notificationId, merchantId);
      const sum = money && sumsOf(money)[0];
      const left = sum ? leftOf(sum) : 0;
      if (!money || !sum || (left <= 0 && sum.held === 0))
        throw new Problem('nothing_to_refund', 'this notification holds no money that could be given back');
      await refuseToReturn(tx, money, null, sum, left);
      const id = newId('ref');
      const { reference: capture, accountId, memberId } = money;
      const about = { merchantId, accountId, paymentId: null, notificationId, memberId, capture };
      const { currency } = sum.money;
      await admitRefund(tx, { id, ...about, amount: left, currency, charges: [], note, noteToPayer: null });
      await planRefundRun(tx, id, LEASE_MS);
      await noteChange(tx, author, {
        merchantId,
        action: 'refund.requested',
        object: { kind: 'refund', id },
        after: { notification: notificationId, amount: left, currency },
      });
      return { refundId: id, notificationId, capture, amount: left };
    },

    /** How refunds of this money of one merchant stand, by the ids of its payments or messages; read all at once. */
    async standings(db: Sql, merchantId: string, moneys: readonly Refundable[]): Promise<RefundStandings> {
      const accounts = [...new Set(moneys.map(({ payment }) => payment.terms.accountId))];
      const opened = await Promise.all(accounts.map(async (id) => [id, await credentialsOf(db, id)] as const));
      const credentials = new Map(opened);
      const admitted = await findAdmitted(
        db,
        moneys.map(({ payment }) => payment.terms.id),
      );
      const feesBorneBy = await readRefundFees(db, merchantId);
      const standingOf = ({ payment, method }: Refundable): RefundStanding => ({
        ability: abilityOf(payment, method, credentials.get(payment.terms.accountId)),
        feesBorneBy,
        inFlight: admitted.has(payment.terms.id) || refundInFlight(payment) !== null,
      });
      return new Map(moneys.map((money) => [money.payment.terms.id, standingOf(money)]));
    },

    /** What a refund would do; never a refusal. */
    async preview(db: Sql, payment: LoadedPayment, wish: RefundWish) {
      await checkCharges(db, payment, wish.charges);
      const situation = await situationOf(db, payment, wish);
      const plan = planRefund(situation, wish);
      const refundable = summarize(payment).refundable;
      return { plan, refundable, preview: plan.possible ? previewRefund(situation, plan) : null };
    },
  };
}
export type RefundDesk = ReturnType<typeof createRefundDesk>;

/** What of these credentials' account can be given back of a payment that was paid by this method, or by one that is not known. */
function abilityOf({ terms }: Payment, usedMethod: string | null, credentials: unknown): RefundAbility {
  const { gateway, capabilitiesOf, refundAt, refundable } = GATEWAYS[terms.gateway];
  const able = capabilitiesOf(credentials);
  const mayReturnFees = Object.entries(able.methods).some(
    ([name, method]) => (usedMethod === null || name === usedMethod) && method.feesReturned === 'some',
  );
  return {
    gateway: refundBy(gateway.capabilities, usedMethod),
    account: refundBy(able, usedMethod),
    feesReturned: mayReturnFees ? 'some' : 'none',
    refundAt,
    writes: (money) => refundable?.(money) ?? true,
  };
}

function refusal({ code, detail, refundable }: RefundRefusal): Problem {
  return new Problem(code, detail, code === 'amount_not_refundable' ? { refundable } : {});
}

/** How long an answer waits for the gateway's word on a refund. */
const REFUND_PATIENCE_MS = 5_000;

/** Until the gateway has said something of the refund, or a short patience is over: then it is pending. */
export async function untilSettled(db: Pick<Database, 'prisma'>, merchantId: string, refundId: string): Promise<void> {
  const end = Date.now() + REFUND_PATIENCE_MS;
  for (let waitMs = 40; Date.now() < end; waitMs = Math.min(waitMs * 1.5, 400)) {
    const refund = await findRefund(db, merchantId, refundId);
    if (refund?.status !== 'pending' || refund.reason !== AWAITING_GATEWAY) return;
    await new Promise((resolve) => setTimeout(resolve, waitMs).unref());
  }
}
