import type { Response } from 'express';
import { html, type Html } from '../html';
import { peopleList, sendPage, type Page } from '../page';
import { payersFor } from './payers';
import type { Order, Transaction } from './transactions';
import { callbackUrl } from './widget-options';

/** Which widget a page belongs to: what it was opened with, and its number, so that a second click pays nothing more. */
export interface Widget {
  readonly base: string;
  readonly options: string;
  readonly session: string;
  readonly timeNote: string;
}

/** Sends a page that stands in the widget's frame. */
export function sendFramed(res: Response, status: number, page: Pick<Page, 'base' | 'title' | 'body'>): void {
  sendPage(res, status, { ...page, framedWith: `${page.base}/kkiapay/frame.js` });
}

/** The page on which a payer chooses who to be. `failed`: the try before, which came to nothing. */
export function payerPage(
  widget: Widget,
  order: Order,
  paymentmethod: 'all' | 'momo' | 'card',
  failed: Transaction | null,
): Html {
  const { base, options, session, timeNote } = widget;
  return html`<h1>Pay ${order.amount} F CFA</h1>
    ${
      failed === null
        ? null
        : html`<p class="alert" role="alert" data-event="failed" data-transaction="${failed.id}">
            ${failed.payer.name}: ${failed.failureCode}. Nothing was taken. Try again, as the same payer or another.
          </p>`
    }
    <p>${order.reason || '(no reason given)'}</p>
    <p>Choose a test payer. What is written is what will happen. ${timeNote}</p>
    <form method="post" action="${base}/kkiapay/widget">
      <input type="hidden" name="options" value="${options}" />
      <input type="hidden" name="session" value="${session}" />
      ${peopleList(
        'payer',
        payersFor(paymentmethod).map(({ key, name, phone, source, does }) => ({
          key,
          name,
          does: `${source === 'CARD' ? 'card' : `+${phone}`}. ${does}`,
        })),
      )}
    </form>
    <p><button class="quiet" type="button" data-close>Close without paying</button></p>`;
}

/** The page after a payment that did not fail; the script tells the merchant's page unless the payer has closed the tab. */
export function outcomePage(transaction: Transaction, returns: boolean): Html {
  const { id, order, payer, status, fees, feesBorneByMerchant } = transaction;
  const isPaid = status !== 'PENDING';
  const goTo = callbackUrl(order, id);
  const facts = html`<dl>
    <div>
      <dt>Transaction</dt>
      <dd>${id}</dd>
    </div>
    <div>
      <dt>Status</dt>
      <dd>${status}</dd>
    </div>
    <div>
      <dt>Fee</dt>
      <dd>${fees} F CFA, borne by the ${feesBorneByMerchant ? 'merchant' : 'payer'}</dd>
    </div>
  </dl>`;
  const title = html`<h1>${payer.name} ${isPaid ? 'paid' : 'is paying'} ${order.amount} F CFA</h1>`;
  if (!returns)
    return html`${title} ${facts}
      <p>
        The payer has closed the tab: this page tells nobody, and nobody returns. Close it yourself, with the tab it is
        in.
      </p>`;
  return html`${title}
    <div
      data-event="${isPaid ? 'success' : 'pending'}"
      data-transaction="${id}"
      ${goTo === null ? null : html`data-go-to="${goTo}"`}
    >
      ${facts}
    </div>
    ${
      goTo === null
        ? html`<p><button class="quiet" type="button" data-close>Close</button></p>`
        : html`<p class="note">You will be sent back to the merchant.</p>`
    }`;
}

/** The page for options that are not in order. */
export function refusedPage(problems: readonly string[]): Html {
  return html`<h1>The widget cannot be opened</h1>
    <ul>
      ${problems.map((problem) => html`<li>${problem}</li>`)}
    </ul>
    <p><button class="quiet" type="button" data-close>Close</button></p>`;
}
