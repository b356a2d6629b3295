import { call, Refusal, troubleOf, Unreachable } from './api.js';
import { balanceInWords, openOf, showCharges, showPaylines } from './cart-view.js';
import { asClaimed } from './claims.js';
import { at, make, say } from './dom.js';
import { createGatewayChoice } from './gateway-choice.js';
import { pause, pauseAfter, watchPayment } from './live.js';
import { formatAmount, formatMoney, parseAmount } from './money.js';
import { perform } from './next-action.js';
import { paymentRow } from './payment-row.js';
import { cancelPayment, openPayment, untilOpened } from './paying.js';
import { showReceipt } from './receipt.js';
import { forget, memberOf, readToken } from './session.js';
import { describeStanding, gatewayLabel, isSettled } from './standing-words.js';
import { WidgetTrouble } from './widget.js';

/** @import { Cart, Member, Notice, Order, Payment, Refund } from './types' */

/** The member's plain checkout: everything it shows and does goes through the public API with the member's own token. */

/** A browser holds about six connections to one server; streams must leave some for the rest. */
const MOST_WATCHED = 3;
/** So long the page waits to be told which gateways can be chosen, before it offers them all. */
const CHOICE_PATIENCE_MS = 1_500;

/**
 * What is shown. `refunds`: the newest hundred of all payments. `nextCursor`: where older payments begin; null where there are none.
 * @typedef {{ cart: Cart, member: Member, payments: readonly Payment[], refunds: readonly Refund[], nextCursor: string | null }} Account
 */

const token = readToken() ?? '';
const memberId = memberOf(token) ?? '';
const returned = new URLSearchParams(location.search).get('payment');

/** @type {Account | null} */
let loaded = null;
let amountIsTyped = false;
let busy = false;
/** @type {string | null} */
let replacing = null; // the id of an open payment, in whose place the next one comes
const choice = createGatewayChoice({ token, memberId, onChange: showOtherChoice });
/** @type {Map<string, () => void>} */
const watched = new Map(); // payment id → how to stop watching it

// A new link opened in this tab changes nothing but the fragment.
window.addEventListener('hashchange', () => location.reload());
// Back from the gateway's page the browser may show this page as it was left.
window.addEventListener('pageshow', (event) => {
  if (!event.persisted) return;
  busy = false;
  void refresh();
});

if (memberId === '') askForNewLink('This page needs the link that you were sent: it says whose cart to show.');
else void start();

async function start() {
  at('pay').addEventListener('submit', (event) => {
    event.preventDefault();
    void pay();
  });
  at('amount').addEventListener('input', () => {
    amountIsTyped = true;
    showAmount();
  });
  at('more').addEventListener('click', () => void act(at('more'), showOlder));
  at('keep').addEventListener('click', keepReplaced);
  await refresh(Promise.race([choice.ask(null), pause(CHOICE_PATIENCE_MS)]));
}

/** The account, once it is there: before that nothing is shown that could be pressed. */
function account() {
  if (loaded === null) throw new Error('nothing is loaded yet');
  return loaded;
}

/**
 * Loads everything anew and shows it, not before `ready`; after a failure again, until it works.
 * @param {Promise<void>} [ready]
 */
async function refresh(ready) {
  for (let failures = 0; ;) {
    try {
      [loaded] = await Promise.all([load(), ready]);
      break;
    } catch (error) {
      if (isFinal(error)) return;
      failures += 1;
      say(at('connection'), 'The connection is interrupted. We keep trying.');
      await pause(Math.max(pauseAfter(failures), troubleOf(error)?.retryAfterMs ?? 0));
    }
  }
  say(at('connection'), '');
  at('loading').hidden = true;
  at('account').hidden = false;
  show();
}

/** @returns {Promise<Account>} */
async function load() {
  const [{ body: cart }, { body: page }, { body: given }, member] = await Promise.all([
    call(token, 'GET', `/v1/members/${memberId}/cart`),
    call(token, 'GET', '/v1/payments?limit=20'),
    call(token, 'GET', '/v1/refunds?limit=100'),
    loaded?.member ?? call(token, 'GET', `/v1/members/${memberId}`).then(({ body }) => body),
  ]);
  // Those shown by "older" stay; the newest twenty are as they are now.
  const older = (loaded?.payments ?? []).filter((payment) => !page.data.some(({ id }) => id === payment.id));
  return {
    cart,
    member,
    payments: [...page.data.map(asClaimed), ...older],
    refunds: given.data,
    nextCursor: loaded === null ? page.nextCursor : loaded.nextCursor,
  };
}

