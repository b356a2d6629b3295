import { listAccounts } from '../../books/accounts';
import type { Author } from '../../books/audit';
import { loadPayment } from '../../books/facts';
import type { RecordedPayment } from '../../books/facts';
import { holdPayLink, noteOpened, readPayLink } from '../../books/pay-links';
import type { PayLinkSituation } from '../../books/pay-links';
import { inTransaction } from '../../books/sql';
import type { Sql } from '../../books/sql';
import type { Deliveries } from '../../outbox/deliveries';
import type { Runs } from '../../outbox/runs';
import type { Database } from '../../prisma/client';
import { GATEWAY_NAMES } from '../../workflows/domain/gateway';
import type { GatewayName } from '../../workflows/domain/gateway';
import { decide, isClosed, isOpenToPayer, summarize } from '../../workflows/domain/payment';
import type { PaymentStatus } from '../../workflows/domain/payment';
import { isRegistered } from '../http/origins';
import { Problem } from '../http/problems';
import { rejection } from '../http/rejections';
import { refusalOf } from './checkout';
import type { CheckoutDependencies } from './checkout';
import { giveCommand } from './commanding';
import { nothingToAsk, openPayment } from './opening';
import { startOpened, untilOpened } from './starting';

export interface PayLinkDependencies extends CheckoutDependencies {
  readonly db: Database;
  readonly deliveries: Deliveries;
  readonly runs: Runs;
}

/** How a link stands for whoever has it. */
export type LinkStanding =
  /** There is none, or it was withdrawn, or its member was erased. */
  | { readonly outcome: 'unknown' }
  | { readonly outcome: 'expired'; readonly link: PayLinkSituation }
  /** A payment was opened by it, and its payer may go on with it. */
  | { readonly outcome: 'open'; readonly link: PayLinkSituation; readonly payment: RecordedPayment }
  /** Money came by it, or is on its way. */
  | {
      readonly outcome: 'paid' | 'on_its_way';
      readonly link: PayLinkSituation;
      readonly payment: RecordedPayment;
    }
  /** Nothing is owed any more of what it asks for. */
  | { readonly outcome: 'settled'; readonly link: PayLinkSituation }
  | { readonly outcome: 'to_pay'; readonly link: PayLinkSituation; readonly amount: number };

const DAY_MS = 86_400_000;

