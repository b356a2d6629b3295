import type { Standing } from '../buyers';
import type { Event } from '../event-body';
import type { Capture, Refund } from '../orders';
import { viewSale, viewSaleRefund, viewSaleReversal } from './sale-views';

const SALE_EVENTS: Readonly<Record<Standing['status'], string>> = {
  COMPLETED: 'PAYMENT.SALE.COMPLETED',
  PENDING: 'PAYMENT.SALE.PENDING',
  DECLINED: 'PAYMENT.SALE.DENIED',
};

/** A subscription's payment, as it is told. */
export function saleEvent(sale: Capture, subscriptionId: string): Event {
  const { total, currency } = viewSale(sale, subscriptionId).amount;
  return {
    type: SALE_EVENTS[sale.standing.status],
    resourceType: 'sale',
    resourceVersion: '1.0',
    summary: `Payment ${sale.standing.status.toLowerCase()} for ${currency} ${total} ${currency}`,
    resource: viewSale(sale, subscriptionId),
    at: sale.updatedAt,
  };
}

/**
 * Money of a sale that went back, by the event of a capture's. Nothing is told of a refund that is on its way, or that failed.
 * The resource is a refund both times; of a reversal PayPal says that it is a sale, and its amount is negative.
 */
export function saleMoneyBackEvent(type: string, refund: Refund): Event | null {
  switch (type) {
    case 'PAYMENT.CAPTURE.REFUNDED':
      return {
        type: 'PAYMENT.SALE.REFUNDED',
        resourceType: 'refund',
        resourceVersion: '1.0',
        summary: 'A sale payment was refunded',
        resource: viewSaleRefund(refund),
        at: refund.updatedAt,
      };
    case 'PAYMENT.CAPTURE.REVERSED':
      return {
        type: 'PAYMENT.SALE.REVERSED',
        resourceType: 'sale',
        resourceVersion: '1.0',
        summary: 'A sale payment was reversed',
        resource: viewSaleReversal(refund),
        at: refund.updatedAt,
      };
    default:
      return null;
  }
}
