import { setCurrentDetails, upsertSearchAttributes } from '@temporalio/workflow';
import type { Fact } from '../domain/fact';
import { describeMoney } from '../domain/money';
import type { Payment, PaymentSummary } from '../domain/payment';
import { outsideReference, summarize } from '../domain/payment';
import { searchAttributes } from '../messages';

/**
 * What an operator sees of a run. `shown`: the payment that the run was started with and whose search attributes were given
 * then, or null where they are known only now.
 */
export function openShow(shown: Payment | null) {
  let line = shown && statusLine(summarize(shown));

  return {
    /** The run's page, which costs no event. */
    details(payment: Payment): void {
      setCurrentDetails(describePayment(payment));
    },
    /** What operators search by, when it changed: an event, so only once the run has come to rest. */
    attributes({ terms, facts }: Payment): void {
      const summary = summarize({ terms, facts });
      const now = statusLine(summary);
      if (now !== line)
        upsertSearchAttributes([
          { key: searchAttributes.status, value: summary.status },
          { key: searchAttributes.attention, value: summary.attention?.code ?? null },
          // A run that was not started by the creation knows these only now.
          ...(line === null
            ? [
                { key: searchAttributes.gateway, value: terms.gateway },
                { key: searchAttributes.merchant, value: terms.merchantId },
                { key: searchAttributes.member, value: terms.memberId },
              ]
            : []),
        ]);
      line = now;
    },
  };
}

function statusLine(summary: PaymentSummary): string {
  return `${summary.status} ${summary.attention?.code ?? ''}`;
}

/** Where the payment stands and how it came there, as Markdown. */
function describePayment(payment: Payment): string {
  const { terms, facts } = payment;
  const summary = summarize(payment);
  const lines = [
    `**${summary.status}**${summary.reason ? ` (${summary.reason})` : ''}: ${describeMoney(terms)} by ${terms.gateway} from ${terms.memberId}`,
    ...(summary.attention ? [`**A person must look:** ${summary.attention.code}. ${summary.attention.detail}`] : []),
    `Captured ${summary.captured}, fee ${summary.fee}, refunded ${summary.refunded}, disputed ${summary.disputed} (minor units of ${terms.currency})`,
    ...facts.map((fact) => `- ${describeFact(fact)}`),
  ];
  return lines.join('\n\n');
}

function describeFact(fact: Fact): string {
  const money =
    fact.amount === null || fact.currency === null
      ? ''
      : ` ${describeMoney({ amount: fact.amount, currency: fact.currency })}`;
  const reference = outsideReference(fact);
  return `${fact.kind}${money}${reference ? ` as ${reference}` : ''}${'reason' in fact ? ` (${fact.reason})` : ''}${fact.occurredAt ? `, ${fact.occurredAt}` : ''}`;
}
