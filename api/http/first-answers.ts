import type { z } from 'zod';
import { byItself } from '../../books/audit';
import type { Caller } from './auth';
import { permit } from './rights';
import type { Route } from './routing';

/** Asks our own API for a page, as its script would: `/v1/members/mem_…/cart` → what that call answers to this caller. */
export type AskApi = (caller: Caller, address: string) => Promise<unknown>;

/** Answers reading calls within this process, by the same rights, schemas and handlers as over HTTP. */
export function createAskApi(routes: readonly Route[]): AskApi {
  const reading = routes.filter(({ method }) => method === 'get').map((route) => ({ route, path: pathOf(route) }));

  return async (caller, address) => {
    const url = new URL(address, 'http://localhost');
    for (const { route, path } of reading) {
      const match = path.exec(url.pathname);
      if (!match) continue;
      const { body } = await route.handle({
        caller: permit(route.right, caller),
        author: byItself({ kind: 'clock', id: null }),
        params: parsed(route.params, { ...match.groups }),
        query: parsed(route.query, Object.fromEntries(url.searchParams)),
        body: undefined,
        file: Buffer.alloc(0),
        once: () => Promise.reject(new Error('reading changes nothing')),
        forget: () => Promise.resolve(),
      });
      return body;
    }
    throw new Error(`no call reads ${address}`);
  };
}

function pathOf({ path }: Route): RegExp {
  return new RegExp(`^${path.replace(/:(\w+)/g, '(?<$1>[^/]+)')}$`);
}

function parsed(schema: z.ZodType | undefined, value: unknown): undefined {
  return schema?.parse(value) as undefined; // the route's own types say what it is
}