function show() {
  const { cart, member } = account();
  document.title = `Your cart · ${cart.merchantName}`;
  say(at('merchant'), cart.merchantName);
  say(at('greeting'), `Cart of ${member.name}`);
  say(at('headline'), balanceInWords(cart));
  showCharges(cart);
  showPaylines(cart);
  leaveReplaced();
  showPayForm(cart);
  showPayments();
  showReturned();
  watchOpenPayments();
}

/** @returns {HTMLInputElement[]} */
const chargeBoxes = () => [...at('choices').querySelectorAll('input')];
const chosenCharges = () =>
  chargeBoxes()
    .filter((box) => box.checked)
    .map((box) => box.value);

/** @param {Cart} cart */
function showPayForm({ charges, currency }) {
  say(at('currency'), currency);
  const chosen = chosenCharges();
  const open = charges.filter((charge) => openOf(charge) > 0);
  at('choice').hidden = open.length < 2;
  at('choices').replaceChildren(
    ...open.map((charge) =>
      make(
        'label',
        { className: 'option' },
        make('input', {
          type: 'checkbox',
          name: 'charge',
          value: charge.id,
          checked: chosen.includes(charge.id),
          onchange: showAmount,
        }),
        make('span', {}, charge.label),
        make('span', { className: 'figure' }, formatMoney(openOf(charge), currency)),
      ),
    ),
  );
  showAmount();
}

/** Prefills the amount until the member types one, and says what it will mean. */
function showAmount() {
  const { cart } = account();
  const { currency, due, pending } = cart;
  if (!amountIsTyped) at('amount').value = defaultAmount(cart) > 0 ? formatAmount(defaultAmount(cart), currency) : '';
  const { amount, problem } = parseAmount(at('amount').value, currency);
  say(at('amount-error'), problem && amountIsTyped ? problem : '');
  at('amount').setAttribute('aria-invalid', String(Boolean(problem && amountIsTyped)));

  say(
    at('amount-note'),
    [consequence(amount, due, currency), pending > 0 ? `${formatMoney(pending, currency)} is already on its way.` : '']
      .filter((sentence) => sentence !== '')
      .join(' '),
  );
  if (amount !== undefined || due === 0) void choice.ask(amount ?? usualAmount());
  showChoice();
}

/** What to ask about while nothing is due and nothing typed: which gateways take such a payment at all. */
function usualAmount() {
  const { payments, cart } = account();
  return payments[0]?.amount ?? parseAmount('10', cart.currency).amount ?? null;
}

function showOtherChoice() {
  if (loaded === null) return;
  showChoice();
  showPayments();
}

function showChoice() {
  const { cart } = account();
  const { amount } = parseAmount(at('amount').value, cart.currency);
  choice.show({ merchant: cart.merchantName, isAboutAmount: amount !== undefined });
  showReplacing();
  at('pay-button').textContent = payButtonText(amount, cart.currency);
  at('pay-button').disabled = busy || choice.chosen() === null;
}

/**
 * @param {number | undefined} amount
 * @param {string} currency
 */
function payButtonText(amount, currency) {
  if (choice.chosen() === null) return 'Pay';
  if (busy) return `Going to ${choice.label()} …`;
  return amount === undefined
    ? `Pay with ${choice.label()}`
    : `Pay ${formatMoney(amount, currency)} with ${choice.label()}`;
}

/** @param {Cart} cart */
function defaultAmount({ charges, due, pending }) {
  const chosen = chosenCharges();
  if (chosen.length === 0) return Math.max(0, due - pending);
  return charges.filter((charge) => chosen.includes(charge.id)).reduce((sum, charge) => sum + openOf(charge), 0);
}

/**
 * @param {number | undefined} amount
 * @param {number} due
 * @param {string} currency
 */
function consequence(amount, due, currency) {
  if (amount === undefined) return due === 0 ? 'Nothing is due. You can pay in advance.' : '';
  if (amount === due) return 'This pays all that is due.';
  if (amount < due) return `${formatMoney(due - amount, currency)} will still be due.`;
  return due === 0
    ? 'All of it is paid in advance.'
    : `${formatMoney(amount - due, currency)} of it is paid in advance.`;
}

/** Something a member is told when it did not work. */
class Told extends Error {}