/** Lets somebody without a key pay for a member: one open payment at a time for each link. */
export function createPayLinkDesk(deps: PayLinkDependencies) {
  const { db, runs } = deps;

  async function look(on: Sql, code: string): Promise<LinkStanding> {
    const link = await readPayLink(on, code);
    if (!link) return { outcome: 'unknown' };
    if (link.expiresAt !== null && link.expiresAt.getTime() <= Date.now()) return { outcome: 'expired', link };
    const payment = link.paymentId === null ? null : await loadPayment(on, link.paymentId, link.merchantId);
    const status = payment && summarize(payment).status;
    if (payment && status && isOpenToPayer(status)) return { outcome: 'open', link, payment };
    if (payment && status && isUndecided(status)) return { outcome: 'on_its_way', link, payment };
    const isPaid = payment !== null && status !== null && !isClosed(status);
    const amount = askedBy(link);
    // What asks for an amount of its own is paid once; what asks for what is owed may be owed again.
    if (payment && isPaid && (amount <= 0 || isForAmountAlone(link))) return { outcome: 'paid', link, payment };
    return amount <= 0 ? { outcome: 'settled', link } : { outcome: 'to_pay', link, amount };
  }

  /** The gateways by which a sum may be paid, in the order in which they are offered. */
  async function offersFor(
    { merchantId, merchant }: PayLinkSituation,
    amount: number,
  ): Promise<readonly GatewayName[]> {
    const { currency, name } = merchant;
    const accounts = await listAccounts(db, merchantId);
    const [reason, detail] = nothingToAsk(amount, { amount: 0, currency });
    return GATEWAY_NAMES.filter((gateway) => {
      const account = accounts.find((candidate) => candidate.gateway === gateway);
      const shop = { currency, name, ifNothing: { reason, detail } };
      return refusalOf(deps, gateway, account, { amount, currency }, shop) === null;
    });
  }

  /**
   * Opens a payment by a link, unless one is open: that is the one then. `amount` counts where the payer may choose it. Throws what a payment
   * is refused for; gives how the link stands where there is nothing to open.
   */
  async function pay(
    code: string,
    { gateway, amount }: { readonly gateway: GatewayName; readonly amount: number | null },
    source: Author['source'],
  ): Promise<LinkStanding> {
    let opened: RecordedPayment | undefined;
    const standing = await inTransaction(db, async (tx): Promise<LinkStanding> => {
      await holdPayLink(tx, code);
      const found = await look(tx, code);
      if (found.outcome !== 'to_pay') return found;
      const { link } = found;
      const { memberId: member, merchantId, charges, returnUrl } = link;
      opened = await openPayment(
        deps,
        tx,
        { caller: { kind: 'payer', merchantId }, author: { actor: { kind: 'payer', id: null }, source } },
        {
          member,
          gateway,
          amount: link.editable && amount !== null ? amount : found.amount,
          ...(charges.length > 0 && { charges: [...charges] }),
          // The merchant may have taken the origin back since; then the way ends at our page.
          ...(returnUrl !== null && isRegistered(returnUrl, link.merchant.returnOrigins) && { returnUrl }),
          expiresInMs: DAY_MS,
        },
      );
      await noteOpened(tx, code, opened.terms.id);
      return { outcome: 'open', link, payment: opened };
    });
    if (standing.outcome !== 'open') return standing;
    // Who pressed a moment later finds the payment of who was first, and waits for its checkout too.
    const payment = opened ? await startOpened(deps, opened) : await untilOpened(db, standing.payment.terms.id);
    return { ...standing, payment };
  }

  /** Closes the payment that is open by a link, so that another one can be opened; a payment that can be closed no more stays. */
  async function giveUp(code: string, source: Author['source']): Promise<void> {
    const standing = await look(db, code);
    if (standing.outcome !== 'open') return;
    const { id, merchantId } = standing.payment.terms;
    const request = {
      caller: { merchantId },
      author: { actor: { kind: 'payer', id }, source },
      once: <Result>(effect: (tx: Sql) => Promise<Result>) => inTransaction(db, effect),
      forget: () => Promise.resolve(), // nothing is kept under a key
    } as const;
    try {
      await giveCommand({ db, runs }, request, undefined, async (tx) => {
        const payment = await loadPayment(tx, id, merchantId);
        if (!payment) throw new Error(`payment ${id} is gone`);
        const decision = decide(payment, { kind: 'cancel', commandId: 'precheck', at: new Date().toISOString() });
        if (decision.outcome === 'rejected') throw rejection(decision.reason);
        return { paymentId: id, order: { kind: 'cancel' } };
      });
    } catch (error) {
      if (!(error instanceof Problem)) throw error; // the page says how it stands instead
    }
  }

  return { look: (code: string) => look(db, code), offersFor, pay, giveUp };
}
export type PayLinkDesk = ReturnType<typeof createPayLinkDesk>;

/** Money is there or on its way, and nobody knows yet what becomes of it. */
function isUndecided(status: PaymentStatus): boolean {
  return status === 'processing' || status === 'needs_review';
}

function isForAmountAlone({ amount, charges }: PayLinkSituation): boolean {
  return amount !== null && charges.length === 0;
}

/** What it asks for now, in minor units: below one, nothing. */
function askedBy(link: PayLinkSituation): number {
  const { amount, charges, due, dueOfNamed, pending } = link;
  if (isForAmountAlone(link)) return amount ?? 0;
  const owed = charges.length > 0 ? dueOfNamed : due - pending;
  return amount === null ? owed : Math.min(amount, owed);
}
