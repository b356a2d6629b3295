import { answeringPlace } from '../misbehaviour';

/** Where KKiaPay can be told to misbehave, besides its widget and its messages. */
export const PLACES = {
  status: answeringPlace('kkiapay_status'),
  prompt: answeringPlace('kkiapay_prompt'),
  revert: answeringPlace('kkiapay_revert'),
};
