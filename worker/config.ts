import { z } from 'zod';
import { PARTNERSHIPS } from '../activities/gateways/registry';
import { partnerVariables, sharedConfig } from '../platform/config';
import { BUNDLE_PATH } from './bundle';

/** What the worker process is told by its environment, beside what every process is. */
export const configSchema = sharedConfig.extend({
  ...partnerVariables(PARTNERSHIPS),
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
