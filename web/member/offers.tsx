import { useRef, useState } from 'preact/hooks';
import { parseAmount } from '../shared/money';
import type { Offer } from '../shared/types';
import { openOneOf, runningOneOf } from './agreement-desk';
import type { AgreementDesk, AgreementState } from './agreement-desk';
import { rhythmOf } from './agreement-words';
import { problemText } from './pay-form';
import { money, t } from './words';

interface Props {
  readonly state: AgreementState & { readonly loaded: NonNullable<AgreementState['loaded']> };
  readonly desk: AgreementDesk;
  readonly isConnected: boolean;
}

/** What the member can have collected by itself; nothing where nothing is offered. */
export function Offers({ state, desk, isConnected }: Props) {
  const { offers } = state.loaded;
  if (offers.length === 0) return null;
  return (
    <section class="card" id="offers" aria-labelledby="offers-title">
      <h2 id="offers-title">{t('offers.title')}</h2>
      <p class="note">{t('offers.note')}</p>
      <ul class="lines">
        {offers.map((offer) => (
          <OfferLine key={offer.id} offer={offer} {...{ state, desk, isConnected }} />
        ))}
      </ul>
    </section>
  );
}

function OfferLine({ offer, state, desk, isConnected }: Props & { readonly offer: Offer }) {
  const { id, label, amount: asked, currency, instalments } = offer;
  const [typed, setTyped] = useState('');
  const [isWrong, setWrong] = useState(false);
  const field = useRef<HTMLInputElement>(null);
  const range = typeof asked === 'number' ? null : asked;
  const amount = typeof asked === 'number' ? asked : amountWithin(asked, typed, currency);
  const problem = typeof amount !== 'number' && (isWrong || typed !== '') ? amount.problem : '';
  const isBusy = state.beginning === id;
  const isSecond = isAnother(offer, state);

  function submit(event: Event): void {
    event.preventDefault();
    if (typeof amount !== 'number') {
      setWrong(true);
      field.current?.focus();
    } else void desk.begin(offer, amount);
  }

  return (
    <li data-offer={id}>
      <span>{label}</span>
      <span class="figure">{typeof asked === 'number' && money(asked, currency)}</span>
      <span class="note">{instalments === null ? t('offers.endless') : t('offers.times', { count: instalments })}</span>
      <span class="figure note">{rhythmOf(offer)}</span>
      <form noValidate aria-label={label} onSubmit={submit}>
        {range !== null && (
          <>
            <label for={`amount-${id}`}>{t('pay.amount', { currency })}</label>
            <input
              ref={field}
              id={`amount-${id}`}
              inputMode="decimal"
              autocomplete="off"
              aria-describedby={`note-${id} error-${id}`}
              aria-invalid={problem !== ''}
              value={typed}
              onInput={(event) => setTyped(event.currentTarget.value)}
            />
            <p class="error" id={`error-${id}`} role="alert">
              {problem}
            </p>
            <p class="note" id={`note-${id}`}>
              {t('offers.between', { min: money(range.min, currency), max: money(range.max, currency) })}
            </p>
          </>
        )}
        <Already offer={offer} state={state} amount={typeof amount === 'number' ? amount : null} />
        <button class={isSecond ? 'whole quiet' : 'whole'} disabled={state.beginning !== null || !isConnected}>
          {isBusy ? t('offers.beginning') : buttonText(offer, state, typeof amount === 'number' ? amount : null)}
        </button>
        <p class="error" role="alert">
          {state.trouble?.offer === id ? state.trouble.text : ''}
        </p>
      </form>
    </li>
  );
}

/** What is begun of this offer, before another one is: paying twice is the commonest accident. */
function Already({
  offer,
  state,
  amount,
}: {
  readonly offer: Offer;
  readonly state: Props['state'];
  readonly amount: number | null;
}) {
  const open = openOneOf(offer, state.loaded);
  const running = runningOneOf(offer, state.loaded);
  const told = open ?? running;
  if (told === null) return null;
  const values = { money: money(told.amount, told.currency), rhythm: rhythmOf(told) };
  const isSame = told.amount === amount || amount === null;
  return (
    <p class="note" role="status">
      {open === null ? t('offers.running', values) : t(isSame ? 'offers.open' : 'offers.open_other', values)}
    </p>
  );
}

function buttonText(offer: Offer, state: Props['state'], amount: number | null): string {
  if (amount === null) return t('offers.begin');
  const values = { money: money(amount, offer.currency), rhythm: rhythmOf(offer) };
  const open = openOneOf(offer, state.loaded);
  if (open?.amount === amount) return t('offers.go_on', values);
  return t(isAnother(offer, state) ? 'offers.second' : 'offers.begin_money', values);
}

/** It would be collected beside one that is there. */
function isAnother(offer: Offer, { loaded }: Props['state']): boolean {
  return openOneOf(offer, loaded) === null && runningOneOf(offer, loaded) !== null;
}

/** What was typed, in minor units, or what is wrong with it in words. */
function amountWithin(
  { min, max }: { readonly min: number; readonly max: number },
  typed: string,
  currency: string,
): number | { readonly problem: string } {
  const amount = parseAmount(typed, currency);
  if (typeof amount !== 'number') return { problem: problemText(amount, currency) };
  if (amount >= min && amount <= max) return amount;
  return { problem: t('offers.outside', { min: money(min, currency), max: money(max, currency) }) };
}
