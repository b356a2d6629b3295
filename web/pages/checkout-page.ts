import { html } from './html';
import type { Page } from './layout';

/** The member's checkout: empty rooms that its script furnishes through the public API, with the token from the address. */
export function checkoutPage(): Page {
  return {
    title: 'Your cart',
    script: 'checkout.js',
    body: html`<main class="wide" id="page">
      <header class="top">
        <p class="merchant" id="merchant"></p>
        <h1 id="headline" aria-live="polite">Your cart</h1>
        <p class="note" id="greeting"></p>
      </header>
      <noscript
        ><p class="card standing" data-tone="bad">
          This page needs JavaScript. Please allow it and load the page again.
        </p></noscript
      >
      <p class="note banner" id="connection" role="status" hidden></p>
      <div id="notice" role="status" aria-live="polite"></div>
      <p class="note" id="loading">Loading …</p>

      <div class="columns" id="account" hidden>
        <div class="column">
          <section class="card" aria-labelledby="cart-title">
            <h2 id="cart-title">Your charges</h2>
            <p class="note" id="due-again" hidden></p>
            <ul class="lines" id="charges"></ul>
          </section>

          <section class="card" aria-labelledby="received-title" id="received" hidden>
            <h2 id="received-title"></h2>
            <ul class="lines" id="paylines"></ul>
          </section>
        </div>
        <div class="column">
          <section class="card" aria-labelledby="pay-title">
            <h2 id="pay-title">Pay</h2>
            <form id="pay" novalidate>
              <label for="amount">Amount in <span id="currency"></span></label>
              <input id="amount" inputmode="decimal" autocomplete="off" aria-describedby="amount-note amount-error" />
              <p class="note" id="amount-note"></p>
              <p class="error" id="amount-error" role="alert" hidden></p>
              <details id="choice" hidden>
                <summary>Choose what to pay first</summary>
                <div id="choices"></div>
              </details>
              <fieldset id="gateways" hidden>
                <legend>Pay with</legend>
                <div id="choice-of-gateways"></div>
              </fieldset>
              <p class="note" id="left-out" role="status" hidden></p>
              <p class="note" id="replacing" role="status" hidden>
                <span id="replacing-text"></span> <button type="button" class="link" id="keep">Keep it</button>
              </p>
              <button id="pay-button">Pay</button>
              <p class="note" id="opening" role="status" hidden>
                <span id="opening-text"></span> <button type="button" class="link" id="stop-opening">Cancel</button>
              </p>
              <p class="error" id="pay-error" role="alert" hidden></p>
            </form>
          </section>

          <section class="card" aria-labelledby="payments-title" id="history" hidden>
            <h2 id="payments-title">Your payments</h2>
            <ul class="lines" id="payments"></ul>
            <button type="button" class="quiet" id="more" hidden>Show older payments</button>
          </section>
        </div>
      </div>
      <dialog id="receipt" aria-labelledby="receipt-title"></dialog>
    </main>`,
  };
}
