import { html, type Html } from '../html';
import type { Message } from '../message';
import { messageList } from '../message-list';
import { paymentPanel, type Aftermath, type AmountForm, type Press } from '../payment-panel';
import { writeAmount } from '../paypal-standard/amounts';
import { nameOf } from './buyers';
import { heldUnder } from './disputing';
import type { Money } from './money';
import type { Capture, Dispute, Order, Refund } from './orders';
import { sumOf } from './payer-pages';
import { sumsOf } from './sums';
import { captureStatusOf, statusOf } from './views';

/** One order on the control page: where it stands, what can happen to its money, and what was sent about it. */
export function orderCard(base: string, order: Order, payerPage: string, messages: readonly Message[]): Html {
  const { id, state, purchase, merchantId } = order;
  const capture = state.kind === 'captured' ? state.capture : null;
  const status = capture === null ? statusOf(order) : captureStatusOf(capture);
  const reason = capture?.standing.reason ?? null;
  return html`<article class="card" id="${id}">
    <h3>
      ${sumOf(order)}${state.kind === 'open' ? '' : ` from ${nameOf(state.buyer)}`}
      <span class="state ${LOOK[status] ?? ''}">${status}</span>
    </h3>
    <p class="note">
      ${reason === null ? '' : `${reason} · `}${purchase.description ?? 'no description'} · to ${merchantId} · invoice
      ${purchase.invoiceId ?? '(none)'} · order ${id}${capture === null ? '' : ` · capture ${capture.id}`}
    </p>
    ${
      capture === null
        ? html`<p><a href="${payerPage}">The page where it is approved</a></p>`
        : capturePanel(base, capture)
    }
    ${messageList(base, messages)}
  </article>`;
}

/** Where the money of a capture is, and what can happen to it. */
export function capturePanel(base: string, capture: Capture): Html {
  return paymentPanel({
    action: `${base}/actions/captures/${capture.id}/events`,
    sums: describeSums(capture),
    presses: likely(capture),
    forms: amountForms(capture),
    aftermath: [...capture.refunds.map(refundItem), ...capture.disputes.map(disputeItem)],
  });
}

export const LOOK: Readonly<Record<string, string>> = {
  COMPLETED: 'completed',
  DECLINED: 'denied',
  REFUNDED: 'reversed',
};

/** Nothing is said of a capture of which nothing went back. */
function describeSums(capture: Capture) {
  const { refunded, pending, held, lost, left } = sumsOf(capture);
  const named = { refunded, 'on its way back': pending, held, 'charged back': lost };
  const moved = Object.entries(named).filter(([, units]) => units !== 0);
  const shown = moved.length === 0 ? [] : [...moved, ['left', left] as const];
  return shown.map(([label, units]) => ({ label, amount: ofCapture(units, capture) }));
}

/** What would happen next in life. */
function likely(capture: Capture): Press[] {
  const { left } = sumsOf(capture);
  switch (capture.standing.status) {
    case 'PENDING':
      return [
        { label: 'Complete it', fields: { kind: 'complete' } },
        { label: 'Deny it', fields: { kind: 'deny' } },
      ];
    case 'DECLINED':
      return [];
    case 'COMPLETED':
      return [
        ...(left > 0
          ? [
              {
                label: left < capture.amount.units ? 'Refund what is left' : 'Refund in full',
                fields: { kind: 'refund' },
              },
              { label: 'Refund, on its way', fields: { kind: 'refund', status: 'PENDING' } },
              { label: 'Take back and hold', fields: { kind: 'reverse' } },
            ]
          : []),
        { label: 'Open an inquiry', fields: { kind: 'dispute' } },
        { label: 'Open a claim', fields: { kind: 'dispute', stage: 'CHARGEBACK' } },
        {
          label: 'Open a chargeback',
          fields: { kind: 'dispute', stage: 'CHARGEBACK', channel: 'EXTERNAL', reason: 'UNAUTHORISED' },
        },
      ];
  }
}

