import { call } from './api.js';
import { at, make, say } from './dom.js';
import { formatMoney } from './money.js';
import { gatewayLabel, gatewayLabelAmong, whyNot } from './standing-words.js';
import { GATEWAYS } from './words.js';

/** @import { CheckoutOptions } from './types' */

/**
 * A gateway that the merchant uses. `why` it cannot be chosen; null: it can.
 * @typedef {{ gateway: string, label: string, why: string | null }} Row
 */

/** A member who types is asked about no amount that is not finished. */
const TYPING_PAUSE_MS = 250;

/**
 * The gateways through which this member may pay an amount: asks for them, shows the choice, and knows the one that is
 * chosen. What cannot be asked is offered as it was known before: in the end, opening the payment decides.
 * `onChange()` is called when the choice is another one.
 * @param {{ token: string, memberId: string, onChange: () => void }} about
 */
export function createGatewayChoice({ token, memberId, onChange }) {
  /** @type {CheckoutOptions | null} */
  let options = null; // as the API told them last; null before
  /** @type {number | null | undefined} */
  let askedAbout; // the amount of the newest question
  /** @type {AbortController | null} */
  let asking = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  /** @type {string | null} */
  let wanted = null; // what the member chose, available or not

  /**
   * Asks about an amount in minor units; null: about what is due. `anew`: even if that was asked before.
   * @param {number | null} amount
   * @returns {Promise<void>}
   */
  function ask(amount, { anew = false } = {}) {
    if (amount === askedAbout && !anew) return Promise.resolve();
    const isFirst = askedAbout === undefined;
    askedAbout = amount;
    clearTimeout(timer);
    asking?.abort();
    asking = new AbortController();
    const { signal } = asking;
    return new Promise((resolve) => {
      timer = setTimeout(() => void load(amount, signal).then(resolve), isFirst || anew ? 0 : TYPING_PAUSE_MS);
      signal.addEventListener('abort', () => resolve());
    });
  }

  /**
   * @param {number | null} amount
   * @param {AbortSignal} signal
   */
  async function load(amount, signal) {
    const about = amount === null ? '' : `?amount=${amount}`;
    try {
      const { body } = await call(token, 'GET', `/v1/members/${memberId}/checkout-options${about}`, { signal });
      if (signal.aborted) return;
      options = body;
      if (amount === null && body.amount > 0) askedAbout = body.amount;
    } catch {
      if (signal.aborted) return;
      askedAbout = undefined; // the next look asks again
    }
    onChange();
  }

  /** The gateways that may be chosen, the best first. With nothing due and no amount, each may be right yet. */
  function available() {
    const all = Object.keys(GATEWAYS);
    if (options === null) return all;
    const { data } = options;
    return all.filter((name) =>
      data.some((option) => option.gateway === name && (option.available || option.reason === 'nothing_due')),
    );
  }

  /**
   * What the merchant uses: what may be chosen, and what may not with the reason.
   * @returns {Row[]}
   */
  function rows() {
    const names = available();
    return [
      ...names.map((gateway) => ({ gateway, label: gatewayLabelAmong(gateway, names), why: null })),
      ...(options === null ? [] : rowsLeftOut(options, names)),
    ];
  }

  /**
   * `isAboutAmount`: what was asked about is what the member sees, and not a guess.
   * @param {{ merchant: string, isAboutAmount: boolean }} shown
   */
  function show({ merchant, isAboutAmount }) {
    const all = rows();
    const out = all.filter(({ why }) => why !== null);
    const isChoice = all.length - out.length > 1;
    showRows(isChoice ? all : [], chosen());
    const notes = isChoice || !isAboutAmount ? [] : out.map(({ label, why }) => `${label} ${why}.`);
    if (all.length === 0) notes.push(`${merchant} takes no payments here yet. Please ask how to pay.`);
    else if (all.length === out.length) notes.unshift('This cannot be paid here at the moment.');
    say(at('left-out'), [...new Set(notes)].join(' '));
  }

  /**
   * Written anew only when it is another choice: the row in focus stays in focus.
   * @param {readonly Row[]} shown
   * @param {string | null} selected
   */
  function showRows(shown, selected) {
    at('gateways').hidden = shown.length === 0;
    const same = JSON.stringify(shown);
    if (at('choice-of-gateways').dataset['rows'] !== same) {
      at('choice-of-gateways').dataset['rows'] = same;
      at('choice-of-gateways').replaceChildren(...shown.map((row) => rowOf(row, choose)));
    }
    for (const box of at('choice-of-gateways').querySelectorAll('input')) box.checked = box.value === selected;
  }

  const chosen = () => {
    const names = available();
    return wanted !== null && names.includes(wanted) ? wanted : (names[0] ?? null);
  };
  /** @param {string} gateway */
  function choose(gateway) {
    wanted = gateway;
    onChange();
  }

  return {
    ask,
    show,
    available,
    choose,
    /** The gateway to pay through, by name; null while none can be used. */
    chosen,
    label: () => gatewayLabelAmong(chosen() ?? '', available()),
  };
}

/**
 * @param {CheckoutOptions} options
 * @param {readonly string[]} available
 */
function rowsLeftOut({ data, amount, currency }, available) {
  const about = { currency, money: formatMoney(amount, currency) };
  return data
    .filter(({ gateway, reason }) => !available.includes(gateway) && reason !== 'gateway_not_configured')
    .map(({ gateway, reason }) => ({ gateway, label: gatewayLabel(gateway), why: whyNot(reason ?? 'any', about) }));
}

/**
 * @param {Row} row
 * @param {(gateway: string) => void} choose
 */
function rowOf({ gateway, label, why }, choose) {
  const isOut = why !== null;
  return make(
    'label',
    { className: isOut ? 'option out' : 'option' },
    make('input', { type: 'radio', name: 'gateway', value: gateway, disabled: isOut, onchange: () => choose(gateway) }),
    make('span', {}, label),
    isOut ? ' ' : null, // between two words of what is read out
    isOut ? make('span', { className: 'note' }, why) : null,
  );
}
