import { z } from 'zod';
import type { PartnerCredentials } from '../activities/gateways/port';
import { ENVIRONMENTS } from '../workflows/domain/gateway';
import { TASK_QUEUE } from '../workflows/messages';

export const webUrl = () => z.url({ protocol: /^https?$/, error: 'an http:// or https:// URL' }); // `localhost:3000` would pass for a scheme

/** What every process is told by its environment; each value is documented where it is declared. */
export const sharedConfig = z.object({
  DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/ }).describe('PostgreSQL, as a postgresql:// URL'),
  TEMPORAL_ADDRESS: z.string().min(1).default('127.0.0.1:7233').describe('Temporal frontend, host:port'),
  TEMPORAL_NAMESPACE: z.string().min(1).default('default').describe('Temporal namespace'),
  TASK_QUEUE: z
    .string()
    .min(1)
    .default(TASK_QUEUE)
    .describe('what the names of the Temporal task queues begin with that API and workers share'),
  SIMULATOR_URL: webUrl()
    .default('http://127.0.0.1:3400')
    .describe("the simulator's base URL, for accounts in the environment `simulator`"),
  ENCRYPTION_KEY: z
    .string()
    .refine(
      (text) => Buffer.from(text, 'base64').length === 32,
      '32 bytes in base64, for example from `openssl rand -base64 32`',
    )
    .describe('32 bytes in base64; seals credentials and raw messages, and signs member tokens'),
  ENCRYPTION_KEY_PREVIOUS: z
    .string()
    .default('')
    .transform((text) => text.split(',').filter((key) => key.trim() !== ''))
    .refine(
      (keys) => keys.every((key) => Buffer.from(key, 'base64').length === 32),
      'keys of 32 bytes in base64, separated by commas',
    )
    .describe(
      'keys that still open what they sealed, separated by commas, until `npm run rotate-keys` has sealed all of it anew',
    ),
  REDIS_URL: z
    .url({ protocol: /^rediss?$/ })
    .optional()
    .describe('Redis for rate limits and live status; without it both live in memory'),
  PAYPAL_PARTNER_ID: z
    .string()
    .min(1)
    .optional()
    .describe(
      "the platform's own merchant id as a PayPal partner; with the two below it lets merchants connect by a link",
    ),
  PAYPAL_PARTNER_CLIENT_ID: z.string().min(1).optional().describe("client id of the platform's PayPal app"),
  PAYPAL_PARTNER_ENVIRONMENT: z
    .enum(ENVIRONMENTS)
    .default('live')
    .describe('where these partner credentials are valid: live, sandbox or simulator'),
  PAYPAL_PARTNER_CLIENT_SECRET: z.string().min(1).optional().describe('its secret'),
  LOG_LEVEL: z
    .enum(['trace', 'debug', 'info', 'warn', 'error', 'silent'])
    .default('info')
    .describe('how much is logged'),
  DATABASE_CONNECTIONS: z.coerce.number().int().min(1).max(200).default(10).describe('connections to PostgreSQL'),
});

/** The keys that seal and open: today's first. */
export function keysFrom({
  ENCRYPTION_KEY,
  ENCRYPTION_KEY_PREVIOUS,
}: Pick<z.output<typeof sharedConfig>, 'ENCRYPTION_KEY' | 'ENCRYPTION_KEY_PREVIOUS'>): [Buffer, Buffer[]] {
  const decode = (text: string) => Buffer.from(text, 'base64');
  return [decode(ENCRYPTION_KEY), ENCRYPTION_KEY_PREVIOUS.map(decode)];
}

/** The platform as a partner of PayPal, or null where it is none; half a configuration is a mistake. */
export function partnerFrom(config: Pick<z.output<typeof sharedConfig>, PartnerFields>): PartnerCredentials | null {
  const {
    PAYPAL_PARTNER_ID: partnerId,
    PAYPAL_PARTNER_CLIENT_ID: clientId,
    PAYPAL_PARTNER_CLIENT_SECRET: clientSecret,
  } = config;
  if (partnerId !== undefined && clientId !== undefined && clientSecret !== undefined)
    return { partnerId, clientId, clientSecret, environment: config.PAYPAL_PARTNER_ENVIRONMENT };
  const given = [partnerId, clientId, clientSecret].some((value) => value !== undefined);
  if (given)
    throw new ConfigError(
      'PAYPAL_PARTNER_ID, PAYPAL_PARTNER_CLIENT_ID and PAYPAL_PARTNER_CLIENT_SECRET: all three, or none',
    );
  return null;
}
type PartnerFields =
  'PAYPAL_PARTNER_ENVIRONMENT' | 'PAYPAL_PARTNER_ID' | 'PAYPAL_PARTNER_CLIENT_ID' | 'PAYPAL_PARTNER_CLIENT_SECRET';

/** Reads a process's configuration, or says in one sentence per variable what is wrong, naming it. */
export function readConfig<Schema extends z.ZodObject>(schema: Schema, env: NodeJS.ProcessEnv): z.output<Schema> {
  const parsed = schema.safeParse(Object.fromEntries(Object.entries(env).filter(([, value]) => value !== '')));
  if (parsed.success) return parsed.data;
  throw new ConfigError(parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('\n'));
}
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}
