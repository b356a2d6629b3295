import { verify, X509Certificate } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { resendSchedule } from '../../simulator/paypal-checkout/resend-schedule';
import { openApp, type App } from './app';
import type { Received } from './receiver';

let app: App;
let webhookId: string;
beforeEach(async () => {
  app = await openApp();
  webhookId = await app.listen();
});
afterEach(() => app.stop());

const header = ({ headers }: Received, name: string) => String(headers[`paypal-${name}`]);
const last = () => app.received().at(-1)!;

/** What PayPal's documentation tells a receiver to do, and nothing more lenient. */
async function isGenuineOffline(message: Received): Promise<boolean> {
  const url = new URL(header(message, 'cert-url'));
  if (
    url.origin !== new URL(app.shop.simulator.url).origin ||
    !url.pathname.startsWith('/paypal/v1/notifications/certs/')
  )
    return false;
  if (header(message, 'auth-algo') !== 'SHA256withRSA') return false;
  const pem = await (await fetch(url)).text();
  const [leaf, root] = (pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? []).map(
    (one) => new X509Certificate(one),
  );
  if (
    !leaf ||
    !root ||
    !leaf.checkIssued(root) ||
    !leaf.verify(root.publicKey) ||
    !root.verify(root.publicKey) ||
    !root.ca
  )
    return false;
  if (!/CN=messageverificationcerts\.paypal\.com$/m.test(leaf.subject) || Date.parse(leaf.validTo) < Date.now())
    return false;
  const signed = [
    header(message, 'transmission-id'),
    header(message, 'transmission-time'),
    webhookId,
    crc32(message.body),
  ].join('|');
  return verify(
    'RSA-SHA256',
    Buffer.from(signed),
    leaf.publicKey,
    Buffer.from(header(message, 'transmission-sig'), 'base64'),
  );
}

/** Asks the simulator, with the event's bytes as they are, or as the caller writes them. */
async function isGenuineOnline(message: Received, event = message.body.toString('utf8')): Promise<string> {
  const fields = {
    auth_algo: header(message, 'auth-algo'),
    cert_url: header(message, 'cert-url'),
    transmission_id: header(message, 'transmission-id'),
    transmission_sig: header(message, 'transmission-sig'),
    transmission_time: header(message, 'transmission-time'),
    webhook_id: webhookId,
  };
  const body = `${JSON.stringify(fields).slice(0, -1)},"webhook_event":${event}}`;
  return (await app.call('POST', '/v1/notifications/verify-webhook-signature', body)).body
    .verification_status as string;
}

it('an event is signed, so that anybody with its bytes can prove it, and the simulator says so too', async () => {
  await app.sell('anne');
  expect(app.received()).toHaveLength(2);
  for (const message of app.received()) {
    expect(message.headers).toMatchObject({ 'content-type': 'application/json', 'paypal-auth-algo': 'SHA256withRSA' });
    expect(await isGenuineOffline(message)).toBe(true);
    expect(await isGenuineOnline(message)).toBe('SUCCESS');
  }
});

it('an event that was parsed and written again is not what was signed', async () => {
  await app.sell('anne');
  const rewritten = JSON.stringify(JSON.parse(last().body.toString('utf8')));
  expect(await isGenuineOnline(last(), rewritten)).toBe('FAILURE');
  expect(await isGenuineOffline({ ...last(), body: Buffer.from(rewritten) })).toBe(false);
});

it.each(['body', 'signature', 'algo', 'certUrl', 'webhookId', 'time', 'certName', 'certExpired'])(
  'an event forged in its %s proves nothing, offline or online',
  async (tamper) => {
    const { orderId } = await app.sell('anne');
    const before = app.received().length;
    const forged = await app.control('POST', '/forge', { orderId, tamper });
    expect(forged).toMatchObject({ status: 201, body: { genuine: false, label: `forged (${tamper})` } });
    await app.shop.idle();
    expect(app.received()).toHaveLength(before + 1);
    expect(JSON.parse(last().body.toString('utf8')).event_type).toBe('PAYMENT.CAPTURE.COMPLETED');
    expect(await isGenuineOffline(last())).toBe(false);
    expect(await isGenuineOnline(last())).toBe('FAILURE');
  },
);

it('a message shown to the wrong webhook id is not verified', async () => {
  await app.sell('anne');
  const other = await app
    .as('client-2')
    .call('POST', '/v1/notifications/webhooks', { url: app.shop.receiver.url, event_types: [{ name: '*' }] });
  webhookId = other.body.id as string;
  expect(await isGenuineOnline(last())).toBe('FAILURE');
});

it('a certificate of another host is in the header only when it was asked for', async () => {
  await app.sell('anne');
  await app.control('POST', '/forge', {
    like: 'msg_1',
    certUrl: 'https://api.paypal.com.example/v1/notifications/certs/CERT-1',
  });
  await app.shop.idle();
  expect(header(last(), 'cert-url')).toBe('https://api.paypal.com.example/v1/notifications/certs/CERT-1');
  expect(last().body).toEqual(app.received()[0]!.body);
});

