import { connect, createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';

/** A wire to a server, with a hand on it. */
export interface Cut {
  readonly port: number;
  /** host:port of this end. */
  readonly address: string;
  /** The server is away: every connection ends, and new ones are refused. */
  cut(): void;
  /** The server hears nothing any more and nobody is told: what is sent to it vanishes, what it says still arrives. */
  swallow(): void;
  /** The server hears all and acts on it, and nobody hears its answers. */
  deafen(): void;
  /** All is well again, for connections made from now on. */
  heal(): void;
  stop(): Promise<void>;
}

export async function startCut(target: { readonly host: string; readonly port: number }): Promise<Cut> {
  let state: 'open' | 'cut' | 'swallowing' | 'deafening' = 'open';
  const sockets = new Set<Socket>();
  const hangUp = () => {
    for (const socket of sockets) socket.destroy();
  };

  const server = createServer((near) => {
    if (state === 'cut') {
      near.destroy();
      return;
    }
    const far = connect(target);
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(socket);
      socket.on('error', () => undefined); // the other end hears of it by the close
      socket.on('close', () => {
        sockets.delete(socket);
        other.destroy();
      });
    }
    near.on('data', (bytes) => {
      if (state !== 'swallowing') far.write(bytes);
    });
    far.on('data', (bytes) => {
      if (state !== 'deafening') near.write(bytes);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;

  return {
    port,
    address: `127.0.0.1:${port}`,
    cut() {
      state = 'cut';
      hangUp();
    },
    swallow() {
      state = 'swallowing';
    },
    deafen() {
      state = 'deafening';
    },
    heal() {
      // What went missing in the middle of a conversation is not made good: it starts anew.
      if (state !== 'open') hangUp();
      state = 'open';
    },
    async stop() {
      hangUp();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** For {@link WorldOptions.databaseVia}: the same database at the near end of a wire, which is handed to `keep`. */
export function throughCut(keep: (wire: Cut) => void): (url: string) => Promise<string> {
  return async (url) => {
    const via = new URL(url);
    const wire = await startCut({ host: via.hostname, port: Number(via.port) });
    keep(wire);
    via.hostname = '127.0.0.1';
    via.port = String(wire.port);
    return via.href;
  };
}
