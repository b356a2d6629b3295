import type { Redis } from 'ioredis';
import type { GatewayWorld, Partners } from '../activities/gateways/port';
import type { Vault } from '../vault/vault';
import { createGatewayCache } from './gateway-cache';

/** What gateways may use of the world of a process: its network, its clock, and what it may remember for them. */
export function createGatewayWorld({
  simulatorUrl,
  simulatorPublicUrl = simulatorUrl,
  partners,
  redis,
  vault,
}: {
  simulatorUrl: string;
  /** Where a browser finds it, if that differs. */
  simulatorPublicUrl?: string | undefined;
  partners: Partners;
  redis: Redis | null;
  vault: Vault;
}): GatewayWorld {
  return {
    simulatorUrl: simulatorUrl.replace(/\/$/, ''),
    simulatorPublicUrl: simulatorPublicUrl.replace(/\/$/, ''),
    partners,
    fetch: globalThis.fetch,
    now: Date.now,
    cache: createGatewayCache(redis, vault),
  };
}
