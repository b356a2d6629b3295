import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { eventually } from '../../support/client';

/** A message as the gateway wrote it. */
export interface Letter {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/**
 * Stands between the gateway and us, and takes every message off the gateway's hands. A box holds what comes until it is
 * told to pass it on: so a test decides what arrives, when, how often and in which order.
 */
export interface PostOffice {
  open(to: () => string, stamp: (letter: Letter) => Letter): Box;
  close(): Promise<void>;
}
export interface Box {
  /** Where the gateway is told to send to. */
  readonly url: string;
  /** What came since the box was opened, oldest first. */
  readonly letters: readonly Letter[];
  /** From now on messages wait here. */
  hold(): void;
  /** What waits is passed on, in the order it came, and from now on everything at once. */
  passOn(): Promise<void>;
  /** Delivers a message now; gives the status that our side answered. */
  deliver(letter: Letter): Promise<number>;
  /** Until so many have come. */
  untilHolding(count: number): Promise<readonly Letter[]>;
}

export async function openPostOffice(): Promise<PostOffice> {
  const boxes = new Map<string, (letter: Letter) => void>();
  const server = createServer((request, response) => {
    void buffer(request).then((body) => {
      const headers = Object.entries(request.headers).flatMap(([name, value]) =>
        typeof value === 'string' ? [[name, value]] : [],
      );
      boxes.get(request.url ?? '')?.({ headers: Object.fromEntries(headers), body });
      response.end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;

  return {
    open(to, stamp) {
      const path = `/${boxes.size + 1}`;
      const letters: Letter[] = [];
      const waiting: Letter[] = [];
      let holds = false;
      const deliver = async ({ headers, body }: Letter): Promise<number> => {
        const answer = await fetch(to(), {
          method: 'POST',
          body: new Uint8Array(body),
          headers: withoutTransport(headers),
        });
        await answer.arrayBuffer();
        return answer.status;
      };
      boxes.set(path, (came) => {
        const letter = stamp(came);
        letters.push(letter);
        if (holds) waiting.push(letter);
        else void deliver(letter).catch(() => undefined); // the world has ended meanwhile
      });
      return {
        url: `http://127.0.0.1:${port}${path}`,
        letters,
        hold: () => void (holds = true),
        async passOn() {
          holds = false;
          for (const letter of waiting.splice(0)) await deliver(letter);
        },
        deliver,
        untilHolding: (count) =>
          eventually(
            async () => letters,
            () => letters.length >= count,
          ),
      };
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** What belongs to one connection is not passed on to the next. */
function withoutTransport(headers: Letter['headers']): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).filter(([name]) => !/^(host|connection|content-length|transfer-encoding)$/.test(name)),
  );
}
