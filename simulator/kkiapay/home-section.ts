import { html, type Html } from '../html';
import type { Message } from '../message';
import { messageList } from '../message-list';
import type { Account } from './accounts';
import type { KkiapayCommands } from './commands';
import { PAYERS } from './payers';
import { paymentPanel, type Panel } from '../payment-panel';
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
  const action = `${base}/actions/kkiapay/transactions/${id}`;
  return html`<section class="card" id="${id}">
    <h3>
      ${order.amount} F CFA, ${payer.name || payer.phone}
      <span class="state ${STATE[status] ?? ''}">${status}${failureCode === '' ? '' : ` (${failureCode})`}</span>
    </h3>
    <p class="note">
      ${id} · ${by === 'prompt' ? `prompt to +${payer.phone}` : `widget, ${transaction.source}`} ·
      ${order.partnerId || '(no partnerId)'}
    </p>
    ${paymentPanel(panelOf(transaction, action))}
    <details>
      <summary>Another status, by hand …</summary>
      <form class="row" method="post" action="${action}/settle">
        ${STATUSES.filter((other) => other !== status).map((other) => html`<button class="quiet" name="status" value="${other}">${other}</button>`)}
      </form>
    </details>
    ${account.webhook === null ? html`<p class="note">No webhook: the account ${account.publicKey} has no address for them.</p>` : null}
    ${messageList(base, messages)}
  </section>`;
}

/** What would happen next in life: the phone is answered, or the merchant gives the money back. */
function panelOf({ status, source, order, fees, feesBorneByMerchant }: Transaction, action: string): Panel {
  const nothing: Panel = { action, sums: [], presses: [], forms: [], aftermath: [] };
  switch (status) {
    case 'PENDING':
      return {
        ...nothing,
        action: `${action}/settle`,
        presses: [
          { label: 'It is paid', fields: { status: 'SUCCESS' } },
          { label: 'It fails', fields: { status: 'FAILED' } },
        ],
      };
    case 'SUCCESS': {
      // KKiaPay gives mobile money back, and only whole.
      const presses = source === 'MOBILE_MONEY' ? [{ label: 'Revert from the dashboard', fields: {} }] : [];
      return { ...nothing, action: `${action}/revert`, presses };
    }
    case 'REVERTED':
      return {
        ...nothing,
        sums: [
          { label: 'given back', amount: `${order.amount} F CFA` },
          { label: `fee kept, of the ${feesBorneByMerchant ? 'merchant' : 'payer'}`, amount: `${fees} F CFA` },
        ],
      };
    default:
      return nothing;
  }
}

const STATE: Readonly<Record<string, string>> = { SUCCESS: 'completed', FAILED: 'failed', REVERTED: 'reversed' };
