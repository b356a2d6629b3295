import { Refusal, Unreachable } from '../shared/client';
import { t } from './words';

/** Something a member is told when it did not work. */
export class Told extends Error {}

/** A session or token that is no longer valid ends the page. */
export const isEnd = (error: unknown): boolean =>
  error instanceof Refusal && (error.status === 401 || error.status === 403);

/** What went wrong, for who wanted it. `gateway`: what the one that was chosen is called. */
export function inPlainWords(error: unknown, { merchant, gateway }: { merchant: string; gateway: string }): string {
  if (error instanceof Told) return error.message;
  if (error instanceof Unreachable) return t('trouble.unreachable');
  if (!(error instanceof Refusal)) return t('trouble.page');
  switch (error.code) {
    case 'gateway_not_configured':
    case 'gateway_not_enabled':
      return t('trouble.gateway', { merchant, gateway });
    case 'amount_not_supported':
    case 'currency_not_supported':
    case 'method_not_supported':
      return t('trouble.amount', { gateway });
    case 'payment_pending':
    case 'nothing_due':
      return t('trouble.nothing_due');
    case 'too_many_open_payments':
      return t('trouble.too_many');
    case 'too_many_requests':
      return t('trouble.slow_down');
    case 'recurring_not_supported':
      return t('trouble.recurring', { merchant });
    case 'not_found':
      return t('trouble.gone');
    case 'agreement_at_gateway_only':
      return t('agreement.at_gateway', { gateway });
    case 'gateway_refused':
      return t('trouble.gateway_refused', { gateway });
    default:
      return t('trouble.refused', { code: error.code });
  }
}
