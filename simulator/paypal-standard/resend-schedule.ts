const RESENDS = 15;
const FIRST_PAUSE_MS = 10_000;

/**
 * How long PayPal waits before each resend, `speed` times faster. PayPal says up to 15 within four days, and publishes no list:
 * doubling from ten seconds, 15 resends take 3.8 days.
 */
export function resendSchedule(speed: number): number[] {
  return Array.from({ length: RESENDS }, (_, resend) => Math.round((FIRST_PAUSE_MS * 2 ** resend) / speed));
}
