import { html, type Html } from '../../html';
import { peopleList } from '../../page';
import { BUYERS, nameOf, type Buyer } from '../buyers';
import { withCurrency } from '../order-card';
import { RETURN_S, rows } from '../payer-pages';
import { when } from '../views';
import { describeInterval } from './schedule';
import type { Revision, Subscription, Terms } from './subscriptions';

/** The page on which a payer chooses who to be, and so agrees to pay again and again. */
export function subscribingPage(action: string, subscription: Subscription, cancelUrl: string | null): Html {
  const { id, approvalToken, plan, terms, startsAt, createdAt, wasCardDeclined } = subscription;
  return html`<h1>Pay ${termsInWords(terms)}</h1>
    ${
      wasCardDeclined
        ? html`<p class="alert" role="alert">The card was declined. Choose another way of paying.</p>`
        : null
    }
    <dl>
      ${rows([
        ['To', merchantOf(subscription)],
        ['For', plan.name],
        ['Payments', terms.totalCycles === 0 ? 'until cancelled' : String(terms.totalCycles)],
        ['First payment', startsAt > createdAt ? when(startsAt) : 'now'],
        ['Subscription', id],
      ])}
    </dl>
    <h2>Who pays?</h2>
    <p>
      Choose a test buyer to approve. What is written is what will happen; later payments are made on the control page.
    </p>
    <form method="post" action="${action}">
      <input type="hidden" name="ba_token" value="${approvalToken}" />
      ${peopleList(
        'buyer',
        BUYERS.map((buyer) => ({ key: buyer.key, name: nameOf(buyer), does: doesOf(buyer) })),
      )}
    </form>
    ${
      cancelUrl === null
        ? null
        : html`<h2>Or not at all</h2>
            <p><a class="button quiet" href="${cancelUrl}">Cancel and return to the merchant</a></p>`
    }`;
}

/** The page on which the payer of a subscription answers to a higher price. */
export function revisingPage(action: string, subscription: Subscription, { terms }: Revision): Html {
  return html`<h1>Pay ${termsInWords(terms)}</h1>
    <p>Instead of ${termsInWords(subscription.terms)}, from the next payment on.</p>
    <dl>
      ${rows([
        ['To', merchantOf(subscription)],
        ['Subscription', subscription.id],
      ])}
    </dl>
    <form class="row" method="post" action="${action}">
      <input type="hidden" name="ba_token" value="${subscription.approvalToken}" />
      <button name="answer" value="approve">Approve</button>
      <button class="quiet" name="answer" value="cancel">Cancel</button>
    </form>`;
}

/** The page after approving. */
export function subscribedPage(
  subscription: Subscription,
  payer: Buyer,
  returnUrl: string | null,
  control: string,
): Html {
  return html`<h1>${payer.firstName} approved ${termsInWords(subscription.terms)}</h1>
    <p><strong>${nameOf(payer)}.</strong> ${doesOf(payer)}</p>
    ${
      returnUrl === null
        ? html`<p>The tab is closed now: nobody returns to the merchant.</p>`
        : html`<p><a class="button" href="${returnUrl}">Return to merchant</a></p>
            <p class="note">You will be sent back in ${RETURN_S} seconds.</p>`
    }
    <p><a href="${control}#${subscription.id}">What happens next is decided on the control page</a></p>`;
}

/** What a buyer does about a subscription. */
function doesOf({ plan }: Buyer): string {
  if (plan.kind === 'cancels') return 'Cancels: back to the merchant, nothing approved, nothing sent.';
  const [first] = plan.capture;
  const sentences = [
    plan.firstCardDeclined
      ? 'The card is declined on this page; chosen once more, another card is good.'
      : first.status === 'DECLINED'
        ? 'Approves, but the first payment fails and is outstanding.'
        : first.status === 'PENDING'
          ? `Approves; each payment is pending (${first.reason ?? ''})${plan.capture.length > 1 ? ' for a moment' : ''}.`
          : 'Approves; each payment is completed at once.',
    ...(plan.returns ? [] : ['Closes the tab: the merchant learns it from the webhooks only.']),
    ...(plan.approvalEvent === 'lost' ? ['The webhook that says it is active is lost.'] : []),
    ...(plan.events === 'once' ? [] : ['All webhooks come twice, those of sales newest first.']),
  ];
  return sentences.join(' ');
}

function termsInWords({ price, interval }: Terms): string {
  return `${withCurrency(price)} ${describeInterval(interval)}`;
}

function merchantOf({ brandName, merchantId }: Subscription): string {
  return brandName === null ? merchantId : `${brandName} (${merchantId})`;
}
