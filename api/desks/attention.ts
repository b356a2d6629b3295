import type { z } from 'zod';
import { findMembersByEmail, listAsking } from '../../books/attention';
import type { Asking, AskingFilter, AskingPlace } from '../../books/attention';
import { listAccounts } from '../../books/accounts';
import type { AccountRow } from '../../books/accounts';
import { loadPayments } from '../../books/facts';
import type { RecordedPayment } from '../../books/facts';
import { readCurrency } from '../../books/merchants';
import { findEndpoint } from '../../books/webhooks';
import type { Endpoint } from '../../books/webhooks';
import { findMessages } from '../../books/notifications';
import type { ListedMessage } from '../../books/notifications';
import { loadUnmatched } from '../../books/unmatched';
import type { Unmatched } from '../../books/unmatched';
import type { Database } from '../../prisma/client';
import { disputesOf } from '../../workflows/domain/dispute';
import { describeMoney } from '../../workflows/domain/money';
import type { Currency, Money } from '../../workflows/domain/money';
import { ATTENTION_CODES, ATTENTIONS, attentionsOf, leftOf, sumsOf } from '../../workflows/domain/payment';
import type { Raised } from '../../workflows/domain/payment';
import { refusalToReturn } from '../../workflows/domain/refund-plan';
import { KIND_OF_CODE, remediesFor } from '../../workflows/domain/remedies';
import type { AttentionKind, RefundStanding, Remedy } from '../../workflows/domain/remedies';
import { unreachable } from '../../workflows/domain/unreachable';
import type * as schemas from '../http/attention-schemas';
import type { RefundDesk } from './refunding';

interface Desk {
  readonly db: Database;
  readonly refunds: RefundDesk;
  /** Who is said to have paid by a message: it is sealed. */
  readonly payerOf: (message: ListedMessage) => { readonly email: string | null } | null;
}

export type AttentionItem = z.input<typeof schemas.attentionItem>;
type Proposal = z.input<typeof schemas.proposal>;

/** One page of what asks for a person at this merchant, the oldest first; `last`: its last row, whether or not it still asks. */
export async function readAttention(
  { db, refunds, payerOf }: Desk,
  merchantId: string,
  kind: AttentionKind | undefined,
  { after, limit }: { readonly after: AskingPlace | null; readonly limit: number },
): Promise<{ readonly items: readonly AttentionItem[]; readonly last: AskingPlace | null }> {
  const rows = await listAsking(db, merchantId, filterOf(kind), { after, limit });
  const shown = rows.slice(0, limit);
  const subjects = (source: Asking['source']) => [
    ...new Set(shown.filter((row) => row.source === source).map(({ subject }) => subject)),
  ];
  const [payments, messages, accounts, endpoints] = await Promise.all([
    loadPayments(db, subjects('payment')),
    findMessages(db, subjects('message')),
    subjects('account').length === 0 ? [] : listAccounts(db, merchantId),
    loadAll(subjects('endpoint'), (id) => findEndpoint(db, merchantId, id)),
  ]);
  const unmatched = await loadAll(
    messages.filter(({ state }) => state === 'unmatched'),
    ({ id }) => loadUnmatched(db, id, merchantId),
  );
  const moneys = [
    ...payments.map((payment) => ({ payment, method: payment.row.method })),
    ...unmatched.map((payment) => ({ payment, method: null })),
  ];
  const standings = await refunds.standings(db, merchantId, moneys);
  const payerEmails = new Map(messages.map((message) => [message.id, payerOf(message)?.email?.toLowerCase() ?? '']));
  const members = await findMembersByEmail(db, merchantId, [...new Set(payerEmails.values())]);
  const currency = await readCurrency(db, merchantId);

  const itemOf = (row: Asking): AttentionItem | null => {
    switch (row.source) {
      case 'payment': {
        const payment = payments.find(({ terms }) => terms.id === row.subject);
        const standing = standings.get(row.subject);
        return payment && standing ? ofPayment(row, payment, standing) : null;
      }
      case 'message': {
        const message = messages.find(({ id }) => id === row.subject);
        const money = unmatched.find(({ notificationId }) => notificationId === row.subject);
        if (message === undefined) return null;
        if (message.state === 'attention') return ofMessage(row, message);
        const standing = standings.get(row.subject);
        if (standing?.inFlight) return null; // what is on its way back needs nobody
        const payer = members.get(payerEmails.get(message.id) ?? '');
        return money && standing ? ofUnmatched(row, message, money, standing, { currency, payer }) : null;
      }
      case 'account': {
        const account = accounts.find(({ gateway }) => gateway === row.subject);
        return account ? ofAccount(row, account) : null;
      }
      case 'endpoint': {
        const endpoint = endpoints.find(({ id }) => id === row.subject);
        return endpoint ? ofEndpoint(row, endpoint) : null;
      }
      default:
        return unreachable(row);
    }
  };
  return {
    items: shown.map(itemOf).filter((item) => item !== null),
    last: rows.length > limit ? (shown.at(-1) ?? null) : null,
  };
}