async function pay() {
  if (busy) return;
  const { currency } = account().cart;
  const { amount } = parseAmount(at('amount').value, currency);
  if (amount === undefined) {
    amountIsTyped = true;
    showAmount();
    at('amount').focus();
    return;
  }
  const gateway = choice.chosen();
  if (gateway === null) return;
  busy = true;
  say(at('pay-error'), '');
  at('notice').replaceChildren();
  showAmount();
  try {
    const payment = await openOrContinue({
      member: memberId,
      gateway,
      amount,
      currency,
      charges: chosenCharges(),
    });
    say(at('connection'), '');
    if (payment !== null && (await goOn(payment)) === 'leaving') return;
    busy = false;
    await refresh();
    if (payment === null) sayThatItTakesLong();
    else if (payment.nextAction === null)
      notify(describeStanding(payment, { place: 'list', merchant: account().cart.merchantName }));
  } catch (error) {
    busy = false;
    say(at('connection'), '');
    if (isFinal(error)) return;
    say(at('pay-error'), inPlainWords(error));
    showAmount();
    if (troubleOf(error)?.code.startsWith('gateway_')) void choice.ask(amount, { anew: true });
    if (error instanceof Told || error instanceof Refusal) await refresh(); // what we show may be out of date
  }
}

/**
 * The payment for this order: the open one where it is about the same, else a new one, for which the open one makes room. Null: it takes long.
 * @param {Order} order
 */
async function openOrContinue(order) {
  const before = replacedPayment();
  if (before && isAbout(before, order)) return before;
  if (before) await makeRoom(before);
  const trouble = () =>
    say(at('connection'), 'The connection is interrupted. We are trying again; you will not pay twice.');
  const opened = await openPayment(token, order, { onTrouble: trouble });
  if (opened.status !== 'created') return opened;

  const name = gatewayLabel(opened.gateway);
  say(at('opening-text'), `We are asking ${name} to open your payment\u00a0…`);
  at('opening').hidden = false;
  at('stop-opening').onclick = () => void act(at('stop-opening'), () => cancelPayment(token, opened));
  try {
    return await untilOpened(token, opened, { onConnection: showConnection });
  } finally {
    at('opening').hidden = true;
  }
}

/**
 * Cancels what the next payment replaces. Throws unless that is over for certain: never are two open at once by one click.
 * @param {Payment} payment
 */
async function makeRoom(payment) {
  const isOver = await cancelPayment(token, payment).catch((error) => {
    const tooLate = error instanceof Refusal && !error.isPassing ? TOO_LATE_TO_CANCEL[error.code] : undefined;
    if (tooLate === undefined) throw error;
    throw new Told(`${tooLate.replaceAll('{gateway}', () => gatewayLabel(payment.gateway))} Nothing new was opened.`);
  });
  if (!isOver)
    throw new Told(
      'Your open payment is being cancelled, which takes a moment. Nothing new was opened yet: please try again soon.',
    );
  replacing = null;
}

/** @type {Readonly<Record<string, string>>} */
const TOO_LATE_TO_CANCEL = {
  payment_processing: '{gateway} already has this payment and decides about it, so it cannot be cancelled now.',
  already_paid: 'This payment has been paid meanwhile.',
  payment_needs_review: 'Money has come for this payment, and a person is looking at it.',
};

/**
 * Brings the payer to the gateway of this payment. From then on the next payment replaces this one, if it is still open.
 * @param {Payment} payment
 */
async function goOn(payment) {
  const name = gatewayLabel(payment.gateway);
  let isDeclined = false;
  try {
    const way = await perform(payment, {
      onFailedTry() {
        isDeclined = true;
        notify({ ...DECLINED, text: `You can try again in ${name}’s window, or close it and pay in another way.` });
      },
      onClosed: () => void comeBackFrom(payment, isDeclined),
    });
    if (way !== 'nowhere') replacing = payment.id;
    return way;
  } catch (error) {
    if (!(error instanceof WidgetTrouble)) throw error;
    replacing = payment.id;
    throw new Told(
      `${name}’s window could not be opened here. Please check the connection and try again, or pay in another way.`,
    );
  }
}

const DECLINED = { tone: 'bad', title: 'That try did not go through' };

/**
 * @param {Payment} payment
 * @param {boolean} isDeclined
 */
