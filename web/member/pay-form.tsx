import { useEffect, useRef, useState } from 'preact/hooks';
import { writeAmount } from '../../words/figures';
import { amountText, chosenGateway, chosenLabel, isAbout, readAmount, replacedBy, replacingText } from './account-desk';
import type { AccountDesk, AccountState } from './account-desk';
import type { AmountProblem } from '../shared/money';
import type { Cart } from '../shared/types';
import { gatewayLabel, gatewayRows } from './gateways';
import type { GatewayRow } from './gateways';
import { openOf, whatItPays } from './what-it-pays';
import { language, money, t } from './words';

interface Props {
  readonly state: AccountState & { readonly loaded: NonNullable<AccountState['loaded']> };
  readonly desk: AccountDesk;
}

/** What to pay, through whom, and the button that does it. */
export function PayForm({ state, desk }: Props) {
  const { cart } = state.loaded;
  const { currency, pending } = cart;
  const amount = readAmount(state);
  const [isWrong, setWrong] = useState(false);
  const field = useRef<HTMLInputElement>(null);
  const problem = typeof amount !== 'number' && (isWrong || (state.typed ?? '') !== '') ? amount : null;
  const replaced = replacedBy(state);
  const isReplacing = replaced !== null && !state.busy && !isAbout(replaced, state);
  useEffect(() => {
    if (state.typed === null) setWrong(false);
  }, [state.typed]);

  function submit(event: Event): void {
    event.preventDefault();
    if (typeof amount !== 'number') {
      setWrong(true);
      field.current?.focus();
    } else void desk.pay();
  }

  return (
    <section class="card" id="pay" aria-labelledby="pay-title">
      <h2 id="pay-title">{t('pay.title')}</h2>
      <form noValidate onSubmit={submit}>
        <label for="amount">{t('pay.amount', { currency })}</label>
        <input
          ref={field}
          id="amount"
          inputMode="decimal"
          autocomplete="off"
          aria-describedby="amount-note amount-error"
          aria-invalid={problem !== null}
          value={amountText(state)}
          onInput={(event) => desk.type(event.currentTarget.value)}
        />
        <p class="error" id="amount-error" role="alert">
          {problem === null ? '' : problemText(problem, currency)}
        </p>
        <p class="note" id="amount-note">
          {[
            consequence(cart, state.charges, amount),
            pending > 0 ? t('pay.pending', { money: money(pending, currency) }) : '',
          ]
            .filter((sentence) => sentence !== '')
            .join(' ')}
        </p>
        <ChargeChoice state={state} desk={desk} />
        <GatewayChoice state={state} desk={desk} isAboutAmount={typeof amount === 'number'} />
        {isReplacing && (
          <p class="note" id="replacing" role="status">
            {replacingText(replaced)}{' '}
            <button type="button" class="link" onClick={() => desk.keep(replaced)}>
              {t('replacing.keep')}
            </button>
          </p>
        )}
        <button
          id="pay-button"
          class="whole"
          disabled={state.busy || !state.isConnected || chosenGateway(state) === null}
        >
          {buttonText(state, amount)}
        </button>
        {state.opening !== null && <Opening payment={state.opening} desk={desk} />}
        <p class="error" id="pay-error" role="alert">
          {state.payError ?? ''}
        </p>
      </form>
    </section>
  );
}

function Opening({
  payment,
  desk,
}: {
  readonly payment: NonNullable<AccountState['opening']>;
  readonly desk: AccountDesk;
}) {
  return (
    <p class="note" id="opening" role="status">
      {t('opening.text', { gateway: gatewayLabel(payment.gateway) })}{' '}
      <button type="button" class="link" onClick={() => void desk.stopOpening(payment)}>
        {t('open.cancel')}
      </button>
    </p>
  );
}

