export { agreement } from './agreement';
export { deliveries } from './deliveries';
export { notification } from './notification';
export { payment } from './payment';
export { unmatchedRefund } from './unmatched-refund';
