import { html, type Html } from '../html';
import type { Message } from '../message';
import { messageList } from '../message-list';
import type { Account } from './accounts';
import type { KkiapayCommands } from './commands';
import { PAYERS } from './payers';
import type { Transaction } from './transactions';

const TRANSACTIONS_SHOWN = 30;
const STATUSES = ['SUCCESS', 'FAILED', 'REVERTED', 'PENDING'];

/** KKiaPay's part of the control page. `messagesOf`: what was sent about a transaction. */
export function kkiapaySection(
  base: string,
  kkiapay: KkiapayCommands,
  messagesOf: (id: string) => readonly Message[],
): Html {
  const transactions = kkiapay.transactions();
  const sample = new URLSearchParams({
    options: JSON.stringify({ amount: 5000, key: 'sample', reason: 'Annual fee' }),
  }).toString();
  return html`${transactions.length === 0 ? html`<p class="note">None yet. A merchant’s page opens the widget with ${base}/kkiapay/k.js, or <a href="${base}/kkiapay/widget?${sample}">try one without a merchant</a>.</p>` : null}
  ${transactions.slice(0, TRANSACTIONS_SHOWN).map((transaction) => transactionCard(base, transaction, kkiapay.account(transaction.order.publicKey), messagesOf(transaction.id)))}
  ${transactions.length > TRANSACTIONS_SHOWN ? html`<p class="note">${transactions.length - TRANSACTIONS_SHOWN} older ones are in <a href="${base}/control/kkiapay/transactions">the JSON list</a>.</p>` : null}`;
}

/** Who can pay in the widget, and what happens then. */
export function kkiapayTestPayers(): Html {
  return html`<h3>KKiaPay</h3>
    <ul>
      ${PAYERS.map(({ key, name, does }) => html`<li><strong>${name}</strong> (<code>${key}</code>): ${does}</li>`)}
    </ul>`;
}

function transactionCard(base: string, transaction: Transaction, account: Account, messages: readonly Message[]): Html {
  const { id, order, by, payer, status, failureCode } = transaction;
  return html`<section class="card" id="${id}">
    <h3>
      ${order.amount} F CFA, ${payer.name || payer.phone}
      <span class="state ${STATE[status] ?? ''}">${status}${failureCode === '' ? '' : ` (${failureCode})`}</span>
    </h3>
    <p class="note">
      ${id} · ${by === 'prompt' ? `prompt to +${payer.phone}` : `widget, ${transaction.source}`} ·
      ${order.partnerId || '(no partnerId)'}
    </p>
    <form class="row" method="post" action="${base}/actions/kkiapay/transactions/${id}/settle">
      ${STATUSES.filter((other) => other !== status).map((other) => html`<button class="quiet" name="status" value="${other}">${other}</button>`)}
    </form>
    ${account.webhook === null ? html`<p class="note">No webhook: the account ${account.publicKey} has no address for them.</p>` : null}
    ${messageList(base, messages)}
  </section>`;
}

const STATE: Readonly<Record<string, string>> = { SUCCESS: 'completed', FAILED: 'failed', REVERTED: 'reversed' };
