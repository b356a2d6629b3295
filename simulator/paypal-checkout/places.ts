import { answeringPlace, json, plain } from '../misbehaviour';

/** Where PayPal Checkout can be told to misbehave, besides its payer page and its messages. */
export const PLACES = {
  token: answeringPlace('paypal_token'),
  /** Orders that are made or read. */
  orders: answeringPlace('paypal_orders'),
  capture: answeringPlace('paypal_capture'),
  /** Captures, refunds and cases that are read. */
  captures: answeringPlace('paypal_captures'),
  refund: answeringPlace('paypal_refund'),
  webhooks: answeringPlace('paypal_webhooks'),
  verify: answeringPlace('paypal_verify', json('{"verification_status":"FAILURE"}')),
  certificate: answeringPlace(
    'paypal_certificate',
    plain('-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n'),
  ),
  partner: answeringPlace('paypal_partner'),
  /** Products and plans. */
  plans: answeringPlace('paypal_plans'),
  /** Subscriptions that are made, read or changed. */
  subscriptions: answeringPlace('paypal_subscriptions'),
};
