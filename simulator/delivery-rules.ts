import { z } from 'zod';

const MOST_COPIES = 50;
const LONGEST_DELAY_MS = 24 * 60 * 60 * 1000;

/** How messages travel from now on. Given as a whole: what is left out is as usual again. */
export const deliveryRules = z.strictObject({
  /** Before the first attempt. Real milliseconds, not speeded up. */
  delayMs: z.coerce.number().int().min(0).max(LONGEST_DELAY_MS).default(0),
  /** How many more times each message is sent, byte for byte, at the same time as the others of its kind. */
  duplicates: z.coerce.number().int().min(0).max(MOST_COPIES).default(0),
  /** Each message waits until the next one of its payment has been sent: they arrive in the wrong order, two by two. */
  reorder: z.boolean().default(false),
  /** Messages get lost: all of them, or the next so many. They stay in the history and can be replayed. */
  drop: z.union([z.boolean(), z.number().int().positive()]).default(false),
  /** The charset of the messages, whatever the form or the buyer says. */
  charset: z.string().min(1).max(40).nullable().default(null),
});
export type DeliveryRules = z.infer<typeof deliveryRules>;

export const USUAL_DELIVERY: DeliveryRules = deliveryRules.parse({});
