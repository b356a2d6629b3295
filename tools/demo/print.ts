import { GATEWAYS } from '../../activities/gateways/registry';
import { describeMoney, formatDecimal, minorUnitDecimals } from '../../workflows/domain/money';
import { GATEWAY_NAMES } from '../../workflows/domain/gateway';
import type { Balance, Cart, Charge, CheckoutOptions, Entry, Payment } from './club';

/** The decimals of a sum without its currency, for columns. */
export function writeAmount(amount: number, currency: string): string {
  return formatDecimal({ amount, currency }, minorUnitDecimals(currency)) ?? String(amount);
}

/** Rows under their headings; a heading that ends in `>` is set to the right, as sums are. */
export function table(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  const names = headings.map((heading) => heading.replace(/>$/, ''));
  const widths = names.map((name, column) =>
    Math.max(...[name, ...rows.map((row) => row[column] ?? '')].map((cell) => cell.length)),
  );
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, column) =>
        headings[column]?.endsWith('>') ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0),
      )
      .join('   ')
      .trimEnd();
  return [line(names), line(widths.map((width) => '─'.repeat(width))), ...rows.map(line)]
    .map((text) => `  ${text}`)
    .join('\n');
}

export function title(text: string): string {
  return `\n── ${text} ${'─'.repeat(Math.max(3, 88 - text.length))}`;
}

/** Through which gateways this may be paid, and why not through the others. */
export function optionsTable({ data }: CheckoutOptions): string {
  return table(
    ['gateway', 'may be used'],
    data.map(({ gateway, available, detail }) => [GATEWAYS[gateway].title, available ? 'yes' : `no: ${detail ?? ''}`]),
  );
}

const HOW: Readonly<Record<Cart['paylines'][number]['kind'], string>> = {
  payment: 'received by',
  attachment: 'received by',
  refund: 'given back of',
  charge_back: 'taken back of',
  reversal_cancelled: 'back again by',
  refund_failed: 'back again by',
};

/** What the member owes and what was received of them. */
export function cartTable({ currency, charges, paylines, due, credit }: Cart, memberName: string): string {
  const owed = table(
    ['charge', 'category', 'amount>', 'paid>', 'open>'],
    charges.map(({ label, category, amount, paid, cancelledAt }: Charge) => [
      label,
      category,
      ...[amount, paid].map((sum) => writeAmount(sum, currency)),
      cancelledAt === null ? writeAmount(amount - paid, currency) : 'cancelled',
    ]),
  );
  const received = paylines.map(
    ({ amount, at, payment, kind }) =>
      `  payline ${clock(at)}   ${describeMoney({ amount, currency })} ${HOW[kind]} ${payment ?? 'no payment'}`,
  );
  return [
    '',
    `  The cart of ${memberName}`,
    owed,
    ...received,
    `  Due ${describeMoney({ amount: due, currency })}, credit ${describeMoney({ amount: credit, currency })}.`,
  ].join('\n');
}

/** A payment's life so far, and where to read more of it. */
export function paymentStory({
  id,
  status,
  amount,
  currency,
  captured,
  fee,
  attention,
  timeline,
  temporalUrl,
}: Payment): string {
  const rows = timeline.map((fact) => [
    clock(fact.recordedAt),
    inWords(fact.reason === null ? fact.kind : `${fact.kind}: ${fact.reason}`),
    fact.amount === null ? '' : writeAmount(fact.amount, fact.currency ?? currency),
    fact.gatewayReference ?? '',
  ]);
  const sums = [amount, captured, fee].map((sum) => describeMoney({ amount: sum, currency }));
  return [
    `  ${id}: ${inWords(status)}. Asked ${sums[0] ?? ''}, captured ${sums[1] ?? ''}, fee ${sums[2] ?? ''}.`,
    ...(attention ? [`  A person must look: ${attention.detail}.`] : []),
    table(['time', 'what happened', 'amount>', 'reference at the gateway'], rows),
    `  Temporal: ${temporalUrl}`,
  ].join('\n');
}

/** Oldest first, a line per posting: what the club owns and spends on the left, where it comes from on the right. */
export function entriesTable(entries: readonly Entry[]): string {
  const rows = entries.flatMap(({ kind, postings }) =>
    postings.map(({ account, side, amount, currency }, index) => [
      index === 0 ? inWords(kind) : '',
      accountInWords(account),
      side === 'debit' ? writeAmount(amount, currency) : '',
      side === 'credit' ? writeAmount(amount, currency) : '',
    ]),
  );
  return table(['entry', 'account', 'debit>', 'credit>'], rows);
}

export function balancesTable(balances: readonly Balance[]): string {
  const total = (of: (balance: Balance) => number) => balances.reduce((sum, balance) => sum + of(balance), 0);
  const currency = balances[0]?.currency ?? 'EUR';
  const sums = ({ debit, credit, balance }: Pick<Balance, 'debit' | 'credit' | 'balance'>) =>
    [debit, credit, balance].map((sum) => writeAmount(sum, currency));
  return table(
    ['account', 'debit>', 'credit>', 'debit − credit>'],
    [
      ...balances.map((balance) => [accountInWords(balance.account), ...sums(balance)]),
      [
        'together',
        ...sums({ debit: total((b) => b.debit), credit: total((b) => b.credit), balance: total((b) => b.balance) }),
      ],
    ],
  );
}

/** `gateway_clearing:paypal-standard` and the like, as a treasurer says it. */
function accountInWords(account: string): string {
  const [name = '', detail = ''] = account.split(':');
  const gateway = GATEWAY_NAMES.find((known) => known === detail);
  const gatewayTitle = gateway ? GATEWAYS[gateway].title : detail;
  switch (name) {
    case 'gateway_clearing':
      return `held for us by ${gatewayTitle}`;
    case 'gateway_fees':
      return `fees of ${gatewayTitle}`;
    case 'income':
      return `income, ${detail}`;
    case 'member_credit':
      return 'paid in advance by members';
    case 'suspense':
      return 'in suspense, waits for a person';
    case 'disputed_funds':
      return 'taken back by payers, undecided';
    case 'dispute_losses':
      return 'fees of cases';
    case 'refund_costs':
      return 'given back beyond what came';
    default:
      return account;
  }
}

function inWords(name: string): string {
  return name.replaceAll('_', ' ');
}

/** The time of day, UTC: the demo is over before the day is. */
function clock(at: string): string {
  return at.slice(11, 19);
}
