import type { Runs } from '../../outbox/runs';

const away = () => Promise.reject(new Error('Temporal is away'));

/** What is told while Temporal is away. */
export const NO_RUNS: Runs = {
  start: away,
  notify: away,
  command: away,
  wake: away,
  look: away,
  retryDeliveries: away,
  refundUnmatched: away,
  startAgreement: away,
  lookAtAgreement: away,
  commandAgreement: away,
};
