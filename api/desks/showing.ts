import type { z } from 'zod';
import type { RecordedPayment } from '../../books/facts';
import { readSurroundings } from '../../books/payments';
import type { Sql } from '../../books/sql';
import { sumsOf } from '../../workflows/domain/payment';
import { actionRefusal, PAYMENT_ACTIONS } from '../../workflows/domain/remedies';
import type { PaymentAction, RefundStanding } from '../../workflows/domain/remedies';
import { describeRejection } from '../http/rejections';
import { lacking } from '../http/rights';
import type { CallerWith, RightName } from '../http/rights';
import type * as schemas from '../http/schemas';
import { viewPayment } from '../http/views';
import type { ViewSettings } from '../http/views';
import type { RefundDesk } from './refunding';

type Shown = z.input<typeof schemas.payment>;
type Viewer = CallerWith<'watch_payment'>;

interface Desk {
  readonly db: Sql;
  readonly refunds: RefundDesk;
  readonly view: ViewSettings;
}

/** Payments of one merchant as a caller sees them, with what that caller can do about each. */
export function showPayments({ db, refunds, view }: Desk) {
  async function showAll(caller: Viewer, payments: readonly RecordedPayment[]): Promise<Shown[]> {
    const { names, environments } = await readSurroundings(
      db,
      [...new Set(payments.map(({ terms }) => terms.memberId))],
      [...new Set(payments.map(({ terms }) => terms.accountId))],
    );
    // Where no money came there is nothing to give back, whatever its account can.
    const refundable = payments.filter((payment) => sumsOf(payment).length > 0);
    const standings =
      refundable.length === 0
        ? new Map<string, RefundStanding>()
        : await refunds.standings(
            db,
            caller.merchantId,
            refundable.map((payment) => ({ payment, method: payment.row.method })),
          );
    return payments.map((payment) => {
      const { id, memberId, accountId } = payment.terms;
      const standing = standings.get(id) ?? NO_MONEY;
      const environment = environments[accountId];
      if (environment === undefined) throw new Error(`the account of ${id} is gone`);
      return {
        ...viewPayment(payment, view),
        environment,
        memberName: caller.kind === 'watcher' ? null : (names[memberId] ?? null),
        actions: PAYMENT_ACTIONS.map((kind) => ({ kind, ...verdictOn(payment, standing, kind, caller) })),
      };
    });
  }

  return {
    showAll,
    async show(caller: Viewer, payment: RecordedPayment): Promise<Shown> {
      const [shown] = await showAll(caller, [payment]);
      if (!shown) throw new Error(`payment ${payment.terms.id} is not shown`);
      return shown;
    },
  };
}

const NO_MONEY: RefundStanding = {
  ability: { gateway: 'none', account: 'none', feesReturned: 'none', refundAt: '', writes: () => false },
  feesBorneBy: 'merchant',
  inFlight: false,
};

/** By which right each is done. */
const RIGHT_TO: Readonly<Record<PaymentAction, RightName>> = {
  cancel: 'start_payments',
  refund: 'give_back',
  resolution: 'give_back',
};

function verdictOn(payment: RecordedPayment, standing: RefundStanding, kind: PaymentAction, caller: Viewer) {
  const forbidden = lacking(RIGHT_TO[kind], caller);
  if (forbidden !== null) return { allowed: false, code: 'forbidden', detail: forbidden };
  const refused = actionRefusal(payment, standing, kind);
  if (refused === null) return { allowed: true, code: null, detail: null };
  const detail = refused.detail === null ? describeRejection(refused.code) : refused.detail;
  return { allowed: false, code: refused.code, detail };
}