function ChargeChoice({ state, desk }: Props) {
  const { charges, currency } = state.loaded.cart;
  const open = charges.filter((charge) => openOf(charge) > 0);
  if (open.length < 2) return null;
  return (
    <details>
      <summary>{t('pay.choose')}</summary>
      <div id="choices">
        {open.map((charge) => (
          <label key={charge.id} class="option">
            <input
              type="checkbox"
              checked={state.charges.includes(charge.id)}
              onChange={(event) => desk.chooseCharge(charge.id, event.currentTarget.checked)}
            />
            <span>{charge.label}</span>
            <span class="figure">{money(openOf(charge), currency)}</span>
          </label>
        ))}
      </div>
    </details>
  );
}

function GatewayChoice({ state, desk, isAboutAmount }: Props & { readonly isAboutAmount: boolean }) {
  const all = gatewayRows(state.options);
  const out = all.filter(({ why }) => why !== null);
  const isChoice = all.length - out.length > 1;
  return (
    <>
      {isChoice && (
        <fieldset id="gateways">
          <legend>{t('pay.with')}</legend>
          {all.map((row) => (
            <GatewayOption key={row.gateway} row={row} chosen={chosenGateway(state)} desk={desk} />
          ))}
        </fieldset>
      )}
      <p class="note" id="left-out" role="status">
        {isChoice ? '' : leftOutText(all, out, { merchant: state.loaded.cart.merchantName, isAboutAmount })}
      </p>
    </>
  );
}

interface OptionProps {
  readonly row: GatewayRow;
  readonly chosen: string | null;
  readonly desk: AccountDesk;
}

function GatewayOption({ row: { gateway, label, why }, chosen, desk }: OptionProps) {
  return (
    <label class={why === null ? 'option' : 'option out'}>
      <input
        type="radio"
        name="gateway"
        value={gateway}
        disabled={why !== null}
        checked={gateway === chosen}
        onChange={() => desk.chooseGateway(gateway)}
      />
      <span>{label}</span> {why !== null && <span class="note">{why}</span>}
    </label>
  );
}

/** Where there is nothing to choose from, why gateways are left out. */
function leftOutText(
  all: readonly GatewayRow[],
  out: readonly GatewayRow[],
  { merchant, isAboutAmount }: { readonly merchant: string; readonly isAboutAmount: boolean },
): string {
  if (all.length === 0) return t('gateways.none', { merchant });
  const why = isAboutAmount ? out.map((row) => `${row.label} ${row.why ?? ''}.`) : [];
  return [...(all.length === out.length ? [t('gateways.nothing')] : []), ...new Set(why)].join(' ');
}

/** What an amount means for the account. */
function consequence(cart: Cart, chosen: readonly string[], amount: number | AmountProblem): string {
  const { due, currency } = cart;
  if (typeof amount !== 'number') return due === 0 ? t('pays.in_advance_possible') : '';
  if (due === 0) return t('pays.in_advance');
  if (amount === due) return t('pays.all');
  if (amount > due) return t('pays.more', { money: money(amount - due, currency) });
  const left = t('pays.left', { money: money(due - amount, currency) });
  const parts = whatItPays(cart, chosen, amount)?.map(({ label, amount: part, isWhole }) =>
    isWhole ? label : t('pays.part', { money: money(part, currency), label }),
  );
  if (parts === undefined || parts.length === 0 || parts.length > 3) return left;
  return `${t('pays.these', { list: new Intl.ListFormat(language()).format(parts) })} ${left}`;
}

/** What is wrong with an amount that was typed. */
export function problemText(problem: AmountProblem, currency: string): string {
  return t(`amount.${problem}`, { currency, example: writeAmount({ amount: 123_450, currency }, language()) });
}

function buttonText(state: Props['state'], amount: number | AmountProblem): string {
  const gateway = chosenLabel(state);
  if (chosenGateway(state) === null) return t('pay.button');
  if (state.busy) return t('pay.going', { gateway });
  return typeof amount === 'number'
    ? t('pay.button_money', { money: money(amount, state.loaded.cart.currency), gateway })
    : t('pay.button_gateway', { gateway });
}
