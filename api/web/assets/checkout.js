import { call, Refusal, Unreachable } from './api.js';
import { at, formatDay, make, say } from './dom.js';
import { pause, pauseAfter, watchPayment } from './live.js';
import { formatAmount, formatMoney, parseAmount } from './money.js';
import { openPayment, perform } from './paying.js';
import { hasReceipt, showReceipt } from './receipt.js';
import { forget, memberOf, readToken } from './session.js';
import { describeStanding, gatewayLabel, isSettled } from './standing-words.js';
import { GATEWAYS } from './words.js';

/** The member's plain checkout: everything it shows and does goes through the public API with the member's own token. */

/** A browser holds about six connections to one server; streams must leave some for the rest. */
const MOST_WATCHED = 3;

const token = readToken();
const memberId = token === null ? null : memberOf(token);
const returned = new URLSearchParams(location.search).get('payment');

let account = null; // { member, cart, payments, nextCursor }
let amountIsTyped = false;
let busy = false;
const watched = new Map(); // payment id → how to stop watching it

// A new link opened in this tab changes nothing but the fragment.
window.addEventListener('hashchange', () => location.reload());
// Back from the gateway's page the browser may show this page as it was left.
window.addEventListener('pageshow', (event) => {
  if (!event.persisted) return;
  busy = false;
  void refresh();
});

if (memberId === null) askForNewLink('This page needs the link that you were sent: it says whose cart to show.');
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
  showGateways();
  await refresh();
}

/** Loads everything anew and shows it; after a failure again, until it works. */
async function refresh() {
  for (let failures = 0; ;) {
    try {
      account = { ...account, ...(await load()) };
      break;
    } catch (error) {
      if (isFinal(error)) return;
      failures += 1;
      say(at('connection'), 'The connection is interrupted. We keep trying.');
      await pause(Math.max(pauseAfter(failures), error.retryAfterMs ?? 0));
    }
  }
  say(at('connection'), '');
  at('loading').hidden = true;
  at('account').hidden = false;
  show();
}

async function load() {
  const [{ body: cart }, { body: page }, member] = await Promise.all([
    call(token, 'GET', `/v1/members/${memberId}/cart`),
    call(token, 'GET', '/v1/payments?limit=20'),
    account?.member ?? call(token, 'GET', `/v1/members/${memberId}`).then(({ body }) => body),
  ]);
  // Those shown by "older" stay; the newest twenty are as they are now.
  const older = (account?.payments ?? []).filter((payment) => !page.data.some(({ id }) => id === payment.id));
  return { cart, member, payments: [...page.data, ...older], nextCursor: account?.nextCursor ?? page.nextCursor };
}

function show() {
  const { cart, member } = account;
  document.title = `Your cart · ${cart.merchantName}`;
  say(at('merchant'), cart.merchantName);
  say(at('greeting'), `Cart of ${member.name}`);
  say(at('headline'), balanceInWords(cart));
  showCharges(cart);
  showPaylines(cart);
  showPayForm(cart);
  showPayments();
  showReturned();
  watchOpenPayments();
}

function balanceInWords({ due, credit, currency }) {
  if (due > 0) return `You owe ${formatMoney(due, currency)}`;
  if (credit > 0) return `You are ${formatMoney(credit, currency)} in advance`;
  return 'Nothing due';
}

function showCharges({ charges, currency }) {
  const rows = charges.map((charge) => {
    const open = charge.amount - charge.paid;
    return make(
      'li',
      {},
      make('span', {}, charge.label),
      make('span', { className: 'figure' }, formatMoney(charge.amount, currency)),
      make('span', { className: 'note' }, aboutCharge(charge)),
      open === 0
        ? make('span', { className: 'figure' }, make('span', { className: 'badge', dataset: { tone: 'good' } }, 'paid'))
        : make('span', { className: 'figure note' }, charge.paid > 0 ? `${formatMoney(open, currency)} open` : 'open'),
    );
  });
  at('charges').replaceChildren(...(rows.length > 0 ? rows : [make('li', { className: 'note' }, 'Nothing so far.')]));
}

function aboutCharge({ label, category, dueOn }) {
  if (dueOn !== undefined) return `due on ${formatDay(dueOn)}`;
  return category.toLowerCase() === label.toLowerCase() ? '' : category;
}

