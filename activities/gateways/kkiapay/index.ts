import type { Gateway, GatewayContext, Lookup, Subject } from '../port';
import type { Capabilities, Starter } from '../../../workflows/domain/gateway';
import { MAX_AMOUNT } from '../../../workflows/domain/money';
import { unreachable } from '../../../workflows/domain/unreachable';
import { inspectAccount } from './account';
import { CURRENCY } from './checkout';
import type { KkiapayCredentials } from './credentials';
import { lookUpNotified, lookUpPayment, unaskable } from './lookup';
import { startCheckout } from './prompt';
import { lookUpRefund, refund } from './refund';

/** KKiaPay: a widget in the payer's browser, or a prompt on their phone, for mobile money and cards of West Africa. */
export const kkiapay = {
  capabilities: capabilities(['member', 'merchant']),
  capabilitiesWith: ({ merchantInitiated }) => capabilities(merchantInitiated ? ['member', 'merchant'] : ['member']),
  startCheckout,

  async fetchFacts(subject: Subject, context: GatewayContext<KkiapayCredentials>): Promise<Lookup> {
    switch (subject.by) {
      case 'payment':
        return lookUpPayment(subject.checkout, context);
      case 'notification': {
        const { raw } = subject;
        if (raw.channel !== 'webhook' && raw.channel !== 'poll')
          throw unaskable(`KKiaPay has no ${raw.channel} messages`);
        return lookUpNotified(subject, context);
      }
      default:
        return unreachable(subject);
    }
  },

  refund,
  lookUpRefund,
  inspectAccount,
} satisfies Gateway<KkiapayCredentials>;

/**
 * The methods that the widget can be limited to (`paymentmethod`: momo, card). Wallets such as Wave have no such word: a
 * payer may choose one where no method was asked for, and that money is booked like any other.
 */
function capabilities(mobileMoneyStartedBy: readonly Starter[]): Capabilities {
  // KKiaPay states no limits of its own; those of each network and each payer's wallet are told by the widget and the phone.
  const money = { currencies: [CURRENCY], min: 1, max: MAX_AMOUNT, feesReturned: 'none' } as const;
  return {
    methods: {
      mobile_money: { ...money, startedBy: mobileMoneyStartedBy, refund: 'full' },
      card: { ...money, startedBy: ['member'], refund: 'none' },
    },
    lookup: 'by_reference',
    checkoutLivesMs: null, // a widget is opened when the payer comes, and KKiaPay names no end of a prompt
    capture: 'by_gateway',
    recurring: false,
    notifications: 'shared_secret',
  };
}
