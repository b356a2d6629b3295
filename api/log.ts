import { pino } from 'pino';
import type { Logger } from 'pino';

/** Structured logs. What could be a secret or personal data is cut out by name, wherever it stands. */
export function createLog(name: string, level: string): Logger {
  const secret = [
    'authorization',
    'cookie',
    'secretKey',
    'credentials',
    'pdtIdentityToken',
    'token',
    'password',
    'signature',
    'email',
    'payer',
    'body',
    'at',
  ];
  return pino({
    name,
    level,
    redact: {
      paths: [...secret, ...secret.map((field) => `*.${field}`), 'req.headers.authorization', 'req.headers.cookie', 'err.config'],
      censor: '[cut]',
    },
    serializers: {
      req: (req: { id?: unknown; method?: unknown; url?: unknown }) => ({
        id: req.id,
        method: req.method,
        url: withoutSecrets(String(req.url)),
      }),
    },
  });
}

/** Paths of hooks hold the account's token, queries may hold anything. */
function withoutSecrets(url: string): string {
  return url.replace(/\?.*$/, '?…').replace(/^(\/hooks\/[^/]+\/)[^/]+/, '$1…');
}
