import { createTokens } from '../../api/http/auth';
import { createVault } from '../../vault/vault';
import { call } from '../support/client';
import type { Merchant, Reply } from '../support/client';
import { ENCRYPTION_KEY, OPERATOR_KEY } from '../support/world';

type Headers = Record<string, string>;

/** A part of a list. */
export interface Page<Item> {
  readonly data: readonly Item[];
  readonly nextCursor: string | null;
}

/** Somebody who speaks to the API: with a key or token, or null without any. */
export interface Asking {
  get<Body>(path: string, headers?: Headers): Promise<Reply<Body>>;
  post<Body>(path: string, body?: unknown, headers?: Headers): Promise<Reply<Body>>;
  put<Body>(path: string, body?: unknown, headers?: Headers): Promise<Reply<Body>>;
  patch<Body>(path: string, body?: unknown, headers?: Headers): Promise<Reply<Body>>;
  ask<Body>(method: string, path: string, body?: unknown, headers?: Headers): Promise<Reply<Body>>;
}

export function asking({ baseUrl }: { readonly baseUrl: string }, key: string | null): Asking {
  const ask = <Body>(method: string, path: string, body?: unknown, headers: Headers = {}) =>
    call<Body>(baseUrl, key, method, path, body, headers);
  return {
    ask,
    get: (path, headers) => ask('GET', path, undefined, headers),
    post: (path, body = {}, headers) => ask('POST', path, body, headers),
    put: (path, body = {}, headers) => ask('PUT', path, body, headers),
    patch: (path, body = {}, headers) => ask('PATCH', path, body, headers),
  };
}

export const operatorOf = (api: { readonly baseUrl: string }): Asking => asking(api, OPERATOR_KEY);

/** A merchant without any gateway account. */
export async function newMerchant(api: { readonly baseUrl: string }, over: Record<string, unknown> = {}) {
  const { status, body } = await operatorOf(api).post<{ id: string; secretKey: string }>('/v1/merchants', {
    name: 'Club',
    currency: 'EUR',
    ...over,
  });
  if (status !== 201) throw new Error(`no merchant: ${status} ${JSON.stringify(body)}`);
  return { ...body, ...asking(api, body.secretKey) };
}

/** A member's browser. */
export async function memberOf(merchant: Merchant, member: string): Promise<Asking & { readonly token: string }> {
  const { body } = await merchant.post<{ token: string }>(`/v1/members/${member}/tokens`);
  return { ...asking(merchant.world, body.token), token: body.token };
}

const tokens = createTokens(createVault(ENCRYPTION_KEY));

/** A page that may watch one payment. */
export async function watcherOf(merchant: Merchant, payment: string): Promise<Asking & { readonly token: string }> {
  const token = await tokens.mintWatcher(merchant.id, payment);
  return { ...asking(merchant.world, token), token };
}
