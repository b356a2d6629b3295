import { z } from 'zod';
import { ATTENTION_KINDS } from '../../workflows/domain/remedies';
import { currency, gatewayName, id, minor, moment, paging } from './schemas';

export const attentionFilter = z.strictObject({
  kind: z.enum(ATTENTION_KINDS).optional().describe('only what asks for this reason'),
  ...paging,
});

export const proposal = z.object({
  action: z.enum([
    ...(['accept', 'refund', 'cancel', 'retry', 'give_up', 'resolve_dispute'] as const),
    ...(['attach', 'dismiss', 'check', 'test', 'enable', 'at_gateway', 'later'] as const),
  ]),
  label: z.string().describe('what happens, in English'),
  method: z.enum(['POST', 'PATCH']).nullable().describe('the call that does it; null: nothing from here, or not yet'),
  path: z.string().nullable(),
  body: z.record(z.string(), z.unknown()).nullable(),
  needs: z.array(z.string()).describe('fields of the body that only a person can say'),
});

export const attentionItem = z.object({
  id: z.string().describe('the same for as long as it asks'),
  kind: z.enum(ATTENTION_KINDS),
  code: z
    .string()
    .describe(
      "a payment's attention code; `unmatched`; the reason of a message that could not be used; `disabled_account`; `failing_webhook`",
    ),
  detail: z.string(),
  since: moment,
  gateway: gatewayName.nullable().describe("null where it is about the merchant's own systems"),
  payment: id('pay').nullable(),
  refund: id('ref').nullable(),
  dispute: id('dis').nullable(),
  notification: id('ntf').nullable(),
  endpoint: id('whe').nullable().describe('the webhook endpoint'),
  sums: z.array(z.object({ amount: minor, currency })).describe('what it is about'),
  proposal,
  others: z.array(proposal).describe('what else would be accepted now'),
});
