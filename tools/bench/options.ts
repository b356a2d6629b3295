import { parseArgs } from 'node:util';

export const PHASES = [
  'events',
  'throughput',
  'record',
  'ack',
  'memory',
  'flood',
  'gateways',
  'refunds',
  'prompts',
  'people',
  'webhooks',
  'web',
  'scale',
] as const;
export type Phase = (typeof PHASES)[number];

export interface Options {
  readonly phases: readonly Phase[];
  /** Enough to see that everything works and where about the figures lie. */
  readonly quick: boolean;
  /** How many payments the books hold in which `scale` reads. */
  readonly payments: number;
  readonly jsonFile: string | null;
  /** Where the API and the worker leave CPU profiles when they end. */
  readonly profileFolder: string | null;
}

/** A failure that one sentence explains: shown without a stack. */
export class UsageFailure extends Error {
  override name = 'UsageFailure';
}

export const USAGE = `npm run bench -- [--only ${PHASES.join(',')}] [--quick] [--payments number] [--json file] [--profile folder]`;

export function readOptions(args: readonly string[]): Options {
  const { values } = parse(args);
  const only = values.only?.split(',').filter(Boolean) ?? PHASES;
  return {
    phases: only.map((name) => {
      const phase = PHASES.find((candidate) => candidate === name);
      if (!phase) throw new UsageFailure(`There is no phase "${name}".\n${USAGE}`);
      return phase;
    }),
    quick: values.quick ?? false,
    payments: readPayments(values.payments),
    jsonFile: values.json ?? null,
    profileFolder: values.profile ?? null,
  };
}

/** Fewer would hold none of what is rare. */
const FEWEST_PAYMENTS = 2000;

function readPayments(text = '100000'): number {
  const payments = Number(text);
  if (Number.isSafeInteger(payments) && payments >= FEWEST_PAYMENTS) return payments;
  throw new UsageFailure(`--payments must be a number from ${FEWEST_PAYMENTS} on.\n${USAGE}`);
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        only: { type: 'string' },
        quick: { type: 'boolean' },
        payments: { type: 'string' },
        json: { type: 'string' },
        profile: { type: 'string' },
      },
    });
  } catch (error) {
    throw new UsageFailure(`${error instanceof Error ? error.message : String(error)}\n${USAGE}`);
  }
}