function showPaylines({ paylines, currency }) {
  at('received').hidden = paylines.length === 0;
  const newestFirst = [...paylines].reverse();
  at('paylines').replaceChildren(
    ...newestFirst.map((payline) =>
      make(
        'li',
        { dataset: { payline: payline.id } },
        make('span', {}, formatDay(payline.at)),
        make('span', { className: 'figure' }, formatMoney(payline.amount, currency)),
      ),
    ),
  );
}

function showGateways() {
  const names = Object.keys(GATEWAYS);
  at('gateways').hidden = names.length < 2;
  at('gateways').append(
    ...names.map((name, index) =>
      make(
        'label',
        { className: 'option' },
        make('input', { type: 'radio', name: 'gateway', value: name, checked: index === 0, onchange: showAmount }),
        gatewayLabel(name),
      ),
    ),
  );
}

const chosenGateway = () => document.querySelector('input[name=gateway]:checked')?.value ?? Object.keys(GATEWAYS)[0];
const chosenCharges = () => [...document.querySelectorAll('input[name=charge]:checked')].map((box) => box.value);

function showPayForm({ charges, currency }) {
  say(at('currency'), currency);
  const chosen = chosenCharges();
  const open = charges.filter((charge) => charge.paid < charge.amount);
  at('choice').hidden = open.length < 2;
  at('choices').replaceChildren(
    ...open.map((charge) =>
      make(
        'label',
        { className: 'option' },
        make('input', { type: 'checkbox', name: 'charge', value: charge.id, checked: chosen.includes(charge.id), onchange: showAmount }),
        make('span', {}, charge.label),
        make('span', { className: 'figure' }, formatMoney(charge.amount - charge.paid, currency)),
      ),
    ),
  );
  showAmount();
}

/** Prefills the amount until the member types one, and says what it will mean. */
function showAmount() {
  const { cart, payments } = account;
  const { currency, due } = cart;
  if (!amountIsTyped) at('amount').value = defaultAmount(cart) > 0 ? formatAmount(defaultAmount(cart), currency) : '';
  const { amount, problem } = parseAmount(at('amount').value, currency);
  say(at('amount-error'), problem && amountIsTyped ? problem : '');
  at('amount').setAttribute('aria-invalid', String(Boolean(problem && amountIsTyped)));

  const onTheWay = payments.filter((payment) => payment.status === 'processing').reduce((sum, payment) => sum + payment.amount, 0);
  say(
    at('amount-note'),
    [consequence(amount, due, currency), onTheWay > 0 ? `${formatMoney(onTheWay, currency)} is already on its way.` : '']
      .filter((sentence) => sentence !== '')
      .join(' '),
  );
  at('pay-button').textContent = busy
    ? `Going to ${gatewayLabel(chosenGateway())} …`
    : amount === undefined
      ? `Pay with ${gatewayLabel(chosenGateway())}`
      : `Pay ${formatMoney(amount, currency)} with ${gatewayLabel(chosenGateway())}`;
  at('pay-button').disabled = busy;
}

function defaultAmount({ charges, due }) {
  const chosen = chosenCharges();
  if (chosen.length === 0) return due;
  return charges.filter((charge) => chosen.includes(charge.id)).reduce((sum, charge) => sum + charge.amount - charge.paid, 0);
}

function consequence(amount, due, currency) {
  if (amount === undefined) return due === 0 ? 'Nothing is due. You can pay in advance.' : '';
  if (amount === due) return 'This pays all that is due.';
  if (amount < due) return `${formatMoney(due - amount, currency)} will still be due.`;
  return due === 0 ? 'All of it is paid in advance.' : `${formatMoney(amount - due, currency)} of it is paid in advance.`;
}

async function pay() {
  if (busy) return;
  const { currency } = account.cart;
  const { amount, problem } = parseAmount(at('amount').value, currency);
  if (problem) {
    amountIsTyped = true;
    showAmount();
    at('amount').focus();
    return;
  }
  busy = true;
  say(at('pay-error'), '');
  showAmount();
  const order = { member: memberId, gateway: chosenGateway(), amount, currency, charges: chosenCharges() };
  try {
    const payment = await openPayment(token, order, {
      onTrouble: () => say(at('connection'), 'The connection is interrupted. We are trying again; you will not pay twice.'),
    });
    say(at('connection'), '');
    if (perform(payment.nextAction)) return; // the browser is on its way
    busy = false;
    await refresh();
  } catch (error) {
    busy = false;
    say(at('connection'), '');
    if (!isFinal(error)) say(at('pay-error'), inPlainWords(error));
    showAmount();
  }
}