async function comeBackFrom({ id, gateway }, isDeclined) {
  await refresh();
  const now = account().payments.find((payment) => payment.id === id);
  if (!now?.nextAction) return;
  const closed = isDeclined ? DECLINED : { tone: 'waiting', title: 'Not paid yet' };
  const text = `You closed ${gatewayLabel(gateway)}’s window. You can continue the payment, cancel it, or pay in another way.`;
  notify(
    now.reason === null
      ? { ...closed, text }
      : describeStanding(now, { place: 'list', merchant: account().cart.merchantName }),
  );
  /** @type {HTMLButtonElement | null} */ (document.querySelector(`[data-payment="${id}"] button`))?.focus();
}

function sayThatItTakesLong() {
  notify({
    tone: 'waiting',
    title: 'Your payment is being prepared',
    text: 'It takes longer than usual to open it. You need not wait here: it is among your payments, and can be continued there once it is open.',
  });
}

/** @param {Payment} payment */
const isOpen = ({ status }) => status === 'created' || status === 'awaiting_payer';
const replacedPayment = () => account().payments.find((payment) => payment.id === replacing && isOpen(payment)) ?? null;

/** A payment that is no longer open is replaced by nothing; where its money came, what the form was filled with is not owed any more. */
function leaveReplaced() {
  const before = account().payments.find(({ id }) => id === replacing);
  if (!before || isOpen(before)) return;
  replacing = null;
  if (['cancelled', 'expired', 'failed'].includes(before.status)) return;
  amountIsTyped = false;
  notify(describeStanding(before, { place: 'list', merchant: account().cart.merchantName }));
}

/**
 * The payer may go on with this payment instead of opening another one for the same.
 * @param {Payment} payment
 * @param {{ gateway: string | null, amount: number | undefined, charges: readonly string[] }} order
 */
function isAbout({ gateway, amount, charges, nextAction }, order) {
  const sameCharges = charges.length === order.charges.length && charges.every((id) => order.charges.includes(id));
  return (
    nextAction !== null &&
    nextAction.kind !== 'prompt' &&
    gateway === order.gateway &&
    amount === order.amount &&
    sameCharges
  );
}

function showReplacing() {
  const before = replacedPayment();
  const { amount } = parseAmount(at('amount').value, account().cart.currency);
  const order = { gateway: choice.chosen(), amount, charges: chosenCharges() };
  at('replacing').hidden = busy || before === null || isAbout(before, order);
  if (before === null || at('replacing').hidden) return;
  const phone =
    before.nextAction?.kind === 'prompt' ? ' Please do not approve the request on your phone any more.' : '';
  const money = formatMoney(before.amount, before.currency);
  say(
    at('replacing-text'),
    `Your open payment of ${money} with ${gatewayLabel(before.gateway)} is cancelled first.${phone}`,
  );
}

function keepReplaced() {
  replacing = null;
  amountIsTyped = false;
  showAmount();
}

/**
 * Fills the form for the same once more, through another gateway where there is one.
 * @param {Payment} payment
 */
function payInAnotherWay(payment) {
  const others = choice.available().filter((gateway) => gateway !== payment.gateway);
  replacing = isOpen(payment) ? payment.id : null;
  for (const box of chargeBoxes()) box.checked = payment.charges.includes(box.value);
  amountIsTyped = true;
  at('amount').value = formatAmount(payment.amount, payment.currency);
  if (others[0] !== undefined) choice.choose(others[0]);
  showAmount();
  at('pay').scrollIntoView({ block: 'center' });
  const chosen = [...at('gateways').querySelectorAll('input')].find((box) => box.checked);
  (chosen ?? at('pay-button')).focus({ preventScroll: true });
}

function showPayments() {
  const { payments, nextCursor, cart } = account();
  at('history').hidden = payments.length === 0;
  at('more').hidden = nextCursor === null;
  const available = choice.available();
  const rows = payments.map((payment, index) =>
    paymentRow(payment, {
      refunds: refundsOf(payment),
      merchant: cart.merchantName,
      isNewest: index === 0,
      hasOtherWay: available.some((gateway) => gateway !== payment.gateway),
      on: {
        goOn: (_, button) => void act(button, () => goOn(payment)),
        cancel: (_, button) => void act(button, () => cancel(payment)),
        payInAnotherWay,
        showReceipt: () => showReceipt({ ...account(), payment }),
      },
    }),
  );
  at('payments').replaceChildren(...rows);
}

