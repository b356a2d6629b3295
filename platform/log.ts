import { pino } from 'pino';
import type { DestinationStream, Logger } from 'pino';

/** Structured logs. What could be a secret or personal data is cut out by name, wherever it stands. `credentialFields`: what merchants enter at gateways. */
export function createLog(
  name: string,
  level: string,
  credentialFields: readonly string[],
  destination: DestinationStream = pino.destination(1),
): Logger {
  const secret = [
    'authorization',
    'cookie',
    'secretKey',
    'credentials',
    ...credentialFields,
    'token',
    'password',
    'signature',
    'email',
    'payer',
    'body',
    'at',
  ];
  return pino(
    {
      name,
      level,
      redact: {
        paths: [
          ...secret,
          ...secret.map((field) => `*.${field}`),
          'req.headers.authorization',
          'req.headers.cookie',
          'err.config',
        ],
        censor: '[cut]',
      },
    },
    destination,
  );
}

/** How often it is said that the same thing goes on happening. */
const SAY_AGAIN_MS = 10_000;

/** For what may happen a thousand times a second: the first time is said at once, then how often it happened, with the last one, now and then. */
export function sayNowAndThen<What>(say: (count: number, last: What) => void): (what: What) => void {
  let [count, isQuiet] = [0, false];
  let last: { readonly what: What } | null = null;
  const speak = (): void => {
    isQuiet = last !== null;
    if (last === null) return;
    say(count, last.what);
    [count, last] = [0, null];
    setTimeout(speak, SAY_AGAIN_MS).unref();
  };
  return (what) => {
    count += 1;
    last = { what };
    if (!isQuiet) speak();
  };
}

/** What is logged of a request and its answer: no headers, no address, no content. For pino-http, whose own serializers take the place of a logger's. */
export const httpSerializers = {
  req: ({ id, method, url }: { id?: unknown; method?: unknown; url?: unknown }) => ({
    id,
    method,
    url: withoutSecrets(String(url)),
  }),
  res: ({ statusCode }: { statusCode?: unknown }) => ({ statusCode }),
};

const SECRET_PART = /^(\/hooks\/[^/]+\/|\/(?:p|member-sign-in|invitation|password-reset|recovery)\/)[^/?]+/i;

/** Paths of hooks hold the account's token and those of pay links and letters what acts; queries may hold anything. */
export function withoutSecrets(url: string): string {
  return url.replace(/\?.*$/s, '?…').replace(SECRET_PART, '$1…');
}
