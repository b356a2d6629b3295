import { z } from 'zod';
import { PARTNERSHIPS } from '../activities/gateways/registry';
import { partnerVariables, sharedConfig } from '../platform/config';
import { BUNDLE_PATH } from './bundle';

/** What the worker process is told by its environment, beside what every process is. */
export const configSchema = sharedConfig.extend({
  ...partnerVariables(PARTNERSHIPS),
  SIMULATOR_PUBLIC_URL: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe('where a browser finds the simulator, if it differs'),
  METRICS_PORT: z.coerce
    .number()
    .int()
    .min(0)
    .max(65535)
    .default(9464)
    .describe("port of the worker's Prometheus metrics; 0: none"),
  WORKFLOW_BUNDLE: z.string().default(BUNDLE_PATH).describe("the workflows' code, as the build wrote it"),
  WORKFLOW_CACHE: z.coerce
    .number()
    .int()
    .min(1)
    .default(300)
    .describe('runs kept in memory between their tasks; each costs up to a megabyte'),
  MAIL_TIMEOUT_MS: z.coerce
    .number()
    .int()
    .min(1)
    .default(10_000)
    .describe('how long a mail server may be silent; a try takes at most three times that'),
  MAIL_RETRY_S: z
    .string()
    .default('10,60,300,1800,7200,21600,43200,86400')
    .transform((text) => text.split(',').map(Number))
    .refine((pauses) => pauses.every((pause) => pause >= 0), 'seconds, separated by commas')
    .describe(
      'seconds until the next try after each one in which no mail server took a letter, separated by commas; after the last it counts as refused',
    ),
  WEBHOOK_TIMEOUT_MS: z.coerce
    .number()
    .int()
    .min(1)
    .default(10_000)
    .describe('how long an endpoint has to take a webhook'),
  WEBHOOK_RETRY_S: z
    .string()
    .default('5,300,1800,7200,18000,36000,50400,72000,86400')
    .transform((text) => text.split(',').map(Number))
    .refine((pauses) => pauses.every((pause) => pause >= 0), 'seconds, separated by commas')
    .describe(
      'seconds until the next try after each one in which an endpoint did not take a webhook, a fifth more or less, separated by commas; after the last it has failed',
    ),
  WEBHOOK_DISABLE_AFTER_S: z.coerce
    .number()
    .int()
    .min(1)
    .default(432_000)
    .describe('seconds after its first failure without a success, after which an endpoint is disabled'),
  VERIFICATIONS_PER_MINUTE: z.coerce
    .number()
    .int()
    .min(1)
    .default(30)
    .describe('questions to the gateway about one payment in a minute; a flood of forged messages waits'),
  UNMATCHED_VERIFICATIONS_PER_MINUTE: z.coerce
    .number()
    .int()
    .min(1)
    .default(120)
    .describe('the same for messages that name no payment'),
});
