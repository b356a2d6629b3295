import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createSimulator, type SimulatorDeps } from './app';
import { systemClock } from './clock';

export interface StartOptions extends Partial<Omit<SimulatorDeps, 'resendSpeed'>> {
  /** 0 takes any free port. */
  readonly port: number;
  readonly host?: string | undefined;
  readonly resendSpeed: number;
}

export interface RunningSimulator {
  /** Where it listens, without a slash at the end. */
  readonly url: string;
  stop(): Promise<void>;
}

/** Starts the simulator in this process. `stop` waits for nobody: open connections are cut. */
export async function startSimulator({
  port,
  host,
  hosts = [],
  clock = systemClock,
  ...rest
}: StartOptions): Promise<RunningSimulator> {
  const simulator = createSimulator({ clock, ...rest, hosts: [...hosts, ...(host === undefined ? [] : [host])] });
  // An idle connection is closed by the side that sends, and not while it does.
  const server = createServer({ keepAliveTimeout: 75_000 }, simulator.app);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ port, ...(host === undefined ? {} : { host }) }, () => {
      server.off('error', reject);
      resolve();
    });
  });
  return {
    url: addressOf(server.address() as AddressInfo), // a TCP server that listens has one
    stop: () =>
      new Promise((resolve) => {
        simulator.stop();
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
}

function addressOf({ address, port, family }: AddressInfo): string {
  const isEverywhere = address === '::' || address === '0.0.0.0';
  const host = isEverywhere ? '127.0.0.1' : family === 'IPv6' ? `[${address}]` : address;
  return `http://${host}:${port}`;
}
