import { Writable } from 'node:stream';
import { CREDENTIAL_FIELDS } from '../../../activities/gateways/registry';
import { createLog } from '../../../platform/log';
import type { GatewayCache } from '../../../activities/gateways/port';
import { startWorld } from '../../support/world';
import type { World } from '../../support/world';
import type { Driver } from './driver';
import { openPostOffice } from './post-office';
import type { PostOffice } from './post-office';
import { Shop } from './shop';
import { openSwitchboard } from './wire';
import type { Switchboard } from './wire';

/** The whole product at the simulator, with a hand on everything that goes between them. */
export interface Stage {
  readonly world: World;
  readonly switchboard: Switchboard;
  /** All that the product has logged, line by line. */
  readonly log: readonly string[];
  openShop(currency?: string): Promise<Shop>;
  stop(): Promise<void>;
}

/** Remembers nothing: whatever may be asked of a gateway before a call is asked before each. */
const FORGETFUL: GatewayCache = { get: async () => null, set: async () => undefined, delete: async () => undefined };

export async function openStage(driver: Driver): Promise<Stage> {
  const switchboard = openSwitchboard({
    unstamp: (text) => driver.unstamp?.(text) ?? text,
    handedOut: (asked, answer) => driver.handedOut?.(asked, answer) ?? null,
  });
  const log: string[] = [];
  const [world, office]: [World, PostOffice] = await Promise.all([
    startWorld({
      fetch: switchboard.fetch,
      cache: FORGETFUL,
      log: createLog('world', 'trace', CREDENTIAL_FIELDS, listen(log)),
    }),
    openPostOffice(),
  ]);
  let shops = 0;
  return {
    world,
    switchboard,
    log,
    openShop(currency = driver.currency) {
      const account = driver.account(++shops);
      return Shop.open({
        world,
        driver,
        account,
        currency,
        wire: switchboard.connect(account.marks),
        box: (to) => office.open(to, (letter) => driver.stamp?.(letter, account.marks.at(-1) ?? '') ?? letter),
      });
    },
    async stop() {
      await world.stop();
      await office.close();
    },
  };
}

function listen(lines: string[]): Writable {
  return new Writable({
    write(chunk: Buffer, _encoding, done) {
      lines.push(...chunk.toString().split('\n').filter(Boolean));
      done();
    },
  });
}