function filterOf(kind: AttentionKind | undefined): AskingFilter {
  return {
    codes: ATTENTION_CODES.filter((code) => kind === undefined || KIND_OF_CODE[code] === kind),
    messages: kind === undefined || kind === 'unmatched',
    accounts: kind === undefined || kind === 'disabled_account',
    endpoints: kind === undefined || kind === 'failing_webhook',
  };
}

async function loadAll<Given, Loaded>(all: readonly Given[], load: (one: Given) => Promise<Loaded | null>) {
  return (await Promise.all(all.map(load))).filter((one) => one !== null);
}

const NOTHING = { payment: null, refund: null, dispute: null, notification: null, endpoint: null } as const;

function ofPayment(
  { id, since, code }: Asking & { readonly source: 'payment' },
  payment: RecordedPayment,
  standing: RefundStanding,
): AttentionItem | null {
  const raised = attentionsOf(payment).find((one) => one.code === code);
  if (!raised) return null; // it ended while this was read
  const dispute = disputesOf(payment).find(
    ({ capture, gatewayReference }) =>
      capture === raised.about.gatewayReference && gatewayReference === raised.about.qualifier,
  );
  const [proposal, ...others] = remediesFor(payment, raised, standing).map((remedy) =>
    proposalOf(payment, raised, remedy),
  );
  return {
    ...NOTHING,
    id,
    kind: KIND_OF_CODE[code],
    code,
    detail: raised.detail,
    since,
    gateway: payment.terms.gateway,
    payment: payment.terms.id,
    refund: ATTENTIONS[code].object === 'refund' && isRefund(raised) ? raised.about.gatewayReference : null,
    dispute: dispute?.id ?? null,
    sums: raised.money ? [raised.money] : [],
    proposal: proposal ?? AT_GATEWAY,
    others,
  };
}

const isRefund = ({ about }: Raised): boolean => about.gatewayReference.startsWith('ref_');

function ofUnmatched(
  { id, since, code }: Asking,
  { gateway }: ListedMessage,
  money: Unmatched,
  standing: RefundStanding,
  {
    currency,
    payer,
  }: { readonly currency: Currency; readonly payer: { readonly id: string; readonly name: string } | undefined },
): AttentionItem | null {
  const [sum] = sumsOf(money);
  if (!sum) return null;
  const left = { amount: leftOf(sum), currency: sum.money.currency };
  const path = `/v1/notifications/${money.notificationId}`;
  const canAttach = left.currency === currency && left.amount > 0;
  const canReturn = refusalToReturn({ ...standing, payment: money }, sum, left.amount) === null;
  const attach = (label: string, member: string | null): Proposal => ({
    ...{ action: 'attach', label, method: 'POST', path: `${path}/attachment` },
    body: member === null ? {} : { member },
    needs: member === null ? ['member'] : [],
  });
  const possible: Proposal[] = [
    ...(canAttach && payer ? [attach(`Give ${describeMoney(left)} to ${payer.name}`, payer.id)] : []),
    ...(canReturn ? [post('refund', `Give ${describeMoney(left)} back`, `${path}/refunds`)] : []),
    ...(canAttach ? [attach(`Give ${describeMoney(left)} to a member`, null)] : []),
  ];
  const [proposal = AT_GATEWAY, ...others] = possible;
  const detail = `${describeMoney(left)} came as ${money.reference} and names no payment; it is in suspense`;
  const about = { ...NOTHING, notification: money.notificationId };
  return { ...about, id, kind: 'unmatched', code, detail, since, gateway, sums: [left], proposal, others };
}

