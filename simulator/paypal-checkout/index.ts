import { Router } from 'express';
import type { LookAlikeDeps } from '../look-alike';
import { describeDuration } from '../duration';
import { readBody } from '../request-body';
import { captureOrder, createOrder, getOrder } from './orders-api';
import { getCapture, getDispute, getRefund, refundCapture } from './captures-api';
import { certificateRoutes } from './certificate-routes';
import { Clients } from './clients';
import { createCheckoutCommands, type CheckoutCommands } from './commands';
import { Messenger } from './messenger';
import { NextAnswers } from './next-answers';
import { Onboarding } from './onboarding';
import { onboardingRoutes } from './onboarding-routes';
import { findIntegration, getIntegration, referSeller, userInfo } from './partner-api';
import { payerRoutes } from './payer-routes';
import { Orders, type Order, type Refund } from './orders';
import { RequestIds } from './request-ids';
import { resendSchedule } from './resend-schedule';
import { createRest } from './rest';
import { Sellers } from './sellers';
import { tokenRoute } from './token-route';
import { changeWebhook, createWebhook, deleteWebhook, getWebhook, listWebhooks, verifySignature } from './webhooks-api';
import { Webhooks } from './webhooks';

/** The PayPal Checkout look-alike: its HTTP side, and the hands of the control API. */
export interface PayPalCheckout {
  readonly router: Router;
  readonly commands: CheckoutCommands;
  readonly messenger: Messenger;
  /** The page where a payer approves this order, for a browser. */
  payerPage(order: Order): string;
  clear(): void;
}

export interface PayPalCheckoutDeps extends LookAlikeDeps {
  /** The address where a browser finds the simulator, without a slash at the end; null: where the app finds it. */
  readonly publicUrl: string | null;
}

const DAY_MS = 24 * 60 * 60 * 1000;

export function createPayPalCheckout(given: PayPalCheckoutDeps): PayPalCheckout {
  const { base, publicUrl, clock, outbox, misbehaviour, resendSpeed, laterEvents } = given;
  const clients = new Clients();
  const sellers = new Sellers();
  const orders = new Orders();
  const webhooks = new Webhooks();
  const nextAnswers = new NextAnswers();
  const orderIds = new RequestIds<Order>();
  const refundIds = new RequestIds<Refund>();
  const messenger = new Messenger(clock, outbox, webhooks, resendSchedule(resendSpeed));
  const onboarding = new Onboarding({ clock, sellers, messenger });
  const laterSpeed = laterEvents === 'by_themselves' ? resendSpeed : null;
  const payerPage = ({ id, origin }: Order) => `${publicUrl ?? origin}/paypal/checkoutnow?token=${id}`;
  const taking = { clock, orders, messenger, laterSpeed, payerPage };

  const rest = createRest({ base, clock, clients, sellers, misbehaviour });
  const orderDeps = { ...taking, sellers, requestIds: orderIds, nextAnswers };
  const partnerDeps = { sellers, onboarding, browserOrigin: (origin: string) => publicUrl ?? origin };
  const captureDeps = { ...taking, requestIds: refundIds, nextAnswers };

  const router = Router();
  router.use(readBody);
  router.post('/v1/oauth2/token', tokenRoute({ base, clock, clients, sellers, misbehaviour }));
  router.post(
    '/v2/checkout/orders',
    rest('paypal_orders', (call) => createOrder(call, orderDeps)),
  );
  router.get(
    '/v2/checkout/orders/:id',
    rest<{ id: string }>('paypal_orders', (call) => getOrder(call, orderDeps)),
  );
  router.post(
    '/v2/checkout/orders/:id/capture',
    rest<{ id: string }>('paypal_capture', (call) => captureOrder(call, orderDeps)),
  );
  router.get(
    '/v2/payments/captures/:id',
    rest<{ id: string }>('paypal_captures', (call) => getCapture(call, captureDeps)),
  );
  router.get(
    '/v2/payments/refunds/:id',
    rest<{ id: string }>('paypal_captures', (call) => getRefund(call, captureDeps)),
  );
  router.get(
    '/v1/customer/disputes/:id',
    rest<{ id: string }>('paypal_captures', (call) => getDispute(call, captureDeps)),
  );
  router.post(
    '/v2/payments/captures/:id/refund',
    rest<{ id: string }>('paypal_refund', (call) => refundCapture(call, captureDeps)),
  );
  router.get(
    '/v1/notifications/webhooks',
    rest('paypal_webhooks', (call) => listWebhooks(call, webhooks)),
  );
  router.post(
    '/v1/notifications/webhooks',
    rest('paypal_webhooks', (call) => createWebhook(call, webhooks)),
  );
  router.get(
    '/v1/notifications/webhooks/:id',
    rest<{ id: string }>('paypal_webhooks', (call) => getWebhook(call, webhooks)),
  );
  router.patch(
    '/v1/notifications/webhooks/:id',
    rest<{ id: string }>('paypal_webhooks', (call) => changeWebhook(call, webhooks)),
  );
  router.delete(
    '/v1/notifications/webhooks/:id',
    rest<{ id: string }>('paypal_webhooks', (call) => deleteWebhook(call, webhooks)),
  );
  router.post(
    '/v1/notifications/verify-webhook-signature',
    rest('paypal_verify', (call) => verifySignature(call, webhooks)),
  );
  router.post(
    '/v2/customer/partner-referrals',
    rest('paypal_partner', (call) => referSeller(call, partnerDeps)),
  );
  router.get(
    '/v1/customer/partners/:partner/merchant-integrations',
    rest<{ partner: string }>('paypal_partner', (call) => findIntegration(call, partnerDeps)),
  );
  router.get(
    '/v1/customer/partners/:partner/merchant-integrations/:merchant',
    rest<{ partner: string; merchant: string }>('paypal_partner', (call) => getIntegration(call, partnerDeps)),
  );
  router.get(
    '/v1/identity/oauth2/userinfo',
    rest('paypal_partner', (call) => userInfo(call, partnerDeps)),
  );
  router.use(certificateRoutes({ base, misbehaviour }));
  router.use(payerRoutes({ ...taking, base, misbehaviour, timeNote: describeTime(laterSpeed) }));
  router.use(onboardingRoutes({ base, onboarding }));
  // Where a misbehaving call redirects to. It says yes to anything: following redirects is how apps get robbed.
  router.all('/elsewhere/rest', (_req, res) => {
    res.json({
      verification_status: 'SUCCESS',
      status: 'COMPLETED',
      access_token: 'A21AA-not-a-token',
      expires_in: 32_400,
    });
  });

  return {
    router,
    messenger,
    payerPage,
    commands: createCheckoutCommands({
      ...taking,
      outbox,
      clients,
      sellers,
      webhooks,
      onboarding,
      nextAnswers,
      requestIds: [orderIds, refundIds],
    }),
    clear() {
      for (const store of [clients, sellers, orders, webhooks, nextAnswers, onboarding]) store.clear();
      for (const ids of [orderIds, refundIds]) ids.forget();
    },
  };
}

function describeTime(laterSpeed: number | null): string {
  if (laterSpeed === null) return 'What comes later comes when you say so.';
  return `A day of PayPal’s takes ${describeDuration(DAY_MS / laterSpeed)} here.`;
}
