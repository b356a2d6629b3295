import { z } from 'zod';
import type { Order } from './transactions';

/** What `openKkiapayWidget` is called with, as far as the look-alike reads it. Other options are ignored, as by the real one. */
const widgetOptions = z.object({
  amount: z
    .union([z.number(), z.string().regex(/^\d+$/).transform(Number)])
    .pipe(z.number().int().positive().max(999_999_999_999)),
  key: z.string().optional(),
  api_key: z.string().optional(),
  data: z.unknown().optional(),
  partnerId: z.string().max(200).default(''),
  reason: z.string().max(500).default(''),
  callback: z
    .url({ protocol: /^https?$/ })
    .nullable()
    .default(null),
  paymentmethod: z.enum(['all', 'momo', 'card']).default('all'),
});

export type WidgetReading =
  | { readonly ok: true; readonly order: Order; readonly paymentmethod: 'all' | 'momo' | 'card' }
  | { readonly ok: false; readonly problems: readonly string[] };

/** Reads the options of a widget, or says what is wrong with them. */
export function readWidgetOptions(options: unknown): WidgetReading {
  const reading = widgetOptions.safeParse(options);
  if (!reading.success)
    return {
      ok: false,
      problems: reading.error.issues.map(({ path, message }) => `${path.join('.') || 'options'}: ${message}`),
    };
  const { amount, data = '', partnerId, reason, callback, paymentmethod } = reading.data;
  const publicKey = reading.data.key ?? reading.data.api_key ?? '';
  if (publicKey === '') return { ok: false, problems: ['key: the public key is missing'] };
  return { ok: true, order: { publicKey, amount, data, partnerId, reason, callback }, paymentmethod };
}

/** Where the browser is sent after a payment: the callback, with `transaction_id` behind what it had. Null without one. */
export function callbackUrl(order: Order, transactionId: string): string | null {
  if (order.callback === null) return null;
  const url = new URL(order.callback);
  url.searchParams.append('transaction_id', transactionId);
  return url.href;
}
