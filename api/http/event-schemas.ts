import { z } from 'zod';
import { EVENT_TYPES } from '../../workflows/domain/event';
import { paging, severalOf } from './schemas';

export const eventType = z.enum(EVENT_TYPES);
export const eventFilter = z.strictObject({
  ...paging,
  type: severalOf(EVENT_TYPES).optional().meta({ example: 'payment.paid,refund.succeeded' }),
  after: z
    .string()
    .max(64)
    .regex(/^(evt_[0-9a-z]+|[0-9]{1,15})$/, "an event's id or sequence")
    .optional()
    .describe('an event’s id or sequence, of which those after it are listed; 0: from the oldest that is kept'),
});

export const event = z.object({
  id: z.string().meta({ example: 'evt_…' }),
  type: eventType,
  createdAt: z.iso.datetime(),
  sequence: z.int().describe('orders the events of a merchant; some numbers are left out'),
  merchant: z.string().meta({ example: 'mer_…' }),
  data: z
    .record(z.string(), z.unknown())
    .describe(
      'what a GET of the object answered when it happened, without `nextAction`, `actions`, `memberName`, `temporalUrl` and `payer`; of a gateway account `gateway`, `environment` and `enabled`',
    ),
});
