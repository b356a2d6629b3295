import { z } from 'zod';
import { configSchema as apiConfig } from '../../api/config';
import { readConfig } from '../../platform/config';

const port = z.coerce.number().int().min(1).max(65535);

/** The variables of `npm start`. Those of its pieces, which are passed on, stand in the pieces' own schemas. */
export const configSchema = z.object({
  PORT: port.default(3000).describe('Port of the API'),
  PUBLIC_URL: z.url().optional().describe('What gateways and browsers call; http://localhost:<PORT> when not given'),
  DATA_DIR: z.string().default('.data').describe('Where data, keys and logs stay'),
  DATABASE_URL: apiConfig.shape.DATABASE_URL.optional().describe(
    'A PostgreSQL of your own; without it, one is started',
  ),
  TEMPORAL_ADDRESS: z.string().optional().describe('A Temporal server of your own; without it, one is started'),
  TEMPORAL_NAMESPACE: z.string().default('default').describe('Namespace at Temporal'),
  TASK_QUEUE: apiConfig.shape.TASK_QUEUE,
  TEMPORAL_UI_URL: z.url().optional().describe('Where a browser finds the Temporal UI'),
  SIMULATOR_URL: z.url().optional().describe('A gateway simulator of your own; without it, one is started'),
  SIMULATOR_PUBLIC_URL: z.url().optional().describe('Where a browser finds the simulator, if it differs'),
  METRICS_PORT: z.coerce
    .number()
    .int()
    .min(0)
    .max(65535)
    .optional()
    .describe("Port of the worker's metrics; 0 for none"),
  OPERATOR_KEY: apiConfig.shape.OPERATOR_KEY.optional().describe(
    "The platform's own key; without it, one is made and kept in DATA_DIR",
  ),
  ENCRYPTION_KEY: apiConfig.shape.ENCRYPTION_KEY.optional().describe(
    '32 bytes in base64; without it, one is made and kept in DATA_DIR',
  ),
  MAIL: apiConfig.shape.MAIL.unwrap()
    .default('simulator')
    .describe("How letters leave; by default into the simulator's mailbox"),
  WEBHOOK_ALLOW_HTTP: z.enum(['0', '1']).default('1').describe('1: webhooks may be sent to this machine by http'),
  DEMO: z.enum(['0', '1']).default('1').describe('0: no demo data'),
});

export type StartConfig = z.infer<typeof configSchema>;

export function readStartConfig(env: NodeJS.ProcessEnv): StartConfig {
  return readConfig(configSchema, env);
}
