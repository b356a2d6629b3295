import { z } from 'zod';
import { PARTNERSHIPS } from '../activities/gateways/registry';
import { ConfigError, partnerVariables, sharedConfig, webUrl } from '../platform/config';
import { isOfThisMachine } from './http/this-machine';

/** What the API process is told by its environment, beside what every process is. */
export const configSchema = sharedConfig.extend({
  ...partnerVariables(PARTNERSHIPS),
  TEMPORAL_UI_URL: webUrl()
    .default('http://localhost:8233')
    .describe("where an operator opens Temporal's UI; payments link into it"),
  PORT: z.coerce.number().int().min(0).max(65535).default(3000).describe('port the API listens on'),
  TRUSTED_PROXIES: z.coerce
    .number()
    .int()
    .min(0)
    .default(0)
    .describe('reverse proxies in front; their X-Forwarded-For tells whose failed logins are counted'),
  HOST: z.string().default('0.0.0.0').describe('address the API listens on'),
  PUBLIC_URL: webUrl().optional().describe('what gateways and browsers call; default http://localhost:PORT'),
  SIMULATOR_PUBLIC_URL: webUrl().optional().describe('where a browser finds the simulator, if it differs'),
  OPERATOR_KEY: z.string().min(16).describe("the platform's own key: creates merchants"),
  OPERATOR_EMAILS: z
    .string()
    .default('')
    .transform(
      (text) =>
        new Set(
          text
            .toLowerCase()
            .split(/[\s,]+/)
            .filter((email) => email !== ''),
        ),
    )
    .refine(
      (emails) => [...emails].every((email) => z.email().safeParse(email).success),
      'addresses, separated by commas',
    )
    .describe(
      "addresses of the platform's own people, separated by commas: signed in, they may what the operator key may; the first password is asked for by a reset",
    ),
  REQUESTS_PER_MINUTE: z.coerce
    .number()
    .int()
    .min(1)
    .default(12_000)
    .describe(
      'light requests the keys of one merchant together, or one token, may make in a minute; opening a payment or a file is 4, a list 1 more for every 10 rows',
    ),
  FAILED_LOGINS_PER_MINUTE: z.coerce
    .number()
    .int()
    .min(1)
    .default(300)
    .describe('requests without a valid key one address (of IPv6: one /64) may make in a minute'),
  MEMBER_LINK_TTL_S: z.coerce
    .number()
    .int()
    .min(1)
    .default(900)
    .describe('seconds that the link works by which a member signs in'),
  RECOVERY_WAIT_S: z.coerce
    .number()
    .int()
    .min(0)
    .default(259_200)
    .describe('seconds in which an owner may object before another address is invited as owner in their place'),
  DEMO_ENTRY: z
    .enum(['0', '1'])
    .default('0')
    .describe(
      "1: the demo's link signs in once, on this machine; `npm start` sets it, and no PUBLIC_URL of elsewhere takes it",
    ),
  INBOX_BACKLOG: z.coerce
    .number()
    .int()
    .min(1)
    .default(20_000)
    .describe(
      'unverified messages of one account that name no living payment, above which such are answered 503 (send again)',
    ),
});

/** Whether the demo's link lets somebody in. Throws where other machines are to find this API: there no link replaces a password. */
export function demoEntryFrom({ DEMO_ENTRY }: { readonly DEMO_ENTRY: '0' | '1' }, publicUrl: string): boolean {
  if (DEMO_ENTRY === '1' && !isOfThisMachine(publicUrl))
    throw new ConfigError(
      `DEMO_ENTRY: only for a PUBLIC_URL of this machine, such as http://localhost:3000, not ${publicUrl}`,
    );
  return DEMO_ENTRY === '1';
}
