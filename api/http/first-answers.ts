import type { z } from 'zod';
import { byItself } from '../../books/audit';
import type { Caller } from './auth';
import { Problem } from './problems';
import { permit } from './rights';
import type { Route } from './routing';

/**
 * Asks our own API for a page what its script would ask first: `/v1/members/mem_…/cart` → what that call answers to this caller. What is
 * refused is left out: the script asks for it itself, and says so.
 */
export type AskFirst = (caller: Caller, addresses: readonly string[]) => Promise<Readonly<Record<string, unknown>>>;

/** Answers reading calls within this process, by the same rights, schemas and handlers as over HTTP. */
export function createAskFirst(routes: readonly Route[]): AskFirst {
  const reading = routes.filter(({ method }) => method === 'get').map((route) => ({ route, path: pathOf(route) }));

  async function ask(caller: Caller, address: string): Promise<unknown> {
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
  }

  return async (caller, addresses) => {
    const answers = await Promise.all(
      addresses.map((address) =>
        ask(caller, address).then(
          (answer) => [[address, answer] as const],
          (error: unknown) => {
            if (error instanceof Problem) return [];
            throw error;
          },
        ),
      ),
    );
    return Object.fromEntries(answers.flat());
  };
}

function pathOf({ path }: Route): RegExp {
  return new RegExp(`^${path.replace(/:(\w+)/g, '(?<$1>[^/]+)')}$`);
}

function parsed(schema: z.ZodType | undefined, value: unknown): undefined {
  return schema?.parse(value) as undefined; // the route's own types say what it is
}
