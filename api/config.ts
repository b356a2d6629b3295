import { z } from 'zod';
import { TASK_QUEUE } from '../workflows/messages';

const webUrl = () => z.url({ protocol: /^https?$/, error: 'an http:// or https:// URL' }); // `localhost:3000` would pass for a scheme

/** What the API process is told by its environment; each value is documented where it is declared. */
export const configSchema = z.object({
  DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/ }).describe('PostgreSQL, as a postgresql:// URL'),
  TEMPORAL_ADDRESS: z.string().min(1).default('127.0.0.1:7233').describe('Temporal frontend, host:port'),
  TEMPORAL_NAMESPACE: z.string().min(1).default('default').describe('Temporal namespace'),
  TASK_QUEUE: z.string().min(1).default(TASK_QUEUE).describe('Temporal task queue that API and workers share'),
  TEMPORAL_UI_URL: webUrl().default('http://localhost:8233').describe("where an operator opens Temporal's UI; payments link into it"),
  PORT: z.coerce.number().int().min(0).max(65535).default(3000).describe('port the API listens on'),
  TRUSTED_PROXIES: z.coerce
    .number()
    .int()
    .min(0)
    .default(0)
    .describe('reverse proxies in front; their X-Forwarded-For tells whose failed logins are counted'),
  HOST: z.string().default('0.0.0.0').describe('address the API listens on'),
  PUBLIC_URL: webUrl().optional().describe('what gateways and browsers call; default http://localhost:PORT'),
  SIMULATOR_URL: webUrl()
    .default('http://127.0.0.1:3400')
    .describe("the simulator's base URL, for accounts in the environment `simulator`"),
  SIMULATOR_PUBLIC_URL: webUrl().optional().describe('where a browser finds the simulator, if it differs'),
  OPERATOR_KEY: z.string().min(16).describe("the platform's own key: creates merchants"),
  ENCRYPTION_KEY: z
    .string()
    .refine((text) => Buffer.from(text, 'base64').length === 32, '32 bytes in base64, for example from `openssl rand -base64 32`')
    .describe('32 bytes in base64; seals credentials and raw messages, and signs member tokens'),
  REDIS_URL: z
    .url({ protocol: /^rediss?$/ })
    .optional()
    .describe('Redis for rate limits and live status; without it both live in memory'),
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'silent']).default('info').describe('how much is logged'),
  DATABASE_CONNECTIONS: z.coerce.number().int().min(1).max(200).default(10).describe('connections to PostgreSQL'),
  REQUESTS_PER_MINUTE: z.coerce.number().int().min(1).default(60_000).describe('requests one key or token may make in a minute'),
  FAILED_LOGINS_PER_MINUTE: z.coerce
    .number()
    .int()
    .min(1)
    .default(300)
    .describe('requests without a valid key one address may make in a minute'),
  INBOX_BACKLOG: z.coerce
    .number()
    .int()
    .min(1)
    .default(20_000)
    .describe('unverified messages of one account above which the answer is 503, so that the gateway sends again'),
});

/** Reads a process's configuration, or says in one sentence per variable what is wrong, naming it. */
export function readConfig<Schema extends z.ZodObject>(schema: Schema, env: NodeJS.ProcessEnv): z.output<Schema> {
  const parsed = schema.safeParse(Object.fromEntries(Object.entries(env).filter(([, value]) => value !== '')));
  if (parsed.success) return parsed.data;
  throw new ConfigError(parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('\n'));
}
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}
