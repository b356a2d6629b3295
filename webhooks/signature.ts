import { createHmac } from 'node:crypto';

const PREFIX = 'whsec_';

/** A secret of Standard Webhooks, as it is shown. `random`: from 24 bytes on. */
export const spellSecret = (random: Buffer): string => `${PREFIX}${random.toString('base64')}`;

/** The headers of Standard Webhooks, signed by each of the secrets. */
export function signedHeaders(
  secrets: readonly string[],
  { id, atS, body }: { readonly id: string; readonly atS: number; readonly body: string },
): Readonly<Record<string, string>> {
  const signature = (secret: string) =>
    createHmac('sha256', Buffer.from(secret.slice(PREFIX.length), 'base64'))
      .update(`${id}.${atS}.${body}`)
      .digest('base64');
  return {
    'content-type': 'application/json',
    'webhook-id': id,
    'webhook-timestamp': String(atS),
    'webhook-signature': secrets.map((secret) => `v1,${signature(secret)}`).join(' '),
  };
}
