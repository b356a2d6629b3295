import { writeAmount } from '../../words/figures';
import { describeStanding, isSettled } from '../../words/standing';
import type { Words } from '../../words/standing';
import { broughtAnswer, call, Refusal, troubleOf } from '../shared/client';
import type { Credentials } from '../shared/client';
import { pause, pauseAfter, watchPayment } from '../shared/live';
import { parseAmount } from '../shared/money';
import type { AmountProblem } from '../shared/money';
import type { Cart, CheckoutOptions, Order, Payment } from '../shared/types';
import { asClaimed } from './claims';
import { availableAmong, gatewayLabel, gatewayLabelAmong, standingOf } from './gateways';
import { perform } from './next-action';
import { cancelPayment, openPayment, untilOpened } from './paying';
import { inPlainWords, isEnd, Told } from './trouble';
import { openOf } from './what-it-pays';
import { WidgetTrouble } from './widget';
import { language, money, t } from './words';

/** A browser holds about six connections to one server; streams must leave some for the rest. */
const MOST_WATCHED = 3;
/** So long the page waits to be told which gateways can be chosen, before it offers them all. */
const CHOICE_PATIENCE_MS = 1_500;
/** A member who types is asked about no amount that is not finished. */
const TYPING_PAUSE_MS = 250;
/** As the page of the member space asks for them too. */
const UNDECIDED = '/v1/payments?status=created,awaiting_payer,processing,needs_review,disputed&limit=20';

export interface Notice {
  readonly tone: Words['tone'];
  readonly title: string;
  readonly text: string;
}

/** The account as it was told last. `undecided`: payments in which something may happen still, newest first. */
interface Loaded {
  readonly cart: Cart;
  readonly undecided: readonly Payment[];
  readonly at: Date;
}

/** All that the page of an account shows. */
export interface AccountState {
  readonly loaded: Loaded | null;
  /** As the API told them last; null before. */
  readonly options: CheckoutOptions | null;
  /** What was typed; null: the amount is the one that is due. */
  readonly typed: string | null;
  readonly charges: readonly string[];
  /** The gateway that the member chose, available or not. */
  readonly wanted: string | null;
  /** Open payments that the next one does not replace. */
  readonly kept: readonly string[];
  readonly busy: boolean;
  /** The payment of which a command is on its way. */
  readonly acting: string | null;
  readonly opening: Payment | null;
  readonly notice: Notice | null;
  readonly payError: string | null;
  readonly isConnected: boolean;
  /** The session is over, or the token. */
  readonly isOver: boolean;
}

/** Before anything is known. */
const EMPTY_ACCOUNT: AccountState = {
  loaded: null,
  options: null,
  typed: null,
  charges: [],
  wanted: null,
  kept: [],
  busy: false,
  acting: null,
  opening: null,
  notice: null,
  payError: null,
  isConnected: true,
  isOver: false,
};

/** What came with the page, so that it is seen at once and whole. */
function broughtBy(memberId: string): AccountState {
  const cart = broughtAnswer(`/v1/members/${memberId}/cart`);
  const page = broughtAnswer(UNDECIDED);
  const options = broughtAnswer(`/v1/members/${memberId}/checkout-options`) ?? null;
  return cart && page ? { ...EMPTY_ACCOUNT, options, loaded: loadedFrom(cart, page.data) } : EMPTY_ACCOUNT;
}

function loadedFrom(cart: Cart, undecided: readonly Payment[]): Loaded {
  return { cart, undecided: undecided.map(asClaimed), at: new Date() };
}

const isOpen = ({ status }: Payment): boolean => status === 'created' || status === 'awaiting_payer';

/** The gateway to pay through; null while none can be used. */
export function chosenGateway({ options, wanted }: AccountState): string | null {
  const names = availableAmong(options);
  return wanted !== null && names.includes(wanted) ? wanted : (names[0] ?? null);
}

export const chosenLabel = (state: AccountState): string =>
  gatewayLabelAmong(chosenGateway(state) ?? '', availableAmong(state.options));

/** What is due, less what is on its way; of charges that were chosen, what is open of them. */
function usualAmount({ charges, due, pending }: Cart, chosen: readonly string[]): number {
  if (chosen.length === 0) return Math.max(0, due - pending);
  return charges.filter(({ id }) => chosen.includes(id)).reduce((sum, charge) => sum + openOf(charge), 0);
}

/** What stands in the field of the amount. */
export function amountText({ loaded, typed, charges }: AccountState): string {
  if (typed !== null || loaded === null) return typed ?? '';
  const amount = usualAmount(loaded.cart, charges);
  return amount > 0 ? writeAmount({ amount, currency: loaded.cart.currency }, language()) : '';
}

