import { loadAgreements } from '../../books/agreements';
import type { RecordedAgreement } from '../../books/agreements';
import { readCharges } from '../../books/cart';
import { findDisputes } from '../../books/disputes';
import type { EventRow } from '../../books/events';
import { loadPayments } from '../../books/facts';
import type { RecordedPayment } from '../../books/facts';
import { findMessages } from '../../books/notifications';
import { readSurroundings } from '../../books/payments';
import { findRefunds } from '../../books/refunds';
import type { ListedRefund } from '../../books/refunds';
import { loadUnmatched, withoutAttachment } from '../../books/unmatched';
import type { Database } from '../../prisma/client';
import type { Dispute } from '../../prisma/generated/client';
import { disputesOf } from '../../workflows/domain/dispute';
import type { EventObject } from '../../workflows/domain/event';
import type { Payment } from '../../workflows/domain/payment';
import { refundsOf } from '../../workflows/domain/refund';
import { unreachable } from '../../workflows/domain/unreachable';
import { viewAgreement } from './agreement-views';
import { viewCharge, viewDispute, viewMessage, viewPayment, viewRefund } from './views';

/** What a GET of the object says, as it was when the event happened. */
type EventData = Readonly<Record<string, unknown>>;

/** What a GET says for one caller, or for one moment, and not of the object itself. */
const UNTOLD = ['nextAction', 'actions', 'memberName', 'temporalUrl'];

/** Events as they are listed and sent. */
export async function readEventViews(db: Database, events: readonly EventRow[]) {
  const dataOf = await readEventData(db, events);
  return (event: EventRow) => {
    const { id, type, createdAt, sequence, merchantId } = event;
    return { id, type, createdAt: createdAt.toISOString(), sequence, merchant: merchantId, data: dataOf(event) };
  };
}

/** What the events say: each object folded to as many facts as stood then, so that it is the same whenever it is read. */
async function readEventData(db: Database, events: readonly EventRow[]): Promise<(event: EventRow) => EventData> {
  const idsOf = (kind: EventObject) => [...new Set(events.filter((e) => e.kind === kind).map((e) => e.objectId))];
  const [refunds, disputes, charges, messages, agreements] = await Promise.all([
    findRefunds(db, idsOf('refund')).then(byId),
    findDisputes(db, idsOf('dispute')).then(byId),
    readCharges(db, idsOf('charge')).then((all) => new Map(all.map((charge) => [charge.line.id, charge]))),
    findMessages(db, idsOf('notification')).then(byId),
    loadAgreements(db, idsOf('agreement')).then(
      (all) => new Map(all.map((agreement) => [agreement.terms.id, agreement])),
    ),
  ]);
  const ofObjects = [...refunds.values(), ...disputes.values()].flatMap(({ paymentId }) => paymentId ?? []);
  const ofNobody = [...refunds.values()].flatMap(({ notificationId }) => notificationId ?? []);
  const [payments, unmatched] = await Promise.all([
    loadPayments(db, [...new Set([...idsOf('payment'), ...ofObjects])]).then(
      (all) => new Map(all.map((payment) => [payment.terms.id, payment])),
    ),
    Promise.all(ofNobody.map(async (id) => [id, await loadUnmatched(db, id)] as const)).then((all) => new Map(all)),
  ]);

  const accountIds = [...new Set([...payments.values()].map(({ terms }) => terms.accountId))];
  const { environments } = await readSurroundings(db, [], accountIds);

  return (event) => {
    switch (event.kind) {
      case 'payment': {
        const payment = of(payments, event);
        return { ...tellPayment(payment, event), environment: environments[payment.terms.accountId] };
      }
      case 'refund': {
        const refund = of(refunds, event);
        const money = unmatched.get(refund.notificationId ?? '');
        return tellRefund(
          refund,
          payments.get(refund.paymentId ?? '') ?? (money ? withoutAttachment(money) : undefined),
          event,
        );
      }
      case 'dispute': {
        const dispute = of(disputes, event);
        return tellDispute(dispute, payments.get(dispute.paymentId), event);
      }
      case 'charge': {
        const { member, line } = of(charges, event);
        return { ...viewCharge(line), member };
      }
      case 'notification':
        return { ...viewMessage(of(messages, event)), ...event.told };
      case 'gateway_account':
        return event.told ?? {};
      case 'agreement':
        return tellAgreement(of(agreements, event), event);
      default:
        return unreachable(event.kind);
    }
  };
}

function byId<Row extends { readonly id: string }>(rows: readonly Row[]): ReadonlyMap<string, Row> {
  return new Map(rows.map((row) => [row.id, row]));
}

function of<Row>(rows: ReadonlyMap<string, Row>, { kind, objectId }: EventRow): Row {
  const row = rows.get(objectId);
  if (!row) throw new Error(`${kind} ${objectId} is gone`);
  return row;
}

/** The payment, or the money of nobody's, as it stood. */
function asOf<Money extends Payment>(money: Money, { facts }: EventRow): Money {
  return { ...money, facts: money.facts.slice(0, facts ?? 0) };
}

function tellPayment(payment: RecordedPayment, event: EventRow): EventData {
  // That it is being captured is so for a moment, and no fact.
  const row = { ...payment.row, capturingSince: null };
  const view = viewPayment({ ...asOf(payment, event), row }, { temporalUiUrl: '', temporalNamespace: '' });
  return Object.fromEntries(Object.entries(view).filter(([name]) => !UNTOLD.includes(name)));
}

function tellAgreement(agreement: RecordedAgreement, { facts }: EventRow): EventData {
  const then = { ...agreement, facts: agreement.facts.slice(0, facts ?? 0) };
  const known = new Set(then.facts.map((fact) => ('paymentId' in fact ? fact.paymentId : null)));
  const money = agreement.money.filter(({ payment }) => known.has(payment));
  const view = viewAgreement({ ...then, money }, { temporalUiUrl: '', temporalNamespace: '' });
  return Object.fromEntries(Object.entries(view).filter(([name]) => !UNTOLD.includes(name)));
}

function tellRefund(row: ListedRefund, money: Payment | undefined, event: EventRow): EventData {
  const view = viewRefund(row);
  const refund = money && refundsOf(asOf(money, event)).find(({ id }) => id === row.id);
  // Money of nobody's that a payment has claimed since is that payment's: the refund is told as it stands now.
  if (!refund) return view;
  const { status, reason, detail, feeReturned, gatewayReference, settledAt } = refund;
  return { ...view, ...refund.money, status, reason, detail, feeReturned, gatewayReference, settledAt };
}

function tellDispute(row: Dispute, payment: Payment | undefined, event: EventRow): EventData {
  const dispute = payment && disputesOf(asOf(payment, event)).find(({ id }) => id === row.id);
  if (!dispute) return viewDispute(row); // as it stands now: one case must not make all that happened unreadable
  const { gatewayReference, stage, reason, amount, held, lost, currency, status, fee, gatewayUrl, closedAt } = dispute;
  const answerBy = dispute.answerBy === null ? null : new Date(dispute.answerBy).toISOString();
  return {
    ...viewDispute(row),
    ...{ gatewayReference, stage, reason, amount, held, lost, currency, status, answerBy, fee, gatewayUrl, closedAt },
  };
}
