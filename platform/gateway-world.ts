import type { Redis } from 'ioredis';
import type { z } from 'zod';
import type { Vault } from '../vault/vault';
import type { GatewayWorld } from '../activities/gateways/port';
import { partnerFrom } from './config';
import type { sharedConfig } from './config';
import { createGatewayCache } from './gateway-cache';

type Config = Pick<z.output<typeof sharedConfig>, 'SIMULATOR_URL'> & Parameters<typeof partnerFrom>[0];

/** What gateways may use of the world of a process: its network, its clock, and what it may remember for them. */
export function createGatewayWorld(config: Config, redis: Redis | null, vault: Vault): GatewayWorld {
  return {
    simulatorUrl: config.SIMULATOR_URL.replace(/\/$/, ''),
    partner: partnerFrom(config),
    fetch: globalThis.fetch,
    now: Date.now,
    cache: createGatewayCache(redis, vault),
  };
}
