import type { PaylineKind } from '../../workflows/domain/booking';
import type { Currency } from '../../workflows/domain/money';
import type { PageLanguage } from '../../words/language';
import { RECEIPT } from '../../words/receipt';
import { sayingsIn } from '../../words/sayings';
import { html, Html } from './html';

/** What the paper about a payment is made of. Sums are in minor units, instants ISO 8601. */
export interface ReceiptPage {
  readonly locale: PageLanguage;
  readonly paymentId: string;
  readonly gatewayLabel: string;
  readonly isTest: boolean;
  readonly merchant: {
    readonly name: string;
    readonly address: string | null;
    readonly registration: string | null;
    readonly timeZone: string;
  };
  readonly memberName: string;
  readonly currency: Currency;
  readonly lines: readonly { readonly kind: PaylineKind; readonly amount: number; readonly at: string }[];
  readonly charges: readonly { readonly label: string; readonly amount: number }[];
  readonly credit: number;
}

/** All that the paper looks like: it loads nothing, so that it can be kept as a file. */
export const RECEIPT_STYLE = `body{font:16px/1.5 system-ui,sans-serif;color:#1d2622;background:#fff;max-width:42rem;margin:2rem auto;padding:0 1rem}
h1{font-size:1.75rem;margin:1.5rem 0}
dl>div{display:grid;grid-template-columns:minmax(0,10rem) minmax(0,1fr);gap:1rem;padding:.5rem 0;border-top:1px solid #7c8781}
dt{color:#55615b}dd{margin:0;overflow-wrap:anywhere}dd p{margin:0}.sum{font-weight:600}.test{border:2px solid #9a2a2a;padding:.5rem 1rem;color:#9a2a2a}
.note{color:#55615b;font-size:.875rem}@media print{body{margin:0}.screen{display:none}}`;

/** A page to be printed by the browser: what was paid, to whom, for what, and what has gone back since. It needs no script. */
export function receiptPage(page: ReceiptPage): string {
  const { locale, merchant, currency, charges, credit } = page;
  const words = RECEIPT[locale];
  const say = sayingsIn(locale);
  const money = (amount: number) => say.money({ amount: Math.abs(amount), currency });
  const day = (at: string) => say.day(at, merchant.timeZone);
  const came = page.lines.filter(isArrival);
  const since = page.lines.filter((line) => !isArrival(line));
  const received = came.reduce((total, { amount }) => total + amount, 0);
  const about = [merchant.address, merchant.registration].flatMap((text) => text?.split('\n') ?? []);
  const pays = [
    ...charges.map(({ label, amount }) => html`<p>${label}: ${money(amount)}</p>`),
    ...(credit > 0 ? [html`<p>${money(credit)} ${words.credit}</p>`] : []),
  ];
  return html`<!doctype html>
    <html lang="${locale}">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="robots" content="noindex" />
        <title>${words.title} · ${merchant.name}</title>
        <link rel="icon" href="data:," />
        ${new Html(`<style>${RECEIPT_STYLE}</style>`)}
      </head>
      <body>
        <main>
          ${page.isTest ? html`<p class="test">${words.test}</p>` : null}
          <h1>${words.title}</h1>
          <dl>
            ${row(words.receivedBy, html`${[merchant.name, ...about].map((line) => html`<p>${line}</p>`)}`)}
            ${row(words.paidBy, html`${page.memberName}`)}
            ${row(words.amount, html`<span class="sum">${money(received)}</span>`)}
            ${row(words.day, html`${[...new Set(came.map(({ at }) => day(at)))].join(', ')}`)}
            ${row(words.through, html`${page.gatewayLabel}`)}
            ${
              since.length === 0
                ? null
                : row(
                    words.since,
                    html`${since.map(({ kind, amount, at }) => html`<p>${day(at)}: ${money(amount)} ${sinceWords(kind)}</p>`)}`,
                  )
            }
            ${row(words.pays, html`${pays.length === 0 ? words.paysNothing : pays}`)}
            ${row(words.reference, html`<code>${page.paymentId}</code>`)}
          </dl>
          <p class="note screen">${words.print}</p>
        </main>
      </body>
    </html> `.text;

  function sinceWords(kind: PaylineKind): string {
    return kind === 'payment' || kind === 'attachment' ? '' : words.lines[kind];
  }
}

const isArrival = ({ kind }: ReceiptPage['lines'][number]): boolean => kind === 'payment' || kind === 'attachment';

function row(name: string, value: Html): Html {
  return html`<div>
    <dt>${name}</dt>
    <dd>${value}</dd>
  </div>`;
}
