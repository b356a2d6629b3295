import { newTxnId } from '../../paypal-standard/random-ids';

/** Ids as PayPal's. */
export const newProductId = () => `PROD-${newTxnId()}`;
export const newPlanId = () => `P-${(newTxnId() + newTxnId()).slice(0, 24)}`;
export const newSubscriptionId = () => `I-${newTxnId().slice(0, 12)}`;
export const newApprovalToken = () => `BA-${newTxnId()}`;