function amountForms(capture: Capture): AmountForm[] {
  const { left } = sumsOf(capture);
  if (capture.standing.status !== 'COMPLETED') return [];
  const of = `of ${ofCapture(left, capture)}`;
  return [
    ...(left > 0
      ? [
          { label: 'Refund a part', amountLabel: `Refund, ${of}`, fields: { kind: 'refund' } },
          { label: 'Take back a part', amountLabel: `Take back, ${of}`, fields: { kind: 'reverse' } },
        ]
      : []),
    { label: 'Open a case about a part', amountLabel: 'Claimed', fields: { kind: 'dispute' } },
  ];
}

function refundItem({ id, capture, units, feeReturned, standing, reversal }: Refund): Aftermath {
  const settle = (label: string, status: string) => ({
    label,
    fields: { kind: 'settle_refund', status, refundId: id },
  });
  const facts = [
    id,
    ...(standing.reason === null ? [] : [standing.reason]),
    ...(feeReturned === 0 ? [] : [`fee given back ${ofCapture(feeReturned, capture)}`]),
  ];
  if (reversal !== null) {
    const { isDecided, returned } = reversal;
    const state = !isDecided ? 'held' : returned === units ? 'given back' : 'charged back';
    return {
      title: `Reversal ${ofCapture(units, capture)}`,
      state,
      look: !isDecided ? 'pending' : returned === units ? 'completed' : 'failed',
      facts: [...facts, ...(returned > 0 ? [`${ofCapture(returned, capture)} came back`] : [])],
      presses: [],
      forms: [],
    };
  }
  const { status } = standing;
  return {
    title: `Refund ${ofCapture(units, capture)}`,
    state: status,
    look: status === 'COMPLETED' ? 'completed' : status === 'PENDING' ? 'pending' : 'failed',
    facts,
    presses: [
      ...(status === 'PENDING' ? [settle('It arrives', 'COMPLETED'), settle('It fails', 'FAILED')] : []),
      ...(status === 'COMPLETED' ? [settle('It fails after all', 'FAILED')] : []),
    ],
    forms: [],
  };
}

function disputeItem(dispute: Dispute): Aftermath {
  const { id, capture, stage, channel, reason, units, status, outcome, fees } = dispute;
  const held = heldUnder(dispute);
  const press = (label: string, fields: Record<string, string>) => ({ label, fields: { ...fields, disputeId: id } });
  const isOpen = outcome === null;
  return {
    title: `Case ${id}: ${stage}, ${channel}`,
    state: outcome?.code ?? status,
    look: isOpen ? 'pending' : outcome.refunded === null ? 'completed' : 'failed',
    facts: [
      reason,
      `${ofCapture(units, capture)} claimed`,
      ...(held > 0 ? [`${ofCapture(held, capture)} held`] : []),
      ...(outcome?.refunded ? [`${ofCapture(outcome.refunded, capture)} is the buyer’s`] : []),
      ...fees.map((fee) => `${fee.reason} ${withCurrency(fee.money)}`),
    ],
    presses: isOpen
      ? [
          ...(stage === 'ARBITRATION' ? [] : [press('Escalate', { kind: 'escalate' })]),
          press('The seller wins', { kind: 'win' }),
          press('The buyer wins', { kind: 'lose' }),
          press('The seller accepts', { kind: 'lose', outcome: 'ACCEPTED' }),
          press('The buyer withdraws', { kind: 'withdraw' }),
        ]
      : outcome.refunded === null
        ? []
        : [press('The seller wins after all', { kind: 'resolve_dispute', outcome: 'RESOLVED_SELLER_FAVOUR' })],
    forms: [
      ...(isOpen
        ? [press('The buyer wins a part', { kind: 'lose' })].map((part) => ({ ...part, amountLabel: 'The buyer gets' }))
        : []),
      { ...press('Charge a fee for it', { kind: 'dispute_fee' }), amountLabel: 'Fee' },
    ],
  };
}

function ofCapture(units: number, { amount }: Capture): string {
  return withCurrency({ ...amount, units });
}

/** `50.00 EUR`. */
export function withCurrency({ units, currency }: Money): string {
  return `${writeAmount(units, currency)} ${currency}`;
}
