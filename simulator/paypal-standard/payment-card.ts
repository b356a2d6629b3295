import { html, type Html } from '../html';
import { paymentPanel, type Aftermath, type AmountForm, type Press } from '../payment-panel';
import { writeAmount } from './amounts';
import { nameOf } from './buyers';
import { CAME, type Case, type Movement, type Payment } from './payments';
import { isRefund, sumsOf } from './sums';

/** One payment on the control page: where it stands, what can happen to it, and what was sent about it (`messages`). */
export function paymentCard(base: string, payment: Payment, messages: Html): Html {
  const { form, standing, buyer, txnId } = payment;
  const action = `${base}/actions/payments/${txnId}/events`;
  return html`<article class="card" id="${txnId}">
    <h3>
      ${writeAmount(form.total, form.currency)} ${form.currency} from ${nameOf(buyer)}
      <span class="state ${standing.status.toLowerCase()}">${standing.status}</span>
    </h3>
    <p class="note">
      ${standing.pendingReason === null ? '' : `${standing.pendingReason} · `}${form.lines[0].name || 'no item name'} ·
      to ${form.business} · invoice ${form.invoice || '(none)'} · ${txnId}
    </p>
    ${paymentPanel({
      action,
      sums: describeSums(payment),
      presses: likely(payment),
      forms: amountForms(payment),
      aftermath: [
        ...payment.movements.map((movement) => movementItem(payment, movement)),
        ...payment.cases.map((one) => caseItem(payment, one)),
      ],
    })}
    <details>
      <summary>Send any status by hand …</summary>
      <form class="fields" method="post" action="${action}">
        <label>Status <input name="status" list="statuses" required /></label>
        <label>Pending reason <input name="pendingReason" /></label>
        <label>Reason code <input name="reasonCode" /></label>
        <label>Amount <input name="amount" inputmode="decimal" placeholder="as usual" /></label>
        <button class="quiet">Send this status</button>
      </form>
    </details>
    ${form.notifyUrl === null ? html`<p class="note">The form had no notify_url: nothing is sent.</p>` : messages}
  </article>`;
}

/** Nothing is said of a payment of which nothing went back. */
function describeSums(payment: Payment) {
  const { refunded, pending, held, lost, left } = sumsOf(payment);
  const named = { refunded, 'on its way back': pending, held, 'charged back': lost };
  const moved = Object.entries(named).filter(([, units]) => units !== 0);
  const shown = moved.length === 0 ? [] : [...moved, ['left', left] as const];
  return shown.map(([label, units]) => ({ label, amount: withCurrency(units, payment) }));
}

/** What would happen next in life. Everything else goes by hand. */
function likely(payment: Payment): Press[] {
  const { standing } = payment;
  if (standing.status === 'Pending' && standing.pendingReason === 'echeck')
    return [
      { label: 'Clear the eCheck', fields: { status: 'Completed' } },
      { label: 'Bounce it', fields: { status: 'Failed' } },
    ];
  if (standing.status === 'Pending')
    return [
      { label: 'Finish the review', fields: { status: 'Completed' } },
      { label: 'Reject it', fields: { status: 'Reversed', reasonCode: 'other' } },
    ];
  if (!CAME.has(standing.status)) return [];
  const { held, lost, left } = sumsOf(payment);
  const hasCase = payment.cases.some(({ outcome }) => outcome === null);
  return [
    ...(left > 0
      ? [
          { label: left < payment.form.total ? 'Refund what is left' : 'Refund in full', fields: { kind: 'refund' } },
          { label: 'Refund, on its way', fields: { kind: 'refund', status: 'PENDING' } },
          { label: 'Take back and hold', fields: { kind: 'reverse' } },
        ]
      : []),
    { label: 'Open a dispute', fields: { kind: 'dispute', caseType: 'dispute' } },
    { label: 'Open a claim', fields: { kind: 'dispute' } },
    { label: 'Open a chargeback', fields: { kind: 'dispute', caseType: 'chargeback', reason: 'unauthorized' } },
    ...(held > 0 && !hasCase
      ? [
          { label: 'Cancel the reversal', fields: { kind: 'win' } },
          { label: 'Keep what is held', fields: { kind: 'lose' } },
        ]
      : []),
    ...(held === 0 && lost > 0 ? [{ label: 'What was lost comes back', fields: { kind: 'win' } }] : []),
  ];
}

function amountForms(payment: Payment): AmountForm[] {
  const { left } = sumsOf(payment);
  if (!CAME.has(payment.standing.status) || left <= 0) return [];
  const of = `of ${withCurrency(left, payment)}`;
  return [
    { label: 'Refund a part', amountLabel: `Refund, ${of}`, fields: { kind: 'refund' } },
    { label: 'Take back a part', amountLabel: `Take back, ${of}`, fields: { kind: 'reverse' } },
  ];
}

function movementItem(payment: Payment, movement: Movement): Aftermath {
  const { txnId, gross, fee, state, standing, txnType } = movement;
  const settle = (label: string, status: string) => ({
    label,
    fields: { kind: 'settle_refund', status, refundId: txnId },
  });
  const canSettle = isRefund(movement) && txnType === null;
  return {
    title: `${txnType ?? (isRefund(movement) ? 'Refund' : standing.status)} ${withCurrency(Math.abs(gross), payment)}`,
    state,
    look: state === 'Completed' ? 'completed' : state === 'Pending' ? 'pending' : 'failed',
    facts: [
      txnId,
      ...(standing.reasonCode === null ? [] : [standing.reasonCode]),
      ...(fee === 0 ? [] : [`fee ${withCurrency(fee, payment)}`]),
    ],
    presses: [
      ...(canSettle && state === 'Pending' ? [settle('It arrives', 'COMPLETED'), settle('It fails', 'FAILED')] : []),
      ...(canSettle && state === 'Completed' ? [settle('It fails after all', 'FAILED')] : []),
    ],
    forms: [],
  };
}

function caseItem(payment: Payment, { id, type, reasonCode, outcome }: Case): Aftermath {
  const { held } = sumsOf(payment);
  const press = (label: string, kind: string) => ({ label, fields: { kind, caseId: id } });
  return {
    title: `Case ${id}: ${type}`,
    state: outcome ?? 'open',
    look: outcome === null ? 'pending' : outcome === 'lost' ? 'failed' : 'completed',
    facts: [reasonCode, ...(held > 0 && outcome === null ? [`${withCurrency(held, payment)} held`] : [])],
    presses:
      outcome === null
        ? [
            ...(type === 'chargeback' ? [] : [press('Escalate', 'escalate')]),
            press('The seller wins', 'win'),
            press('The buyer wins', 'lose'),
            press('The buyer withdraws', 'withdraw'),
          ]
        : [],
    forms:
      outcome === null
        ? [{ label: 'The buyer wins a part', amountLabel: 'The buyer gets', fields: { kind: 'lose', caseId: id } }]
        : [],
  };
}

function withCurrency(units: number, { form }: Payment): string {
  return `${writeAmount(units, form.currency)} ${form.currency}`;
}
