export const DELIVERY_STATES = ['pending', 'succeeded', 'failed'] as const;
export type DeliveryState = (typeof DELIVERY_STATES)[number];

/** Why an endpoint is told nothing any more, where no person did it: it said that it is gone, or took nothing for days. */
export const DISABLED_REASONS = ['gone', 'failing'] as const;
export type DisabledReason = (typeof DISABLED_REASONS)[number];

/** Why a try came to nothing before there was an answer. */
export const ATTEMPT_ERRORS = ['timeout', 'connection', 'address_not_allowed'] as const;

/** One try to tell an endpoint. */
export interface Attempt {
  /** Our clock, ISO 8601. */
  readonly at: string;
  readonly status: number | null;
  readonly milliseconds: number;
  /** The first kilobyte of what it answered. */
  readonly answer: string | null;
  readonly error: (typeof ATTEMPT_ERRORS)[number] | null;
}

/** What follows from a try. */
export type Consequence =
  { readonly outcome: 'succeeded' | 'gone' | 'failed' } | { readonly outcome: 'later'; readonly pauseMs: number };

/** How much sooner or later than planned the next try comes, so that what failed together is not tried together. */
const JITTER = 0.2;
const GONE = 410;

/**
 * Decides on a try by its answer: 2xx is a yes, 410 the end of the endpoint, and everything else is tried again. `tries`: how many there were,
 * this one included; `pausesMs`: until the next after each; `chance`: from 0 to 1.
 */
export function consequenceOf(
  { status }: Pick<Attempt, 'status'>,
  tries: number,
  pausesMs: readonly number[],
  chance: number,
): Consequence {
  if (status !== null && status >= 200 && status < 300) return { outcome: 'succeeded' };
  if (status === GONE) return { outcome: 'gone' };
  const pauseMs = pausesMs[tries - 1];
  if (pauseMs === undefined) return { outcome: 'failed' };
  return { outcome: 'later', pauseMs: Math.round(pauseMs * (1 - JITTER + 2 * JITTER * chance)) };
}