/** @param {Payment} payment */
async function cancel(payment) {
  const isOver = await cancelPayment(token, payment);
  await refresh();
  if (!isOver) notify({ tone: 'waiting', title: 'Being cancelled', text: 'This takes a moment.' });
  else if (payment.nextAction?.kind === 'prompt')
    notify({ tone: 'waiting', title: 'Cancelled', text: 'Please do not approve the request on your phone any more.' });
}

async function showOlder() {
  const { body } = await call(
    token,
    'GET',
    `/v1/payments?limit=20&cursor=${encodeURIComponent(account().nextCursor ?? '')}`,
  );
  loaded = {
    ...account(),
    payments: [...account().payments, ...body.data.map(asClaimed)],
    nextCursor: body.nextCursor,
  };
  showPayments();
}

/**
 * Runs what a button asks for, once at a time, and says what went wrong.
 * @param {HTMLButtonElement} button
 * @param {() => Promise<unknown>} work
 */
async function act(button, work) {
  button.disabled = true;
  try {
    await work();
  } catch (error) {
    if (!isFinal(error)) notify({ tone: 'bad', title: 'That did not work', text: inPlainWords(error) });
    if (error instanceof Refusal) await refresh(); // what we show may be out of date
  } finally {
    button.disabled = false;
  }
}

/** What became of the payment from which the browser just came back. */
function showReturned() {
  const payment = account().payments.find(({ id }) => id === returned);
  if (payment) notify(describeStanding(payment, { place: 'list', merchant: account().cart.merchantName }));
}

/** @param {Notice} notice */
function notify({ tone, title, text }) {
  const known = at('notice').querySelector('div');
  const said = `${title} ${text}`;
  if (known?.dataset['said'] === said) return;
  at('notice').replaceChildren(
    make('div', { className: 'card standing', dataset: { tone, said } }, make('h2', {}, title), make('p', {}, text)),
  );
}

/** Watches the newest payments that are open or of which something is on its way back; whenever one of them moves, everything is loaded anew. */
function watchOpenPayments() {
  const open = account().payments.filter(mayMove).slice(0, MOST_WATCHED);
  for (const [id, stop] of watched) {
    if (open.some((payment) => payment.id === id)) continue;
    stop();
    watched.delete(id);
  }
  for (const { id } of open) {
    if (watched.has(id)) continue;
    const stop = watchPayment({
      id,
      token,
      onPayment(told) {
        const now = asClaimed(told);
        const shown = account().payments.find((payment) => payment.id === id);
        if (shown === undefined || hasMoved(shown, now)) void refresh();
      },
      onConnection: showConnection,
      onRefused: isFinal,
    });
    watched.set(id, stop);
  }
}

/** @param {Payment} payment */
const refundsOf = ({ id }) => account().refunds.filter((refund) => refund.payment === id);

/** @param {Payment} payment */
const mayMove = (payment) => !isSettled(payment) || refundsOf(payment).some(({ status }) => status === 'pending');

/**
 * @param {Payment} shown
 * @param {Payment} now
 */
const hasMoved = (shown, now) =>
  shown.status !== now.status || shown.reason !== now.reason || shown.timeline.length !== now.timeline.length;

/** @param {boolean} isThere */
function showConnection(isThere) {
  say(at('connection'), isThere ? '' : 'The connection is interrupted. We keep trying.');
}

/**
 * A token that is no longer valid ends the page.
 * @param {unknown} error
 */
function isFinal(error) {
  const ends = error instanceof Refusal && (error.status === 401 || error.status === 403);
  if (ends) askForNewLink('This link is no longer valid.');
  return ends;
}

/** @param {string} why */
function askForNewLink(why) {
  forget('token');
  watched.forEach((stop) => stop());
  for (const place of [at('account'), at('loading'), at('connection')]) place.hidden = true;
  say(at('headline'), 'Please ask for a new link');
  notify({
    tone: 'waiting',
    title: why,
    text: 'Links to a cart work for a while only. Whoever sent you this one can send you a new one.',
  });
}

/** @param {unknown} error */
function inPlainWords(error) {
  if (error instanceof Told) return error.message;
  if (error instanceof Unreachable) return 'We cannot reach the server. Please try again: you will not pay twice.';
  if (error instanceof Refusal) {
    if (error.code === 'gateway_not_configured' || error.code === 'gateway_not_enabled')
      return `${account().cart.merchantName} does not take ${choice.label()} at the moment.`;
    return `${error.message.charAt(0).toUpperCase()}${error.message.slice(1)}.`;
  }
  return 'Something went wrong on this page. Please load it again.';
}
