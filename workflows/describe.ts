import type { Fact } from './domain/fact';
import { describeMoney } from './domain/money';
import type { Payment, PaymentSummary } from './domain/payment';
import { outsideReference } from './domain/payment';

/** What an operator reads in the run, as Markdown: where the payment stands and how it came there. */
export function describePayment({ terms, facts }: Payment, summary: PaymentSummary): string {
  const lines = [
    `**${summary.status}**${summary.reason ? ` (${summary.reason})` : ''}: ${describeMoney(terms)} by ${terms.gateway} from ${terms.memberId}`,
    ...(summary.attention ? [`**A person must look:** ${summary.attention.code}. ${summary.attention.detail}`] : []),
    `Captured ${summary.captured}, fee ${summary.fee}, refunded ${summary.refunded}, disputed ${summary.disputed} (minor units of ${terms.currency})`,
    ...facts.map((fact) => `- ${describeFact(fact)}`),
  ];
  return lines.join('\n\n');
}

function describeFact(fact: Fact): string {
  const money = fact.amount === null || fact.currency === null ? '' : ` ${describeMoney({ amount: fact.amount, currency: fact.currency })}`;
  const reference = outsideReference(fact);
  return `${fact.kind}${money}${reference ? ` as ${reference}` : ''}${'reason' in fact ? ` (${fact.reason})` : ''}${fact.occurredAt ? `, ${fact.occurredAt}` : ''}`;
}
