import { z } from 'zod';
import { agreementAsTold } from './agreement-schemas';
import { charge, currency, dispute, member, moment, notification, payline, paymentAsTold, refund } from './schemas';

/** All that is kept of a member. */
export const memberExport = z.object({
  exportedAt: moment,
  member,
  currency,
  charges: z.array(charge),
  paylines: z.array(payline),
  payments: z.array(paymentAsTold),
  agreements: z.array(agreementAsTold),
  refunds: z.array(refund),
  disputes: z.array(dispute),
  notifications: z.array(notification).describe('verified messages about their money, with who is said to have paid'),
});
