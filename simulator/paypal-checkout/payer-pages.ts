import { html, type Html } from '../html';
import { peopleList } from '../page';
import { writeAmount } from '../paypal-standard/amounts';
import { BUYERS, nameOf, type Buyer } from './buyers';
import type { Order } from './orders';

// Long enough to read the page.
export const RETURN_S = 5;

/** The page on which a payer chooses who to be. */
export function approvalPage(action: string, order: Order, cancelUrl: string | null, timeNote: string): Html {
  const { purchase, state } = order;
  return html`<h1>Pay ${sumOf(order)}</h1>
    ${
      state.kind === 'card_declined'
        ? html`<p class="alert" role="alert">
            The card of ${nameOf(state.buyer)} was declined. Choose another way of paying.
          </p>`
        : null
    }
    <dl>
      ${rows([
        ['To', order.merchantId],
        ['For', purchase.description ?? '(no description)'],
        ['Invoice', purchase.invoiceId ?? '(none)'],
        ['Order', order.id],
      ])}
    </dl>
    <h2>Who pays?</h2>
    <p>Choose a test buyer. What is written is what will happen. ${timeNote}</p>
    <form method="post" action="${action}">
      <input type="hidden" name="token" value="${order.id}" />
      ${peopleList(
        'buyer',
        BUYERS.map((buyer) => ({ ...buyer, name: nameOf(buyer) })),
      )}
    </form>
    ${
      cancelUrl === null
        ? null
        : html`<h2>Or not at all</h2>
            <p><a class="button quiet" href="${cancelUrl}">Cancel and return to the merchant</a></p>`
    }`;
}

/** The page after approving: the money is not taken yet, that is the merchant's to do. */
export function approvedPage(order: Order, buyer: Buyer, returnUrl: string | null, control: string): Html {
  return html`<h1>${buyer.firstName} approved ${sumOf(order)}</h1>
    <p><strong>${nameOf(buyer)}.</strong> ${buyer.does}</p>
    ${
      returnUrl === null
        ? html`<p>The tab is closed now: nobody returns to the merchant.</p>`
        : html`<p><a class="button" href="${returnUrl}">Return to merchant</a></p>
            <p class="note">You will be sent back in ${RETURN_S} seconds.</p>`
    }
    <p><a href="${control}#${order.id}">What happens next is decided on the control page</a></p>`;
}

/** The page of a payer who changed their mind. */
export function cancelledPage(buyer: Buyer, cancelUrl: string | null): Html {
  return html`<h1>${nameOf(buyer)} does not pay</h1>
    <p>Nothing was approved, and nothing was sent.</p>
    ${
      cancelUrl === null
        ? html`<p>The order names no page to return to.</p>`
        : html`<p><a class="button" href="${cancelUrl}">Return to merchant</a></p>
            <p class="note">You will be sent back in ${RETURN_S} seconds.</p>`
    }`;
}

/** The page for an order whose money was taken, or tried to be. */
export function capturedPage(order: Order, control: string): Html {
  return html`<h1>${sumOf(order)}: there is nothing left to do</h1>
    <p>The merchant has captured this order.</p>
    <p><a href="${control}#${order.id}">What became of it</a></p>`;
}

export function sumOf({ purchase: { amount } }: Order): string {
  return `${writeAmount(amount.units, amount.currency)} ${amount.currency}`;
}

/** The lines of a page's `dl`. */
export function rows(all: readonly (readonly [string, string])[]): Html[] {
  return all.map(
    ([name, value]) =>
      html`<div>
        <dt>${name}</dt>
        <dd>${value}</dd>
      </div>`,
  );
}
