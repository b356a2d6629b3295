import { setCurrentDetails, upsertSearchAttributes } from '@temporalio/workflow';
import type { Dispute } from '../domain/dispute';
import type { Fact } from '../domain/fact';
import { describeMoney } from '../domain/money';
import type { Payment, PaymentSummary } from '../domain/payment';
import { outsideReference, summarize } from '../domain/payment';
import type { Refund } from '../domain/refund';
import { unreachable } from '../domain/unreachable';
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
  const money = (amount: number) => describeMoney({ amount, currency: terms.currency });
  const lines = [
    `**${summary.status}**${summary.reason ? ` (${summary.reason})` : ''}: ${describeMoney(terms)} by ${terms.gateway} from ${terms.memberId}`,
    ...(summary.attention ? [`**A person must look:** ${summary.attention.code}. ${summary.attention.detail}`] : []),
    ...summary.attentions.slice(1).map(({ code, detail }) => `Also: ${code}. ${detail}`),
    ...summary.refunds.map((refund) => `- ${describeRefund(refund)}`),
    ...summary.disputes.map((dispute) => `- ${describeDispute(dispute)}`),
    `Captured ${money(summary.captured)}, fee ${money(summary.fee)}, given back ${money(summary.refunded)}, held by cases ${money(summary.disputed)}, lost to cases ${money(summary.chargedBack)}`,
    ...facts.map((fact) => `- ${describeFact(fact)}`),
  ];
  return lines.join('\n\n');
}

function describeRefund({ id, money, capture, status, reason, origin, gatewayReference, since }: Refund): string {
  const what = `${describeMoney(money)} of ${capture}`;
  switch (status) {
    case 'pending':
      return gatewayReference === null
        ? `asking the gateway to give back ${what} as ${id}, since ${since ?? 'now'} (${reason ?? 'no word yet'}); open calls say how often`
        : `${what} is on its way back as ${gatewayReference}, for ${id} (${reason ?? 'no reason given'})`;
    case 'succeeded':
      return `${what} was given back as ${gatewayReference ?? id}${origin === 'gateway' ? ", at the gateway's own site" : ''}`;
    case 'failed':
      return `${what} was not given back as ${id} (${reason ?? 'no reason given'})`;
    default:
      return unreachable(status);
  }
}

function describeDispute({
  gatewayReference,
  capture,
  stage,
  status,
  currency,
  held,
  lost,
  answerBy,
}: Dispute): string {
  const money = (amount: number) => describeMoney({ amount, currency });
  const sums = [...(held > 0 ? [`${money(held)} is held`] : []), ...(lost > 0 ? [`${money(lost)} is lost`] : [])];
  const until = status === 'open' && answerBy !== null ? `, to be answered by ${answerBy}` : '';
  return [`${stage} ${gatewayReference} about ${capture} is ${status}${until}`, ...sums].join(', ');
}

function describeFact(fact: Fact): string {
  const money =
    fact.amount === null || fact.currency === null
      ? ''
      : ` ${describeMoney({ amount: fact.amount, currency: fact.currency })}`;
  const reference = outsideReference(fact);
  return `${fact.kind}${money}${reference ? ` as ${reference}` : ''}${'reason' in fact ? ` (${fact.reason})` : ''}${fact.occurredAt ? `, ${fact.occurredAt}` : ''}`;
}
