import { Router } from 'express';
import { describeDuration } from '../duration';
import { html } from '../html';
import type { LookAlike, LookAlikeDeps } from '../look-alike';
import { readBody } from '../request-body';
import { captureOrder, createOrder, getOrder } from './orders-api';
import { getCapture, getDispute, getRefund, refundCapture } from './captures-api';
import { certificateRoutes } from './certificate-routes';
import { Clients } from './clients';
import { createCheckoutCommands } from './commands';
import { checkoutControl } from './control';
import { EVENT } from './event-channel';
import { checkoutSection, checkoutTestBuyers } from './home-section';
import { Messenger } from './messenger';
import { NextAnswers } from './next-answers';
import { Onboarding } from './onboarding';
import { onboardingRoutes } from './onboarding-routes';
import { findIntegration, getIntegration, referSeller, userInfo } from './partner-api';
import { payerRoutes } from './payer-routes';
import { PLACES } from './places';
import { Orders, type Order, type Refund } from './orders';
import { RequestIds } from './request-ids';
import { resendSchedule } from './resend-schedule';
import { createRest } from './rest';
import { Sellers } from './sellers';
import { createSubscriptions } from './subscriptions';
import { tokenRoute } from './token-route';
import { changeWebhook, createWebhook, deleteWebhook, getWebhook, listWebhooks, verifySignature } from './webhooks-api';
import { Webhooks } from './webhooks';

const DAY_MS = 24 * 60 * 60 * 1000;

/** The PayPal Checkout look-alike: orders, captures, refunds, cases, subscriptions, webhooks and partners. */
export function createPayPalCheckout(given: LookAlikeDeps): LookAlike {
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

  const subscriptions = createSubscriptions({ ...given, ...taking, sellers, nextAnswers, refundIds, rest });

  const commands = createCheckoutCommands({
    ...taking,
    outbox,
    clients,
    sellers,
    webhooks,
    onboarding,
    nextAnswers,
    requestIds: [orderIds, refundIds, ...subscriptions.requestIds],
  });

  const router = Router();
  router.use(readBody);
  router.post('/v1/oauth2/token', tokenRoute({ base, clock, clients, sellers, misbehaviour }));
  router.post(
    '/v2/checkout/orders',
    rest(PLACES.orders, (call) => createOrder(call, orderDeps)),
  );
  router.get(
    '/v2/checkout/orders/:id',
    rest<{ id: string }>(PLACES.orders, (call) => getOrder(call, orderDeps)),
  );
  router.post(
    '/v2/checkout/orders/:id/capture',
    rest<{ id: string }>(PLACES.capture, (call) => captureOrder(call, orderDeps)),
  );
  router.get(
    '/v2/payments/captures/:id',
    rest<{ id: string }>(PLACES.captures, (call) => getCapture(call, captureDeps)),
  );
  router.get(
    '/v2/payments/refunds/:id',
    rest<{ id: string }>(PLACES.captures, (call) => getRefund(call, captureDeps)),
  );
  router.get(
    '/v1/customer/disputes/:id',
    rest<{ id: string }>(PLACES.captures, (call) => getDispute(call, captureDeps)),
  );
  router.post(
    '/v2/payments/captures/:id/refund',
    rest<{ id: string }>(PLACES.refund, (call) => refundCapture(call, captureDeps)),
  );
  router.get(
    '/v1/notifications/webhooks',
    rest(PLACES.webhooks, (call) => listWebhooks(call, webhooks)),
  );
  router.post(
    '/v1/notifications/webhooks',
    rest(PLACES.webhooks, (call) => createWebhook(call, webhooks)),
  );
  router.get(
    '/v1/notifications/webhooks/:id',
    rest<{ id: string }>(PLACES.webhooks, (call) => getWebhook(call, webhooks)),
  );
  router.patch(
    '/v1/notifications/webhooks/:id',
    rest<{ id: string }>(PLACES.webhooks, (call) => changeWebhook(call, webhooks)),
  );
  router.delete(
    '/v1/notifications/webhooks/:id',
    rest<{ id: string }>(PLACES.webhooks, (call) => deleteWebhook(call, webhooks)),
  );
  router.post(
    '/v1/notifications/verify-webhook-signature',
    rest(PLACES.verify, (call) => verifySignature(call, webhooks)),
  );
  router.post(
    '/v2/customer/partner-referrals',
    rest(PLACES.partner, (call) => referSeller(call, partnerDeps)),
  );
  router.get(
    '/v1/customer/partners/:partner/merchant-integrations',
    rest<{ partner: string }>(PLACES.partner, (call) => findIntegration(call, partnerDeps)),
  );
  router.get(
    '/v1/customer/partners/:partner/merchant-integrations/:merchant',
    rest<{ partner: string; merchant: string }>(PLACES.partner, (call) => getIntegration(call, partnerDeps)),
  );
  router.get(
    '/v1/identity/oauth2/userinfo',
    rest(PLACES.partner, (call) => userInfo(call, partnerDeps)),
  );
  router.use(subscriptions.router);
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

  const control = Router();
  control.use(checkoutControl({ commands, payerPage }), subscriptions.control);

  return {
    host: { path: '/paypal', router },
    control: { path: '/paypal-checkout', router: control },
    buttons: [
      { path: '/captures/:id/events', press: (id, fields) => commands.happen(id, fields).capture.order.id },
      ...subscriptions.buttons,
    ],
    home: {
      anchor: 'orders',
      title: 'PayPal orders',
      section: (messagesOf) =>
        html`${checkoutSection(base, commands.orders(), payerPage, messagesOf)} ${subscriptions.section(messagesOf)}`,
      testPeople: checkoutTestBuyers,
      addresses: [
        { label: 'PayPal REST', address: html`<code>${base}/paypal/v1</code>, <code>${base}/paypal/v2</code>` },
      ],
    },
    places: [...Object.values(PLACES), EVENT],
    resend: (message) => messenger.resend(message),
    subjectOf: (name) => commands.findCapture(name)?.order.id ?? subscriptions.subjectOf(name),
    clear() {
      for (const store of [clients, sellers, orders, webhooks, nextAnswers, onboarding]) store.clear();
      for (const ids of [orderIds, refundIds]) ids.forget();
      subscriptions.clear();
    },
  };
}

function describeTime(laterSpeed: number | null): string {
  if (laterSpeed === null) return 'What comes later comes when you say so.';
  return `A day of PayPal’s takes ${describeDuration(DAY_MS / laterSpeed)} here.`;
}
