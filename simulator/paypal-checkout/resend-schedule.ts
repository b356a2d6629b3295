const RESENDS = 25;
const FIRST_PAUSE_MS = 60_000;

/**
 * How long PayPal waits before each resend of an event, `speed` times faster. PayPal says up to 25 times over three days, and
 * publishes no list: from a minute, each pause a third longer than the one before, 25 resends take 2.8 days.
 */
export function resendSchedule(speed: number): number[] {
  return Array.from({ length: RESENDS }, (_, resend) => Math.round((FIRST_PAUSE_MS * (4 / 3) ** resend) / speed));
}