export function readAmount(state: AccountState): number | AmountProblem {
  return state.loaded === null ? 'unreadable' : parseAmount(amountText(state), state.loaded.cart.currency);
}

/** The open payment that the next one takes the place of: never are two open by one click. */
export function replacedBy(state: AccountState): Payment | null {
  return state.loaded?.undecided.find((payment) => isOpen(payment) && !state.kept.includes(payment.id)) ?? null;
}

/** Whether the payer would go on with this payment instead of opening another one for the same. */
export function isAbout(payment: Payment, state: AccountState): boolean {
  const sameCharges =
    payment.charges.length === state.charges.length && payment.charges.every((id) => state.charges.includes(id));
  return (
    payment.nextAction !== null &&
    payment.nextAction.kind !== 'prompt' &&
    payment.gateway === chosenGateway(state) &&
    payment.amount === readAmount(state) &&
    sameCharges
  );
}

/** What a member sees and does on the page of the own account; all of it through the public API. `onChange` is told each new state. */
export function createAccountDesk({
  credentials,
  memberId,
  returned,
  onChange,
}: {
  readonly credentials: Credentials;
  readonly memberId: string;
  /** The payment from which the browser just came back; null: it came from elsewhere. */
  readonly returned: string | null;
  readonly onChange: (state: AccountState) => void;
}) {
  let state = broughtBy(memberId);
  const watched = new Map<string, () => void>(); // payment id → how to stop watching it
  let askedAbout: number | null | undefined; // the amount of the newest question about gateways
  let asking: AbortController | null = null;

  function set(change: Partial<AccountState>): void {
    state = { ...state, ...change };
    onChange(state);
  }

  /** The account, once it is there: before that nothing is shown that could be pressed. */
  function account(): Loaded {
    if (state.loaded === null) throw new Error('nothing is loaded yet');
    return state.loaded;
  }

  const notify = (notice: Notice): void => set({ notice });
  const describe = (payment: Payment): Notice =>
    describeStanding(standingOf(payment), {
      place: 'list',
      merchant: account().cart.merchantName,
      language: language(),
    });

  async function start(): Promise<void> {
    if (state.loaded === null) await refresh(Promise.race([askOptions(null), pause(CHOICE_PATIENCE_MS)]));
    else {
      if (state.options === null) void askOptions(null);
      else askedAbout = state.options.amount > 0 ? state.options.amount : null;
      askAboutAmount();
      watchUndecided();
    }
    if (returned === null || state.isOver) return;
    const payment = await call(credentials, 'GET', `/v1/payments/${encodeURIComponent(returned)}`).catch(() => null);
    if (payment) notify(describe(asClaimed(payment.body)));
  }

  /** Loads everything anew and shows it, not before `ready`; after a failure again, until it works. */
  async function refresh(ready?: Promise<void>): Promise<void> {
    for (let failures = 0; ;) {
      try {
        const [loaded] = await Promise.all([load(), ready]);
        const gone = (state.loaded?.undecided ?? []).filter(
          (before) => !loaded.undecided.some(({ id }) => id === before.id),
        );
        set({ loaded, isConnected: true, charges: stillOpen(loaded.cart) });
        askAboutAmount();
        watchUndecided();
        await tellOf(gone);
        return;
      } catch (error) {
        if (ends(error)) return;
        failures += 1;
        set({ isConnected: false });
        await pause(Math.max(pauseAfter(failures), troubleOf(error)?.retryAfterMs ?? 0));
      }
    }
  }

  async function load(): Promise<Loaded> {
    const [{ body: cart }, { body: page }] = await Promise.all([
      call(credentials, 'GET', `/v1/members/${memberId}/cart`),
      call(credentials, 'GET', UNDECIDED),
    ]);
    return loadedFrom(cart, page.data);
  }

  const stillOpen = ({ charges }: Cart): readonly string[] =>
    state.charges.filter((id) => charges.some((charge) => charge.id === id && openOf(charge) > 0));

  /** Says what became of payments that were open a moment ago; where money came, what the form was filled with is not owed any more. */
  async function tellOf(gone: readonly Payment[]): Promise<void> {
    const [newest] = gone;
    if (!newest) return;
    const { body: payment } = await call(credentials, 'GET', `/v1/payments/${newest.id}`);
    if (!['cancelled', 'expired', 'failed'].includes(payment.status)) set({ typed: null });
    notify(describe(payment));
  }

  /** Watches the newest payments that may still move; whenever one does, everything is loaded anew. */
  function watchUndecided(): void {
    const moving = account()
      .undecided.filter(({ status }) => !isSettled(status))
      .slice(0, MOST_WATCHED);
    for (const [id, stop] of watched) {
      if (moving.some((payment) => payment.id === id)) continue;
      stop();
      watched.delete(id);
    }
    for (const { id } of moving) {
      if (watched.has(id)) continue;
      const stop = watchPayment({
        id,
        credentials,
        onPayment(told) {
          const now = asClaimed(told);
          const shown = account().undecided.find((payment) => payment.id === id);
          if (shown === undefined || hasMoved(shown, now)) void refresh();
        },
        onConnection: (isConnected) => set({ isConnected }),
        onRefused: ends,
      });
      watched.set(id, stop);
    }
  }

  /** Asks which gateways take an amount in minor units; null: what is due. `anew`: even if that was asked before. */
  async function askOptions(amount: number | null, anew = false): Promise<void> {
    if (amount === askedAbout && !anew) return;
    const isFirst = askedAbout === undefined;
    askedAbout = amount;
    asking?.abort();
    const { signal } = (asking = new AbortController());
    const isOutdated = () => signal.aborted;
    if (!isFirst && !anew) await pause(TYPING_PAUSE_MS, signal);
    if (isOutdated()) return;
    try {
      const about = amount === null ? '' : `?amount=${amount}`;
      const { body } = await call(credentials, 'GET', `/v1/members/${memberId}/checkout-options${about}`, { signal });
      if (isOutdated()) return;
      if (amount === null && body.amount > 0) askedAbout = body.amount;
      set({ options: body });
    } catch {
      if (!isOutdated()) askedAbout = undefined; // the next look asks again
    }
  }

  /** While nothing is due and nothing typed: which gateways take such a payment at all. */
  function askAboutAmount(): void {
    const { currency, due } = account().cart;
    const amount = readAmount(state);
    const guess = parseAmount('10', currency);
    if (typeof amount === 'number') void askOptions(amount);
    else if (due === 0 && typeof guess === 'number') void askOptions(guess);
  }

  async function pay(): Promise<void> {
    if (state.busy) return;
    const amount = readAmount(state);
    const gateway = chosenGateway(state);
    if (typeof amount !== 'number' || gateway === null) return;
    const { currency, merchantName } = account().cart;
    const label = chosenLabel(state);
    set({ busy: true, payError: null, notice: null });
    try {
      const payment = await openOrContinue({ member: memberId, gateway, amount, currency, charges: state.charges });
      set({ isConnected: true });
      if (payment !== null && (await goOn(payment)) === 'leaving') return;
      set({ busy: false });
      await refresh();
      if (payment === null) notify({ tone: 'waiting', title: t('opening.slow.title'), text: t('opening.slow.text') });
      else if (payment.nextAction === null) notify(describe(payment));
    } catch (error) {
      set({ busy: false, isConnected: true });
      if (ends(error)) return;
      set({ payError: inPlainWords(error, { merchant: merchantName, gateway: label }) });
      if (troubleOf(error)?.code.startsWith('gateway_')) void askOptions(amount, true);
      if (error instanceof Told || error instanceof Refusal) await refresh(); // what is shown may be out of date
    }
  }

  /** The payment for this order: the open one where it is about the same, else a new one, for which the open one makes room. Null: it takes long. */
  async function openOrContinue(order: Order): Promise<Payment | null> {
    const before = replacedBy(state);
    if (before && isAbout(before, state)) return before;
    if (before) await makeRoom(before);
    const opened = await openPayment(credentials, order, { onTrouble: () => set({ isConnected: false }) });
    if (opened.status !== 'created') return opened;
    set({ opening: opened });
    try {
      return await untilOpened(credentials, opened, { onConnection: (isConnected) => set({ isConnected }) });
    } finally {
      set({ opening: null });
    }
  }

  /** Cancels what the next payment replaces. Throws unless that is over for certain: never are two open at once by one click. */
  async function makeRoom(payment: Payment): Promise<void> {
    const isOver = await cancelPayment(credentials, payment).catch((error: unknown) => {
      const code = error instanceof Refusal && !error.isPassing ? error.code : '';
      if (!TOO_LATE_TO_CANCEL.includes(code)) throw error;
      const why = t(`too_late.${code}`, { gateway: gatewayLabel(payment.gateway) });
      throw new Told(`${why} ${t('too_late.nothing_opened')}`);
    });
    if (!isOver) throw new Told(t('too_late.soon'));
  }

  /** Brings the payer to the gateway of this payment. */
  async function goOn(payment: Payment): Promise<'leaving' | 'open' | 'nowhere'> {
    const gateway = gatewayLabel(payment.gateway);
    let isDeclined = false;
    try {
      return await perform(payment, {
        onFailedTry() {
          isDeclined = true;
          notify({ tone: 'bad', title: t('declined.title'), text: t('declined.window', { gateway }) });
        },
        onClosed: () => void comeBackFrom(payment, isDeclined),
      });
    } catch (error) {
      if (error instanceof WidgetTrouble) throw new Told(t('trouble.window', { gateway }));
      throw error;
    }
  }

  async function comeBackFrom({ id, gateway }: Payment, isDeclined: boolean): Promise<void> {
    await refresh();
    const now = account().undecided.find((payment) => payment.id === id);
    if (!now?.nextAction) return;
    const closed = isDeclined
      ? ({ tone: 'bad', title: t('declined.title') } as const)
      : ({ tone: 'waiting', title: t('closed.title') } as const);
    const text = t('closed.text', { gateway: gatewayLabel(gateway) });
    notify(now.reason === null ? { ...closed, text } : describe(now));
    document.querySelector<HTMLButtonElement>(`[data-payment="${id}"] button`)?.focus();
  }

  async function cancel(payment: Payment): Promise<void> {
    const isOver = await cancelPayment(credentials, payment);
    await refresh();
    if (!isOver) notify({ tone: 'waiting', title: t('cancelling.title'), text: t('cancelling.text') });
    else if (payment.nextAction?.kind === 'prompt')
      notify({ tone: 'waiting', title: t('cancelled.title'), text: t('cancelled.phone') });
  }

  /** Does what a button asks for, once at a time, and says what went wrong. */
  async function act(payment: Payment, work: (payment: Payment) => Promise<unknown>): Promise<void> {
    set({ acting: payment.id });
    try {
      await work(payment);
    } catch (error) {
      const about = { merchant: account().cart.merchantName, gateway: gatewayLabel(payment.gateway) };
      if (!ends(error)) notify({ tone: 'bad', title: t('trouble.title'), text: inPlainWords(error, about) });
      if (error instanceof Refusal) await refresh(); // what is shown may be out of date
    } finally {
      set({ acting: null });
    }
  }

  /** Fills the form for the same once more, through another gateway where there is one. */
  function payInAnotherWay(payment: Payment): void {
    const other = availableAmong(state.options).find((gateway) => gateway !== payment.gateway);
    set({
      charges: payment.charges,
      typed: writeAmount(payment, language()),
      kept: state.kept.filter((id) => id !== payment.id),
      ...(other !== undefined && { wanted: other }),
    });
    askAboutAmount();
  }

  function keep({ id }: Payment): void {
    set({ kept: [...state.kept, id], typed: null });
    askAboutAmount();
  }

  function type(text: string): void {
    set({ typed: text });
    askAboutAmount();
  }

  function chooseCharge(id: string, isChosen: boolean): void {
    set({ charges: isChosen ? [...state.charges, id] : state.charges.filter((other) => other !== id) });
    askAboutAmount();
  }

  /** Whether this ends the page: the session is over, or the token. */
  function ends(error: unknown): boolean {
    if (!isEnd(error)) return false;
    watched.forEach((stop) => stop());
    set({ isOver: true });
    return true;
  }

  return {
    start,
    /** As it is now. */
    state: () => state,
    pay,
    type,
    chooseCharge,
    payInAnotherWay,
    keep,
    chooseGateway: (wanted: string) => set({ wanted }),
    goOn: (payment: Payment) => act(payment, goOn),
    cancel: (payment: Payment) => act(payment, cancel),
    stopOpening: (payment: Payment) => act(payment, (opening) => cancelPayment(credentials, opening)),
    /** Something else than a payment changed the account. */
    refresh: () => void refresh(),
    /** The browser shows the page as it was left, back from the gateway's. */
    comeBack() {
      set({ busy: false });
      void refresh();
    },
  };
}
export type AccountDesk = ReturnType<typeof createAccountDesk>;

const TOO_LATE_TO_CANCEL: readonly string[] = ['payment_processing', 'already_paid', 'payment_needs_review'];

function hasMoved(shown: Payment, now: Payment): boolean {
  return shown.status !== now.status || shown.reason !== now.reason || shown.timeline.length !== now.timeline.length;
}

/** What an open payment that is replaced leaves to say. */
export function replacingText({ nextAction, amount, currency, gateway }: Payment): string {
  const said = t('replacing.text', { money: money(amount, currency), gateway: gatewayLabel(gateway) });
  return nextAction?.kind === 'prompt' ? `${said} ${t('cancelled.phone')}` : said;
}
