import type { GatewayCache, GatewayContext, PartnerCredentials } from '../../activities/gateways/port';

/** A cache as long-lived as the test; what is in it can be looked at. */
export function memoryCache(): GatewayCache & { readonly entries: Map<string, { value: string; until: number }> } {
  const entries = new Map<string, { value: string; until: number }>();
  return {
    entries,
    get: async (key) => {
      const entry = entries.get(key);
      return entry && entry.until > Date.now() ? entry.value : null;
    },
    set: async (key, value, forMs) => void entries.set(key, { value, until: Date.now() + forMs }),
    delete: async (key) => void entries.delete(key),
  };
}

/** What a gateway may use of the world, at a simulator; `over` replaces any of it. */
export function gatewayContext<Credentials, Partner extends PartnerCredentials = PartnerCredentials>(
  world: { readonly credentials: Credentials; readonly simulatorUrl: string },
  over: Partial<GatewayContext<Credentials, Partner>> = {},
): GatewayContext<Credentials, Partner> {
  return {
    environment: 'simulator',
    partner: null,
    fetch: globalThis.fetch,
    signal: new AbortController().signal,
    now: Date.now,
    cache: memoryCache(),
    simulatorPublicUrl: world.simulatorUrl,
    ...world,
    ...over,
  };
}
