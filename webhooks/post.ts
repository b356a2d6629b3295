import { lookup as resolveName } from 'node:dns/promises';
import type { LookupAddress } from 'node:dns';
import http from 'node:http';
import https from 'node:https';
import type { LookupFunction } from 'node:net';
import type { Attempt } from '../workflows/domain/webhook';
import { isAllowedAddress, refusalOfUrl } from './address';

/** So much of an answer is read; the rest is left, and the connection with it. */
const MOST_BYTES = 1024;

/** Sends one webhook, and tells what came of it. It always answers, within the time-out. */
export type PostWebhook = (url: string, headers: Readonly<Record<string, string>>, body: string) => Promise<Attempt>;

interface PostDependencies {
  /** Patience for the whole exchange. */
  readonly timeoutMs: number;
  /** Whether http to this machine is allowed, which is for development. */
  readonly allowHttp: boolean;
  /** All addresses of a name; by default those that the system knows. */
  readonly resolve?: (name: string) => Promise<readonly LookupAddress[]>;
}

/** Every connection is a new one to an address that was looked at: what a name resolved to a moment ago proves nothing. */
export function createWebhookPost({
  timeoutMs,
  allowHttp,
  resolve = (name) => resolveName(name, { all: true }),
}: PostDependencies): PostWebhook {
  return async (url, headers, body) => {
    const begun = Date.now();
    const attempt = (what: Pick<Attempt, 'status' | 'answer' | 'error'>): Attempt => ({
      at: new Date(begun).toISOString(),
      milliseconds: Date.now() - begun,
      ...what,
    });
    if (refusalOfUrl(url, allowHttp) !== null) return attempt(failedBy('address_not_allowed'));
    const patience = AbortSignal.timeout(timeoutMs);
    try {
      return attempt({ ...(await exchange(new URL(url), headers, body, resolve, patience)), error: null });
    } catch (error) {
      if (error instanceof AddressNotAllowed) return attempt(failedBy('address_not_allowed'));
      return attempt(failedBy(patience.aborted ? 'timeout' : 'connection'));
    }
  };
}

const failedBy = (error: NonNullable<Attempt['error']>) => ({ status: null, answer: null, error });

class AddressNotAllowed extends Error {
  override readonly name = 'AddressNotAllowed';
}

function exchange(
  url: URL,
  headers: Readonly<Record<string, string>>,
  body: string,
  resolve: NonNullable<PostDependencies['resolve']>,
  signal: AbortSignal,
): Promise<Pick<Attempt, 'status' | 'answer'>> {
  return new Promise((done, failed) => {
    const { request } = url.protocol === 'https:' ? https : http;
    const length = String(Buffer.byteLength(body));
    // Node follows no redirect by itself, and neither do we: it would lead somewhere that nobody looked at.
    const sent = request(url, {
      method: 'POST',
      headers: { 'user-agent': 'Quittance/0.1.0 (+webhooks)', ...headers, 'content-length': length },
      agent: false,
      lookup: allowedAddresses(url.protocol, resolve),
      signal,
    });
    sent.on('error', failed);
    sent.on('response', (response) => {
      let read = Buffer.alloc(0);
      const end = () => {
        done({ status: response.statusCode ?? null, answer: readable(read.subarray(0, MOST_BYTES)) });
        sent.destroy();
      };
      response.on('data', (chunk: Buffer) => {
        read = Buffer.concat([read, chunk]);
        if (read.length >= MOST_BYTES) end();
      });
      response.on('end', end);
      response.on('error', failed);
    });
    sent.end(body);
  });
}

/** Looks a name up as it is connected to; all of its addresses must be allowed. */
function allowedAddresses(protocol: string, resolve: NonNullable<PostDependencies['resolve']>): LookupFunction {
  return (name, { all }, answer) => {
    resolve(name).then(
      (addresses) => {
        const [first] = addresses;
        if (!first || !addresses.every(({ address }) => isAllowedAddress(address, protocol)))
          answer(new AddressNotAllowed(name), '');
        else if (all) answer(null, [...addresses]);
        else answer(null, first.address, first.family);
      },
      (error: unknown) => answer(error instanceof Error ? error : new Error('not resolved'), ''),
    );
  };
}

/** What an endpoint answers is kept as text, which holds no zero byte in PostgreSQL. */
function readable(bytes: Buffer): string {
  return bytes.toString('utf8').replaceAll('\0', '');
}