function ofMessage({ id, since }: Asking, { gateway, kind, reason, paymentId }: ListedMessage): AttentionItem | null {
  // What a message told of its payment asks for a person there.
  if (paymentId !== null && ATTENTION_CODES.some((known) => known === reason)) return null;
  const code = reason ?? 'not_understood';
  // One that tells of money is never put away.
  const dismiss =
    kind === null ? post('dismiss', 'Put it away: it has been read', `/v1/notifications/${id}/dismissal`) : AT_GATEWAY;
  const detail = `a message of ${gateway} could not be used (${code})`;
  const about = { ...NOTHING, notification: id, sums: [], proposal: dismiss, others: [] };
  return { ...about, id, kind: 'unmatched', code, detail, since, gateway };
}

function ofAccount({ id, since, code }: Asking, { gateway, disabledReason }: AccountRow): AttentionItem {
  const check = post('check', 'Check the account again', `/v1/gateway-accounts/${gateway}/check`);
  const detail = disabledReason ?? 'the account was not found usable yet';
  const about = { ...NOTHING, sums: [], proposal: check, others: [] };
  return { ...about, id, kind: 'disabled_account', code, detail, since, gateway };
}

function ofEndpoint({ id, since, code }: Asking, { url, enabled, disabledReason }: Endpoint): AttentionItem {
  const path = `/v1/webhook-endpoints/${id}`;
  const { host } = new URL(url); // the rest of an address may be as good as a key to it
  const detail = {
    gone: `${host} said that it is gone, and is told nothing any more`,
    failing: `${host} took nothing for days, and is told nothing any more`,
    trying: `${host} takes nothing of what it is sent; it is tried again`,
  }[disabledReason ?? 'trying'];
  const proposal: Proposal = enabled
    ? post('test', 'Send it a test', `${path}/test`)
    : { ...post('enable', 'Tell it again of what happens', path, { enabled: true }), method: 'PATCH' };
  return {
    ...NOTHING,
    id,
    kind: 'failing_webhook',
    code,
    detail,
    since,
    gateway: null,
    endpoint: id,
    sums: [],
    proposal,
    others: [],
  };
}

const post = (action: Proposal['action'], label: string, path: string, body: object = {}): Proposal => ({
  ...{ action, label, method: 'POST', path, needs: [] },
  body: { ...body },
});

const AT_GATEWAY: Proposal = {
  ...{ action: 'at_gateway', label: "Look at the gateway's own pages: it is decided there", method: null },
  ...{ path: null, body: null, needs: [] },
};
const LATER: Proposal = {
  ...AT_GATEWAY,
  ...{ action: 'later', label: 'Settle first what is more urgent about this payment' },
};

/** A remedy as the call that does it. */
function proposalOf({ terms }: RecordedPayment, { code, money }: Raised, remedy: Remedy): Proposal {
  const payment = `/v1/payments/${terms.id}`;
  const sum = money === null ? 'it' : describeMoney(money);
  switch (remedy.does) {
    case 'accept':
      return post('accept', acceptance(code, money), `${payment}/resolution`, { action: 'accept' });
    case 'return_suspended':
      return post('refund', `Give ${sum} back`, `${payment}/resolution`, { action: 'refund' });
    case 'refund':
      return post('refund', `Give ${sum} back once more`, `${payment}/refunds`, { amount: remedy.amount });
    case 'cancel':
      return post('cancel', 'Cancel the payment', `${payment}/cancel`);
    case 'retry_refund':
      return post('retry', 'Ask the gateway for the refund now', `/v1/refunds/${remedy.refundId}/retry`);
    case 'give_up_refund':
      return post('give_up', 'Give the refund up', `/v1/refunds/${remedy.refundId}/cancel`);
    case 'resolve_dispute': {
      const { disputeId, outcome } = remedy;
      const label = outcome === 'lost' ? `Give up ${sum}: the case is lost` : 'Close the case: nothing will come of it';
      return post('resolve_dispute', label, `/v1/disputes/${disputeId}/resolution`, { outcome });
    }
    case 'at_gateway':
      return AT_GATEWAY;
    case 'later':
      return LATER;
    default:
      return unreachable(remedy);
  }
}

function acceptance(code: Raised['code'], money: Money | null): string {
  if (money !== null && code === 'refund_exceeds_payment') return `Write ${describeMoney(money)} off`;
  const isPlaced = ATTENTIONS[code].object === 'sum' || code === 'refund_at_gateway_only' || code === 'reversal_excess';
  return money !== null && isPlaced ? `Accept ${describeMoney(money)} for the member` : 'It has been read';
}