it('an event that was not taken is resent with the same bytes, until any 2xx', async () => {
  app.shop.receiver.answerNext(500, 404, 204);
  const id = await app.order();
  await app.approve(id, 'anne');
  expect(app.received()).toHaveLength(3);
  expect(
    new Set(app.received().map((message) => header(message, 'transmission-id') + message.body.toString('hex'))).size,
  ).toBe(1);
});

it('after 25 resends, within three of PayPal’s days, an event has failed', async () => {
  app.shop.receiver.answerNext(...Array.from({ length: 40 }, () => 500));
  const id = await app.order();
  await app.approve(id, 'anne');
  expect(app.received()).toHaveLength(26);
  const days = resendSchedule(1).reduce((sum, pause) => sum + pause, 0) / 86_400_000;
  expect(days).toBeGreaterThan(2);
  expect(days).toBeLessThanOrEqual(3);
});

it('a resend by hand is the same event in a new transmission, signed again', async () => {
  await app.sell('anne');
  await app.shop.control('POST', '/messages/msg_1/resend');
  await app.shop.idle();
  expect(last().body).toEqual(app.received()[0]!.body);
  expect(header(last(), 'transmission-id')).not.toBe(header(app.received()[0]!, 'transmission-id'));
  expect(await isGenuineOnline(last())).toBe('SUCCESS');
});

it('who gets everything twice and out of order gets completed before pending', async () => {
  await app.sell('jana');
  expect(app.events().map((event) => event.event_type)).toEqual([
    'CHECKOUT.ORDER.APPROVED',
    'CHECKOUT.ORDER.APPROVED',
    'PAYMENT.CAPTURE.COMPLETED',
    'PAYMENT.CAPTURE.PENDING',
    'PAYMENT.CAPTURE.COMPLETED',
    'PAYMENT.CAPTURE.PENDING',
  ]);
});

it('a lost approval is in the history and never arrives', async () => {
  const id = await app.order();
  expect((await app.approve(id, 'ivan')).returnUrl).not.toBeNull();
  expect(app.received()).toEqual([]);
  expect((await app.control('GET', `/orders/${id}`)).body.messages).toMatchObject([
    { label: 'CHECKOUT.ORDER.APPROVED', state: 'Lost' },
  ]);
});

it('who closes the tab is known by the webhook alone', async () => {
  const id = await app.order();
  expect(await app.approve(id, 'hana')).toEqual({ outcome: 'approved', returnUrl: null });
  expect(app.events().map((event) => event.resource.id)).toEqual([id]);
});

it('the rules of delivery hold for events as for IPNs', async () => {
  await app.shop.control('POST', '/delivery', { duplicates: 1, drop: false });
  await app.sell('anne');
  expect(app.received()).toHaveLength(4);
});

it('an event spoilt on its way is resent as it should be', async () => {
  await app.misbehave('paypal_event', 'invalid');
  const id = await app.order();
  await app.approve(id, 'anne');
  expect(await Promise.all(app.received().map((message) => isGenuineOffline(message)))).toEqual([false, true]);
});

describe('a webhook', () => {
  it('is one per address and app', async () => {
    const asked = { url: app.shop.receiver.url, event_types: [{ name: '*' }] };
    expect(await app.call('POST', '/v1/notifications/webhooks', asked)).toMatchObject({
      status: 400,
      body: { name: 'WEBHOOK_URL_ALREADY_EXISTS' },
    });
    expect((await app.as('client-2').call('POST', '/v1/notifications/webhooks', asked)).status).toBe(201);
    expect((await app.call('GET', '/v1/notifications/webhooks')).body.webhooks).toHaveLength(1);
  });

  it('is told of what it asked for, until it is deleted', async () => {
    const types = (names: string[]) => [
      { op: 'replace', path: '/event_types', value: names.map((name) => ({ name })) },
    ];
    await app.call('PATCH', `/v1/notifications/webhooks/${webhookId}`, types(['PAYMENT.CAPTURE.COMPLETED']));
    await app.sell('anne');
    expect(app.events().map((event) => event.event_type)).toEqual(['PAYMENT.CAPTURE.COMPLETED']);
    expect((await app.call('DELETE', `/v1/notifications/webhooks/${webhookId}`)).status).toBe(204);
    await app.sell('anne');
    expect(app.received()).toHaveLength(1);
  });

  it('of another app is neither shown nor changed', async () => {
    const other = app.as('client-2');
    expect((await other.call('GET', `/v1/notifications/webhooks/${webhookId}`)).status).toBe(404);
    expect((await other.call('DELETE', `/v1/notifications/webhooks/${webhookId}`)).status).toBe(404);
  });
});
