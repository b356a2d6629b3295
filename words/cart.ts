import type { PaylineKind } from '../workflows/domain/booking';

/** What a line of a member's cart says beside its day and sum; empty where these say it all. Below zero money went back to the member. */
export const PAYLINES: Readonly<Record<PaylineKind, string>> = {
  payment: '',
  attachment: '',
  refund: 'given back to you',
  charge_back: 'taken back',
  reversal_cancelled: 'had been taken back, and counts again',
  refund_failed: 'could not be given back, and counts again',
};
