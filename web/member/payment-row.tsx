import { describeRefund, describeStanding, isSettled } from '../../words/standing';
import type { ComponentChildren } from 'preact';
import type { Payment, Refund } from '../shared/types';
import { Badge } from './badge';
import { gatewayLabel, standingOf } from './gateways';
import { day, language, money, t } from './words';

interface Props {
  readonly payment: Payment;
  /** What is given back of it, or was to be. */
  readonly refunds?: readonly Refund[];
  readonly merchant: string;
  /** What can be done about it now. */
  readonly children?: ComponentChildren;
}

/** Where the badge alone would leave open how much it is about. */
const MONEY_BACK: readonly Payment['status'][] = ['partially_refunded', 'refunded', 'charged_back', 'disputed'];

/** One of the member's payments. */
export function PaymentRow({ payment, refunds = [], merchant, children }: Props) {
  const { id, status, reason, nextAction, createdAt, amount, currency, gateway } = payment;
  const words = describeStanding(standingOf(payment), { place: 'list', merchant, language: language() });
  const isOneThatCame = refunds.length === 1 && refunds[0]?.status === 'succeeded';
  const lines = words.tellsGiven && isOneThatCame ? [] : refunds; // a line would say the same again
  const wantsWords =
    nextAction?.kind === 'prompt' ||
    ['processing', 'needs_review', 'disputed'].includes(status) ||
    (reason !== null && (!isSettled(status) || status === 'failed'));
  return (
    <li data-payment={id} data-status={status}>
      <span>{day(createdAt)}</span>
      <span class="figure">{money(amount, currency)}</span>
      <span>
        <Badge tone={words.tone}>{words.label}</Badge>{' '}
        {payment.environment !== 'live' && <span class="badge">{t('payment.test')}</span>}
      </span>
      <span class="figure note">{gatewayLabel(gateway)}</span>
      {payment.agreement !== null && <p class="note">{t('payment.agreement')}</p>}
      {MONEY_BACK.includes(status) && <p class="note">{words.title}.</p>}
      {wantsWords && <p class="note">{words.text}</p>}
      {lines.length > 0 && (
        <ul class="lines refunds">
          {lines.map((refund) => (
            <RefundLine key={refund.id} refund={refund} merchant={merchant} />
          ))}
        </ul>
      )}
      {children !== undefined && <div class="actions">{children}</div>}
    </li>
  );
}

function RefundLine({ refund, merchant }: { readonly refund: Refund; readonly merchant: string }) {
  const { id, status, amount, currency, createdAt, settledAt } = refund;
  const { text, tone } = describeRefund(status, { merchant, language: language() });
  return (
    <li data-refund={id} data-status={status} data-tone={tone}>
      <span>
        {money(amount, currency)} {text}
      </span>
      <span class="figure">{day(settledAt ?? createdAt)}</span>
    </li>
  );
}

/** Where the page of a payment is, live and with a countdown. */
export function StandingLink({ payment }: { readonly payment: Payment }) {
  return (
    <a class="button small quiet" href={`/return/${encodeURIComponent(payment.id)}`}>
      {t('open.standing')}
    </a>
  );
}
