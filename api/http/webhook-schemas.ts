import { z } from 'zod';
import { EVENT_TYPES } from '../../workflows/domain/event';
import { ATTEMPT_ERRORS, DELIVERY_STATES, DISABLED_REASONS } from '../../workflows/domain/webhook';
import { eventType } from './event-schemas';
import { paging } from './schemas';

const types = z
  .array(eventType)
  .min(1)
  .max(EVENT_TYPES.length)
  .transform((all) => [...new Set(all)]);
const url = z.string().max(2_000).meta({ example: 'https://shop.example/quittance' });
const description = z
  .string()
  .max(200)
  .regex(/^[^\p{Cc}]*$/u, 'no control characters');

export const newEndpoint = z.strictObject({ url, types, description: description.optional() });
export const endpointChange = z
  .strictObject({ url, types, description: description.nullable(), enabled: z.boolean() })
  .partial();

export const endpoint = z.object({
  id: z.string().meta({ example: 'whe_…' }),
  url: z.string(),
  types: z.array(eventType),
  description: z.string().nullable(),
  enabled: z.boolean(),
  disabledReason: z
    .enum(DISABLED_REASONS)
    .nullable()
    .describe(
      '`gone`: it answered 410; `failing`: it took nothing for five days; null: it is enabled, or a person did it',
    ),
  createdAt: z.iso.datetime(),
});
export const endpointWithSecret = z.object({
  ...endpoint.shape,
  secret: z.string().describe('verifies signatures; shown now and never again').meta({ example: 'whsec_…' }),
});

export const deliveryFilter = z.strictObject({
  ...paging,
  state: z.enum(DELIVERY_STATES).optional().describe('only those that stand so'),
});
export const delivery = z.object({
  id: z.string().meta({ example: 'whd_…' }),
  endpoint: z.string().meta({ example: 'whe_…' }),
  event: z.string().describe('the `webhook-id` of every attempt').meta({ example: 'evt_…' }),
  state: z.enum(DELIVERY_STATES),
  attempts: z.array(
    z.object({
      at: z.iso.datetime(),
      status: z.int().nullable(),
      milliseconds: z.int(),
      answer: z.string().nullable().describe('its first kilobyte'),
      error: z.enum(ATTEMPT_ERRORS).nullable(),
    }),
  ),
  createdAt: z.iso.datetime(),
});
