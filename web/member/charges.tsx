import type { Cart, Charge, Payline } from '../shared/types';
import { Badge } from './badge';
import { openOf } from './what-it-pays';
import { day, money, t } from './words';

/** What is asked of the member, with what is open of it. */
export function Charges({ cart }: { readonly cart: Cart }) {
  const { charges, paylines, due, currency, more } = cart;
  const isDueAgain = due > 0 && paylines.some(({ amount }) => amount < 0);
  return (
    <section class="card" aria-labelledby="charges-title">
      <h2 id="charges-title">{t('charges.title')}</h2>
      {isDueAgain && <p class="note">{t('charges.due_again')}</p>}
      <ul class="lines" id="charges">
        {more.charges !== null && <li class="note">{t('charges.older')}</li>}
        {charges.map((charge) => (
          <ChargeLine key={charge.id} charge={charge} currency={currency} />
        ))}
        {charges.length === 0 && <li class="note">{t('charges.none')}</li>}
      </ul>
    </section>
  );
}

function ChargeLine({ charge, currency }: { readonly charge: Charge; readonly currency: string }) {
  const { id, status, label, amount } = charge;
  return (
    <li data-charge={id} data-status={status}>
      <span>{label}</span>
      <span class="figure">{status === 'cancelled' ? <s>{money(amount, currency)}</s> : money(amount, currency)}</span>
      <span class="note">{aboutCharge(charge)}</span>
      <span class="figure">
        <ChargeState charge={charge} currency={currency} />
      </span>
    </li>
  );
}

function ChargeState({ charge, currency }: { readonly charge: Charge; readonly currency: string }) {
  switch (charge.status) {
    case 'cancelled':
      return <Badge tone="plain">{t('charge.cancelled')}</Badge>;
    case 'paid':
      return <Badge tone="good">{t('charge.paid')}</Badge>;
    case 'partly_paid':
      return <span class="note">{t('charge.partly', { money: money(openOf(charge), currency) })}</span>;
    case 'open':
      return <span class="note">{t('charge.open')}</span>;
  }
}

function aboutCharge({ label, category, dueOn, cancelledAt }: Charge): string {
  if (cancelledAt !== null) return t('charge.cancelled_on', { day: day(cancelledAt) });
  if (dueOn !== undefined) return t('charge.due_on', { day: day(dueOn) });
  return category.toLowerCase() === label.toLowerCase() ? '' : category;
}

/** What came of the member's money, and what went back; newest first. */
export function Paylines({ cart: { paylines, currency, more } }: { readonly cart: Cart }) {
  if (paylines.length === 0) return null;
  const isAnyBack = paylines.some(({ amount }) => amount < 0);
  return (
    <section class="card" aria-labelledby="paylines-title">
      <h2 id="paylines-title">{t(isAnyBack ? 'paylines.title_back' : 'paylines.title')}</h2>
      <ul class="lines" id="paylines">
        {[...paylines].reverse().map((line) => (
          <PaylineLine key={line.id} line={line} currency={currency} />
        ))}
        {more.paylines !== null && <li class="note">{t('paylines.older')}</li>}
      </ul>
    </section>
  );
}

function PaylineLine({
  line: { id, kind, amount, at },
  currency,
}: {
  readonly line: Payline;
  readonly currency: string;
}) {
  const isPlain = kind === 'payment' || kind === 'attachment';
  return (
    <li data-payline={id} data-kind={kind}>
      <span>{day(at)}</span>
      <span class="figure">{money(amount, currency)}</span>
      {!isPlain && <span class="note">{t(`payline.${kind}`)}</span>}
    </li>
  );
}