function showPayments() {
  const { payments, nextCursor } = account;
  at('history').hidden = payments.length === 0;
  at('more').hidden = nextCursor === null;
  at('payments').replaceChildren(...payments.map(paymentRow));
}

function paymentRow(payment) {
  const { label, tone } = describeStanding(payment, { place: 'list', merchant: account.cart.merchantName });
  const actions = [];
  if (payment.nextAction !== null) {
    actions.push(make('button', { type: 'button', className: 'small', onclick: () => perform(payment.nextAction) }, 'Continue paying'));
    const cancel = make('button', { type: 'button', className: 'small quiet' }, 'Cancel');
    cancel.onclick = () => void act(cancel, () => cancelPayment(payment));
    actions.push(cancel);
  }
  if (hasReceipt(payment))
    actions.push(
      make('button', { type: 'button', className: 'small quiet', onclick: () => showReceipt({ ...account, payment }) }, 'Receipt'),
    );
  return make(
    'li',
    { dataset: { payment: payment.id, status: payment.status } },
    make('span', {}, formatDay(payment.createdAt)),
    make('span', { className: 'figure' }, formatMoney(payment.amount, payment.currency)),
    make('span', {}, make('span', { className: 'badge', dataset: { tone } }, label)),
    make('span', { className: 'figure note' }, gatewayLabel(payment.gateway)),
    actions.length > 0 ? make('div', { className: 'actions' }, ...actions) : null,
  );
}

async function cancelPayment({ id }) {
  // One key per payment: cancelling is the same command however often it is given.
  await call(token, 'POST', `/v1/payments/${id}/cancel`, { body: {}, idempotencyKey: `cancel ${id}` });
  await refresh();
}

async function showOlder() {
  const { body } = await call(token, 'GET', `/v1/payments?limit=20&cursor=${encodeURIComponent(account.nextCursor)}`);
  account = { ...account, payments: [...account.payments, ...body.data], nextCursor: body.nextCursor };
  showPayments();
}

/** Runs what a button asks for, once at a time, and says what went wrong. */
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
  const payment = account.payments.find(({ id }) => id === returned);
  if (payment) notify(describeStanding(payment, { place: 'list', merchant: account.cart.merchantName }));
}

function notify({ tone, title, text }) {
  const known = at('notice').querySelector('[data-title]');
  if (known?.dataset.title === title) return; // said already
  at('notice').replaceChildren(
    make('div', { className: 'card standing', dataset: { tone, title } }, make('h2', {}, title), make('p', {}, text)),
  );
}

/** Watches the newest open payments; whenever one of them moves, everything is loaded anew. */
function watchOpenPayments() {
  const open = account.payments.filter((payment) => !isSettled(payment)).slice(0, MOST_WATCHED);
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
      onPayment(now) {
        const shown = account.payments.find((payment) => payment.id === id);
        if (shown?.status !== now.status || shown.reason !== now.reason) void refresh();
      },
      onConnection: (isThere) => say(at('connection'), isThere ? '' : 'The connection is interrupted. We keep trying.'),
      onRefused: isFinal,
    });
    watched.set(id, stop);
  }
}

/** A token that is no longer valid ends the page. */
function isFinal(error) {
  const ends = error instanceof Refusal && (error.status === 401 || error.status === 403);
  if (ends) askForNewLink('This link is no longer valid.');
  return ends;
}

function askForNewLink(why) {
  forget('token');
  watched.forEach((stop) => stop());
  for (const id of ['account', 'loading', 'connection']) at(id).hidden = true;
  say(at('headline'), 'Please ask for a new link');
  notify({ tone: 'waiting', title: why, text: 'Links to a cart work for a while only. Whoever sent you this one can send you a new one.' });
}

function inPlainWords(error) {
  if (error instanceof Unreachable) return 'We cannot reach the server. Please try again: you will not pay twice.';
  if (error instanceof Refusal) {
    if (error.code === 'gateway_not_configured' || error.code === 'gateway_not_enabled')
      return `${account.cart.merchantName} does not take ${gatewayLabel(chosenGateway())} at the moment.`;
    return `${error.message.charAt(0).toUpperCase()}${error.message.slice(1)}.`;
  }
  return 'Something went wrong on this page. Please load it again.';
}
