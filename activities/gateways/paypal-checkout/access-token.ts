import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { GatewayContext } from '../port';
import { ask, unexpectedStatus } from '../http';
import type { Caller } from './accounts';
import { failureOf, readBody, readJson, readProblem } from './answers';
import { apiUrl } from './hosts';

/** What of the world a call to PayPal uses, whoever makes it. */
export type World = Pick<GatewayContext<unknown>, 'environment' | 'simulatorUrl' | 'fetch' | 'signal' | 'cache'>;
type App = Pick<Caller, 'clientId' | 'clientSecret'>;

// Longer than a call takes, so that a token does not expire on its way.
const MARGIN_MS = 60_000;

/** An access token of the app, kept until shortly before PayPal ends it, typically after nine hours. */
export async function accessToken(world: World, app: App): Promise<string> {
  return (await world.cache.get(keyOf(world, app))) ?? freshAccessToken(world, app);
}

/** A new token (PayPal REST, "Authentication"), kept for later calls. Refused keys are the failure `not_authorized`. */
export async function freshAccessToken(world: World, app: App): Promise<string> {
  const question = { attempt: 'asking PayPal for an access token', moves: false };
  const answer = await ask(world, {
    ...question,
    url: apiUrl(world, '/v1/oauth2/token'),
    method: 'POST',
    headers: {
      accept: 'application/json',
      authorization: `Basic ${Buffer.from(`${app.clientId}:${app.clientSecret}`).toString('base64')}`,
      'content-type': 'application/x-www-form-urlencoded',
    },
    body: 'grant_type=client_credentials',
  });
  if (answer.status !== 200) {
    const problem = answer.status < 500 && answer.status !== 429 ? readProblem(answer) : null;
    throw problem ? failureOf(question, problem) : unexpectedStatus(question, answer);
  }
  const { access_token: token, expires_in: seconds } = readBody(question, readJson(answer.body), tokenBody);
  const keepMs = seconds * 1000 - MARGIN_MS;
  if (keepMs > 0) await world.cache.set(keyOf(world, app), token, keepMs);
  return token;
}

/** Forgets the token: PayPal no longer takes it, or it was issued before a merchant gave the app more rights. */
export async function dropAccessToken(world: World, app: App): Promise<void> {
  await world.cache.delete(keyOf(world, app));
}

const tokenBody = z.object({ access_token: z.string().regex(/^[!-~]+$/), expires_in: z.number() });

/** The secret is part of the key: a client id is public, and whoever only knows that must not be handed the owner's token. */
function keyOf(world: World, { clientId, clientSecret }: App): string {
  const identity = JSON.stringify([apiUrl(world, ''), clientId, clientSecret]);
  return `paypal-checkout:token:${createHash('sha256').update(identity).digest('base64url')}`;
}
