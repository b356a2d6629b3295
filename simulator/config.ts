import { z } from 'zod';

// An empty variable is one that is not set: that is how compose files write it.
const optional = <T extends z.ZodType>(schema: T) =>
  z.preprocess((value) => (value === '' ? undefined : value), schema.optional());

/** The simulator's environment. */
export const simulatorConfig = z.object({
  SIMULATOR_PORT: optional(z.coerce.number().int().min(0).max(65_535))
    .transform((port) => port ?? 3400)
    .describe('port it listens on; 0: any free one'),
  SIMULATOR_PUBLIC_URL: optional(z.url({ protocol: /^https?$/ })).describe(
    'where a browser finds it; its path goes before all links',
  ),
  SIMULATOR_URL: optional(z.url({ protocol: /^https?$/ })).describe(
    'where the API and workers find it, if it differs; it answers under these names and those of this machine only',
  ),
  RESEND_SPEED: optional(z.coerce.number().positive().max(1e12))
    .transform((speed) => speed ?? 600)
    .describe("how many times faster PayPal's time passes: resends, eChecks, reviews"),
  HOST: optional(z.string())
    .transform((host) => host ?? '127.0.0.1')
    .describe(
      'address it listens on; its control API is open to every program that reaches it, and to no page elsewhere',
    ),
});
export type SimulatorConfig = z.infer<typeof simulatorConfig>;

/** Reads the environment, or throws an error that names the variable. */
export function readSimulatorConfig(environment: Readonly<Record<string, string | undefined>>): SimulatorConfig {
  const reading = simulatorConfig.safeParse(environment);
  if (reading.success) return reading.data;
  throw new Error(reading.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; '));
}
