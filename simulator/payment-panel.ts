import { html, type Html } from './html';

/** A button that posts these fields. */
export interface Press {
  readonly label: string;
  readonly fields: Readonly<Record<string, string>>;
}

/** A form with one amount in it, that posts these fields too. */
export interface AmountForm extends Press {
  /** What the amount is: `Refund, of 50.00 EUR`. */
  readonly amountLabel: string;
}

/** Something that came of a payment, and how it can go on. */
export interface Aftermath {
  readonly title: string;
  readonly state: string;
  /** The look of the state: a class of the stylesheet. */
  readonly look: 'completed' | 'pending' | 'failed';
  readonly facts: readonly string[];
  readonly presses: readonly Press[];
  readonly forms: readonly AmountForm[];
}

/** Where the money of a payment is now, what came of it, and what can happen to it. */
export interface Panel {
  /** What a button posts to. */
  readonly action: string;
  /** Named sums with their currency; those of nothing are left out by whoever makes them. */
  readonly sums: readonly { readonly label: string; readonly amount: string }[];
  readonly presses: readonly Press[];
  readonly forms: readonly AmountForm[];
  readonly aftermath: readonly Aftermath[];
}

/** The part of a payment's card that says where its money is and lets more happen. */
export function paymentPanel({ action, sums, presses, forms, aftermath }: Panel): Html {
  return html`${
    sums.length === 0
      ? null
      : html`<ul class="sums">
          ${sums.map(({ label, amount }) => html`<li>${label} <strong>${amount}</strong></li> `)}
        </ul>`
  }
  ${aftermath.map((one) => aftermathItem(action, one))} ${pressRow(action, presses)} ${amountForms(action, forms)}`;
}

function aftermathItem(action: string, { title, state, look, facts, presses, forms }: Aftermath): Html {
  return html`<section class="aftermath">
    <h4>${title} <span class="state ${look}">${state}</span></h4>
    ${facts.length === 0 ? null : html`<p class="note">${facts.join(' · ')}</p>`} ${pressRow(action, presses)}
    ${amountForms(action, forms)}
  </section>`;
}

function pressRow(action: string, presses: readonly Press[]): Html | null {
  if (presses.length === 0) return null;
  return html`<div class="row">
    ${presses.map(
      ({ label, fields }) =>
        html`<form method="post" action="${action}">${hidden(fields)}<button class="quiet">${label}</button></form> `,
    )}
  </div>`;
}

/** Folded away: most of the time all of it is meant. */
function amountForms(action: string, forms: readonly AmountForm[]): Html | null {
  if (forms.length === 0) return null;
  return html`<details>
    <summary>${forms.map(({ label }) => label).join(', ')} …</summary>
    ${forms.map(
      ({ label, amountLabel, fields }) =>
        html`<form class="fields" method="post" action="${action}">
          ${hidden(fields)}
          <label>${amountLabel} <input name="amount" inputmode="decimal" required /></label>
          <button class="quiet">${label}</button>
        </form> `,
    )}
  </details>`;
}

function hidden(fields: Readonly<Record<string, string>>): Html[] {
  return Object.entries(fields).map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}" />`);
}
