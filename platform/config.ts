import { z } from 'zod';
import type { PartnerCredentials, Partners, Partnership } from '../activities/gateways/port';
import type { GatewayName } from '../workflows/domain/gateway';
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
  MAIL: z
    .enum(['smtp', 'simulator', 'off'])
    .default('off')
    .describe(
      'how letters leave: by `SMTP_URL`, into the mailbox of the simulator, or not at all; what needs a letter is refused then',
    ),
  SMTP_URL: z
    .url({ protocol: /^smtps?$/ })
    .optional()
    .describe('the mail server, as smtp:// or smtps://user:password@host:port; required with `MAIL=smtp`'),
  MAIL_FROM: z
    .string()
    .regex(/^[^<>]*<[^\s<>@]+@[^\s<>@]+>$|^[^\s<>@]+@[^\s<>@]+$/, '`Name <address>`, or an address')
    .optional()
    .describe('whom letters come from, as `Name <address>`; required with `MAIL=smtp`'),
  WEBHOOK_ALLOW_HTTP: z
    .enum(['0', '1'])
    .default('0')
    .transform((text) => text === '1')
    .describe('`1`: webhooks may be sent to this machine by http; for development alone'),
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

/** How letters leave, and whom they come from. */
export type MailSettings =
  | { readonly by: 'smtp'; readonly url: string; readonly from: string }
  | { readonly by: 'simulator'; readonly url: string; readonly from: string };

const DEFAULT_SENDER = 'Quittance <quittance@localhost>';

/** Null: none leave. */
export function mailFrom({
  MAIL,
  SMTP_URL,
  MAIL_FROM,
  SIMULATOR_URL,
}: Pick<z.output<typeof sharedConfig>, 'MAIL' | 'SMTP_URL' | 'MAIL_FROM' | 'SIMULATOR_URL'>): MailSettings | null {
  if (MAIL === 'off') return null;
  if (MAIL === 'simulator') return { by: 'simulator', url: SIMULATOR_URL, from: MAIL_FROM ?? DEFAULT_SENDER };
  if (SMTP_URL === undefined) throw new ConfigError('SMTP_URL: required with MAIL=smtp');
  if (MAIL_FROM === undefined) throw new ConfigError('MAIL_FROM: required with MAIL=smtp');
  return { by: 'smtp', url: SMTP_URL, from: MAIL_FROM };
}

/** How the platform may be told that it is a partner of gateways; each of them declares what that takes. */
export type Partnerships = Readonly<Partial<Record<GatewayName, Partnership<PartnerCredentials>>>>;

/**
 * The variables of partner credentials, for the schema of a process. None has to be there. Their type says nothing, so that
 * the schema keeps what it knows of its own: each gateway's are read by what it declared.
 */
export function partnerVariables(partnerships: Partnerships): object {
  return Object.fromEntries(
    Object.values(partnerships).flatMap((partnership) =>
      fieldsOf(partnership).map(({ variable, schema, needed }) => [
        variable,
        needed ? schema.optional().describe(schema.description ?? '') : schema,
      ]),
    ),
  );
}

/** The platform's credentials at each gateway whose partner it is; half a configuration is a mistake. */
export function partnersFrom(partnerships: Partnerships, config: object): Partners {
  const told = new Map<string, unknown>(Object.entries(config));
  return Object.fromEntries(
    Object.entries(partnerships).flatMap(([gateway, partnership]) => {
      const fields = fieldsOf(partnership);
      const needed = fields.filter((field) => field.needed).map(({ variable }) => variable);
      const missing = needed.filter((variable) => told.get(variable) === undefined);
      if (missing.length === needed.length) return [];
      if (missing.length > 0) throw new ConfigError(`${needed.join(', ')}: all of them, or none`);
      const given = Object.fromEntries(fields.map(({ field, variable }) => [field, told.get(variable)]));
      return [[gateway, partnership.credentials.parse(given)]];
    }),
  );
}

function fieldsOf({ credentials, variables }: Partnership<PartnerCredentials>): readonly PartnerField[] {
  const names = new Map<string, string>(Object.entries(variables));
  return Object.entries<z.ZodType>(credentials.shape).map(([field, schema]) => ({
    field,
    schema,
    variable: names.get(field) ?? field,
    needed: !schema.safeParse(undefined).success,
  }));
}
interface PartnerField {
  readonly field: string;
  readonly schema: z.ZodType;
  readonly variable: string;
  /** It has no default. */
  readonly needed: boolean;
}

/** Reads a process's configuration, or says in one sentence per variable what is wrong, naming it. */
export function readConfig<Schema extends z.ZodObject>(schema: Schema, env: NodeJS.ProcessEnv): z.output<Schema> {
  const parsed = schema.safeParse(Object.fromEntries(Object.entries(env).filter(([, value]) => value !== '')));
  if (parsed.success) return parsed.data;
  throw new ConfigError(parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('\n'));
}
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}
