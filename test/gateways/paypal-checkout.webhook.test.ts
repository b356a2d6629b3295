import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { paypalCheckout } from '../../activities/gateways/paypal-checkout';
import { judgeCertificate, PUBLIC_TRUST } from '../../activities/gateways/paypal-checkout/certificate';
import type { PaypalCheckoutCredentials } from '../../activities/gateways/paypal-checkout/credentials';
import type { PaypalPartner } from '../../activities/gateways/paypal-checkout/partner';
import { isBrowserUrl, isCertificateUrl } from '../../activities/gateways/paypal-checkout/hosts';
import { readNotification } from '../../activities/gateways/paypal-checkout/notification';
import { GatewayFailure } from '../../activities/gateways/port';
import type { GatewayContext, OpenedCheckout, RawNotification } from '../../activities/gateways/port';
import type { Environment } from '../../workflows/domain/gateway';
import { gatewayContext, memoryCache } from './gateway-context';
import {
  CERTIFICATES,
  signBody,
  signedWebhook,
  startPaypal,
  type PaypalServer,
  type Resource,
  type Signing,
} from './paypal-rest-server';

const PAYMENT_ID = 'pay_0123456789abcdefghijkmnpqr';
const CREDENTIALS: PaypalCheckoutCredentials = {
  clientId: 'app-1',
  clientSecret: 'secret-1',
  merchantId: 'MERCHANT1',
  webhookId: 'WH-OURS',
};
const pem = (name: string): string => readFileSync(join(CERTIFICATES, `${name}.pem`), 'utf8');
const eur = (value: string) => ({ currency_code: 'EUR', value });

let paypal: PaypalServer;
let cache: ReturnType<typeof memoryCache>;
beforeEach(async () => {
  paypal = await startPaypal();
  cache = memoryCache();
});
afterEach(() => paypal.close());

const context = (over: Partial<GatewayContext<PaypalCheckoutCredentials, PaypalPartner>> = {}) =>
  gatewayContext({ credentials: CREDENTIALS, simulatorUrl: paypal.url }, { cache, ...over });
const certificateUrl = (name = 'genuine'): string => `${paypal.url}/paypal/v1/notifications/certs/${name}`;
const webhook = (type: string, resource: unknown, signing: Partial<Signing> = {}) =>
  signedWebhook(type, resource, { webhookId: 'WH-OURS', certificateUrl: certificateUrl(), ...signing });
const verify = (
  raw: RawNotification,
  over: Partial<GatewayContext<PaypalCheckoutCredentials, PaypalPartner>> = {},
  checkout: OpenedCheckout | null = null,
) => paypalCheckout.fetchFacts({ by: 'notification', raw, checkout }, context(over));

const CAPTURE: Resource = {
  id: 'CAP1',
  status: 'COMPLETED',
  amount: eur('50.00'),
  custom_id: PAYMENT_ID,
  payee: { merchant_id: 'MERCHANT1' },
  seller_receivable_breakdown: { gross_amount: eur('50.00'), paypal_fee: eur('1.75') },
  supplementary_data: { related_ids: { order_id: 'ORD1' } },
  update_time: '2026-11-01T10:00:00Z',
};
const REFUND: Resource = {
  id: 'REF1',
  status: 'COMPLETED',
  amount: eur('12.50'),
  custom_id: PAYMENT_ID,
  seller_payable_breakdown: { paypal_fee: eur('0.10') },
  links: [{ rel: 'up', href: 'https://api.paypal.com/v2/payments/captures/CAP1' }],
};
const ORDER: Resource = {
  id: 'ORD1',
  status: 'APPROVED',
  purchase_units: [{ custom_id: PAYMENT_ID, payee: { merchant_id: 'MERCHANT1' } }],
  payer: { name: { given_name: 'Jörg', surname: 'Payer' }, email_address: 'payer@example.org' },
};
const DISPUTE: Resource = {
  dispute_id: 'PP-R-1',
  status: 'OPEN',
  reason: 'UNAUTHORISED',
  create_time: '2026-11-05T10:00:00Z',
  update_time: '2026-11-06T10:00:00Z',
  dispute_amount: eur('20.00'),
  dispute_life_cycle_stage: 'INQUIRY',
  dispute_channel: 'INTERNAL',
  seller_response_due_date: '2026-11-15T10:00:00.000Z',
  disputed_transactions: [{ seller_transaction_id: 'CAP1', gross_amount: eur('50.00'), custom: PAYMENT_ID }],
};
const PLACES: Readonly<Record<string, string>> = {
  CAP1: '/v2/payments/captures/CAP1',
  REF1: '/v2/payments/refunds/REF1',
  ORD1: '/v2/checkout/orders/ORD1',
  'PP-R-1': '/v1/customer/disputes/PP-R-1',
};
function knows(...resources: Resource[]): void {
  for (const resource of resources)
    paypal.resources.set(PLACES[String(resource['id'] ?? resource['dispute_id'])]!, resource);
}
const checkout: OpenedCheckout = {
  paymentId: PAYMENT_ID,
  money: { amount: 5000, currency: 'EUR' },
  method: null,
  handed: 'redirect',
  reference: 'ORD1',
  pending: [],
  createdAt: '2026-11-01T09:00:00.000Z',
};
async function failureOf(work: Promise<unknown>): Promise<GatewayFailure> {
  const outcome = await work.catch((error: unknown) => error);
  if (outcome instanceof GatewayFailure) return outcome;
  throw new Error(`expected a GatewayFailure, got ${JSON.stringify(outcome)}`);
}

describe('a genuine webhook', () => {
  const CERTIFICATE = 'GET /v1/notifications/certs/genuine';
  const TOKEN = 'POST /v1/oauth2/token';
  const captured = { kind: 'payment_captured', gatewayReference: 'CAP1', qualifier: '', amount: 5000, currency: 'EUR' };
  const fee = { kind: 'fee_charged', gatewayReference: 'CAP1', amount: 175, currency: 'EUR' };
  const refunded = {
    kind: 'payment_refunded',
    gatewayReference: 'REF1',
    parent: 'CAP1',
    amount: 1250,
    currency: 'EUR',
    feeReturned: 10,
    reason: 'refund',
    refundId: null,
  };
  const REFUND_ID = 'ref_0123456789abcdefghijkmnpqr';
  const ours: Resource = { ...REFUND, invoice_id: REFUND_ID };
  const onItsWay: Resource = { ...ours, status: 'PENDING', status_details: { reason: 'ECHECK' } };
  const movement = { gatewayReference: 'REF1', parent: 'CAP1', amount: 1250, currency: 'EUR' };
  const refundPending = {
    ...movement,
    kind: 'refund_pending',
    qualifier: 'echeck',
    reason: 'echeck',
    refundId: REFUND_ID,
  };
  const refundFailed = (reason: string) => ({
    ...movement,
    kind: 'refund_failed',
    qualifier: '',
    reason,
    detail: null,
    refundId: REFUND_ID,
  });
  const reversed = {
    kind: 'payment_reversed',
    gatewayReference: 'REF1',
    parent: 'CAP1',
    amount: 1250,
    currency: 'EUR',
    feeReturned: 10,
  };
  const pending: Resource = {
    ...CAPTURE,
    status: 'PENDING',
    status_details: { reason: 'ECHECK' },
    seller_receivable_breakdown: undefined,
  };
  const held = {
    kind: 'payment_pending',
    gatewayReference: 'CAP1',
    qualifier: 'echeck',
    reason: 'echeck',
    amount: 5000,
  };
  const declined: Resource = { ...CAPTURE, status: 'DECLINED' };
  const failed = { kind: 'payment_failed', gatewayReference: 'CAP1', qualifier: '', reason: 'declined', amount: 5000 };
  const opened = {
    kind: 'dispute_opened',
    gatewayReference: 'CAP1',
    qualifier: 'PP-R-1',
    reason: 'unauthorised',
    amount: null,
    occurredAt: '2026-11-05T10:00:00.000Z',
    stage: 'inquiry',
    claimed: 2000,
    answerBy: '2026-11-15T10:00:00.000Z',
    url: null,
  };
  const updated = {
    ...opened,
    kind: 'dispute_updated',
    caseId: 'PP-R-1',
    qualifier: 'PP-R-1 2026-11-06T10:00:00.000Z',
    occurredAt: '2026-11-06T10:00:00.000Z',
  };
  const resolved: Resource = {
    ...DISPUTE,
    status: 'RESOLVED',
    dispute_outcome: { outcome_code: 'RESOLVED_BUYER_FAVOUR', amount_refunded: eur('15.00') },
  };
  const closed = {
    kind: 'dispute_closed',
    gatewayReference: 'CAP1',
    qualifier: 'PP-R-1',
    reason: 'resolved_buyer_favour',
    lost: true,
    refunded: 1500,
  };
  const ordered: Resource = {
    ...ORDER,
    status: 'COMPLETED',
    purchase_units: [{ custom_id: PAYMENT_ID, payments: { captures: [CAPTURE] } }],
  };

  it.each([
    { type: 'PAYMENT.CAPTURE.COMPLETED', now: CAPTURE, facts: [captured, fee], references: ['CAP1', 'ORD1'] },
    { type: 'PAYMENT.CAPTURE.PENDING', now: pending, facts: [held], references: ['CAP1', 'ORD1'] },
    { type: 'PAYMENT.CAPTURE.DENIED', now: declined, facts: [failed], references: ['CAP1', 'ORD1'] },
    { type: 'PAYMENT.CAPTURE.DECLINED', now: declined, facts: [failed], references: ['CAP1', 'ORD1'] },
    { type: 'PAYMENT.CAPTURE.REFUNDED', now: REFUND, facts: [refunded], references: ['REF1', 'CAP1'] },
    {
      type: 'PAYMENT.CAPTURE.REFUNDED',
      now: ours,
      facts: [{ ...refunded, refundId: REFUND_ID }],
      references: ['REF1', 'CAP1'],
    },
    { type: 'PAYMENT.REFUND.PENDING', now: onItsWay, facts: [refundPending], references: ['REF1', 'CAP1'] },
    {
      type: 'PAYMENT.REFUND.FAILED',
      now: { ...ours, status: 'FAILED' },
      facts: [refundFailed('failed')],
      references: ['REF1', 'CAP1'],
    },
    {
      type: 'PAYMENT.REFUND.FAILED',
      now: { ...ours, status: 'CANCELLED' },
      facts: [refundFailed('cancelled')],
      references: ['REF1', 'CAP1'],
    },
    {
      type: 'PAYMENT.CAPTURE.REVERSED',
      now: ours,
      facts: [{ ...refunded, refundId: REFUND_ID }],
      references: ['REF1', 'CAP1'],
    },
    {
      type: 'PAYMENT.CAPTURE.REVERSED',
      now: { ...REFUND, status_details: { reason: 'REFUND' } },
      facts: [refunded],
      references: ['REF1', 'CAP1'],
    },
    { type: 'PAYMENT.CAPTURE.REVERSED', now: REFUND, facts: [reversed], references: ['REF1', 'CAP1'] },
    { type: 'CUSTOMER.DISPUTE.CREATED', now: DISPUTE, facts: [opened], references: ['CAP1'] },
    { type: 'CUSTOMER.DISPUTE.UPDATED', now: DISPUTE, facts: [updated], references: ['CAP1'] },
    { type: 'CUSTOMER.DISPUTE.RESOLVED', now: resolved, facts: [opened, closed], references: ['CAP1'] },
    { type: 'CHECKOUT.ORDER.COMPLETED', now: ordered, facts: [captured, fee], references: ['CAP1', 'ORD1'] },
  ])(
    '$type is believed once PayPal has shown the resource, and claims just that',
    async ({ type, now, facts, references }) => {
      knows(now);
      const raw = webhook(type, now);
      const lookup = await verify(raw);
      expect(lookup).toMatchObject({ found: true, facts, paymentId: PAYMENT_ID, references, remarks: [] });
      const place = PLACES[String(now['id'] ?? now['dispute_id'])]!;
      expect(paypal.asked()).toEqual([CERTIFICATE, TOKEN, `GET ${place}`]);
      // The claim is the same facts, so that a message that says nothing new is known before it is verified.
      const reading = readNotification(raw);
      expect(reading).toMatchObject({ ok: true, hint: { paymentId: PAYMENT_ID, references, identity: null } });
      expect(reading.ok && reading.hint.facts).toEqual(lookup.found === true && lookup.facts);
    },
  );

  const factsOf = async (type: string, now: Resource) => {
    knows(now);
    const lookup = await verify(webhook(type, now));
    if (lookup.found !== true) throw new Error(`not found: ${JSON.stringify(lookup)}`);
    return lookup;
  };

  it.each([
    { dispute_life_cycle_stage: 'INQUIRY', dispute_channel: 'INTERNAL', stage: 'inquiry' },
    { dispute_life_cycle_stage: 'CHARGEBACK', dispute_channel: 'INTERNAL', stage: 'claim' },
    { dispute_life_cycle_stage: 'CHARGEBACK', dispute_channel: 'EXTERNAL', stage: 'chargeback' },
    { dispute_life_cycle_stage: 'PRE_ARBITRATION', dispute_channel: 'EXTERNAL', stage: 'chargeback' },
    { dispute_life_cycle_stage: undefined, dispute_channel: 'INTERNAL', stage: null },
  ])('a case that is $dispute_life_cycle_stage $dispute_channel is in the stage $stage', async ({ stage, ...over }) => {
    const { facts } = await factsOf('CUSTOMER.DISPUTE.CREATED', { ...DISPUTE, ...over });
    expect(facts).toMatchObject([{ kind: 'dispute_opened', stage }]);
  });

  it.each([
    ['RESOLVED_BUYER_FAVOUR', true],
    ['ACCEPTED', true],
    ['RESOLVED_SELLER_FAVOUR', false],
    ['RESOLVED_WITH_PAYOUT', false],
    ['CANCELED_BY_BUYER', false],
    ['DENIED', false],
    [undefined, false],
  ])('a case whose outcome is %s is lost: %s', async (outcome_code, lost) => {
    const over = { ...DISPUTE, status: 'RESOLVED', dispute_outcome: { outcome_code } };
    const { facts } = await factsOf('CUSTOMER.DISPUTE.RESOLVED', over);
    expect(facts.at(-1)).toMatchObject({ kind: 'dispute_closed', lost, refunded: null });
  });

  it('an update that PayPal has resolved since opens and closes the case', async () => {
    const { facts } = await factsOf('CUSTOMER.DISPUTE.UPDATED', resolved);
    expect(facts).toMatchObject([opened, closed]);
  });

  it('a claim in another currency than the money’s is not counted, and a refunded sum that cannot be is shown', async () => {
    const dollars = { currency_code: 'USD', value: '20.00' };
    const { facts, remarks } = await factsOf('CUSTOMER.DISPUTE.RESOLVED', {
      ...resolved,
      dispute_amount: dollars,
      dispute_outcome: { outcome_code: 'ACCEPTED', amount_refunded: dollars },
    });
    expect(facts).toMatchObject([
      { kind: 'dispute_opened', claimed: null },
      { kind: 'dispute_closed', lost: true, refunded: null },
    ]);
    expect(remarks).toEqual([{ word: 'unreadable_amount', about: 'CAP1', wrote: '20.00 USD' }]);
  });

  it('each fee that PayPal charges the seller for the case is told once, whatever else it lists', async () => {
    const movement = (over: Resource): Resource => ({
      affected_party: 'SELLER',
      type: 'DEBIT',
      amount: eur('14.00'),
      ...over,
    });
    const { facts, remarks } = await factsOf('CUSTOMER.DISPUTE.UPDATED', {
      ...DISPUTE,
      money_movements: [
        movement({ reason: 'CHARGEBACK_FEE', amount: eur('16.00'), initiated_time: '2026-11-09T10:00:00Z' }),
        movement({ reason: 'DISPUTE_SETTLEMENT', amount: eur('20.00') }),
        movement({ reason: 'DISPUTE_FEE', initiated_time: '2026-11-07T10:00:00Z' }),
        movement({ type: 'DISPUTE_FEE', initiated_time: '2026-11-08T10:00:00Z' }),
        movement({ reason: 'DISPUTE_FEE', affected_party: 'BUYER' }),
        movement({ reason: 'DISPUTE_FEE', type: 'CREDIT', initiated_time: '2026-11-10T10:00:00Z' }),
        'garbage',
      ],
    });
    const fee = { kind: 'dispute_fee_charged', gatewayReference: 'CAP1', caseId: 'PP-R-1', currency: 'EUR' };
    expect(facts.slice(1)).toMatchObject([
      { ...fee, qualifier: 'PP-R-1 dispute_fee', amount: 1400, occurredAt: '2026-11-07T10:00:00.000Z' },
      { ...fee, qualifier: 'PP-R-1 dispute_fee 2', amount: 1400 },
      { ...fee, qualifier: 'PP-R-1 chargeback_fee', amount: 1600, reason: 'chargeback_fee' },
    ]);
    expect(remarks).toEqual([{ word: 'dispute_fee_returned', about: 'CAP1', wrote: 'CREDIT DISPUTE_FEE 14.00 EUR' }]);
  });

  it('tells what is true now, not what was true when it was sent', async () => {
    knows(CAPTURE);
    expect(await verify(webhook('PAYMENT.CAPTURE.PENDING', pending))).toMatchObject({ facts: [captured, fee] });
  });

  it('fetches certificate and token once for many', async () => {
    knows(CAPTURE);
    await verify(webhook('PAYMENT.CAPTURE.COMPLETED', CAPTURE));
    paypal.asked();
    await verify(webhook('PAYMENT.CAPTURE.COMPLETED', CAPTURE));
    expect(paypal.asked()).toEqual(['GET /v2/payments/captures/CAP1']);
  });

  it('about the approval of this payment’s order needs no question: taking the money tells', async () => {
    const approval = webhook('CHECKOUT.ORDER.APPROVED', ORDER);
    expect(await verify(approval, {}, checkout)).toEqual({
      found: 'approved',
      paymentId: PAYMENT_ID,
      reference: 'ORD1',
    });
    expect(paypal.asked()).toEqual([CERTIFICATE]);
    expect(readNotification(approval)).toMatchObject({
      hint: { facts: [], payer: { name: 'Jörg Payer', email: 'payer@example.org' } },
    });
    knows(ORDER);
    expect(await verify(approval)).toEqual({ found: 'approved', paymentId: PAYMENT_ID, reference: 'ORD1' });
    expect(paypal.asked()).toContain('GET /v2/checkout/orders/ORD1');
  });

  it.each([
    ['PAYMENT.CAPTURE.REFUNDED', { ...REFUND, status: 'TELEPORTED' }, 'unknown_status'],
    ['PAYMENT.CAPTURE.REVERSED', { ...REFUND, status: 'PENDING' }, 'unknown_status'],
    ['PAYMENT.CAPTURE.REFUNDED', { ...REFUND, links: [] }, 'no_parent_transaction'],
    ['PAYMENT.CAPTURE.COMPLETED', { ...CAPTURE, status: 'TELEPORTED' }, 'unknown_status'],
    ['PAYMENT.CAPTURE.COMPLETED', { ...CAPTURE, amount: eur('0.00') }, 'zero_amount'],
    ['CUSTOMER.DISPUTE.CREATED', { ...DISPUTE, disputed_transactions: [] }, 'no_transaction_id'],
  ])('%s of %j moves nothing and is shown to a person', async (type, now, remark) => {
    knows(now);
    expect(await verify(webhook(type, now))).toMatchObject({ found: true, facts: [], remarks: [{ word: remark }] });
    expect(readNotification(webhook(type, now))).toMatchObject({ hint: { facts: [] } });
  });

  it.each([
    ['VAULT.PAYMENT-TOKEN.CREATED', { id: 'I-1' }, 'unknown_type'],
    ['constructor', {}, 'unknown_type'],
    ['PAYMENT.CAPTURE.COMPLETED', { id: '../../v1/oauth2/token' }, 'no_resource_id'],
    ['CHECKOUT.ORDER.APPROVED', null, 'no_resource_id'],
  ])('%s about %j asks for nothing', async (type, resource, remark) => {
    expect(await verify(webhook(type, resource))).toMatchObject({
      found: true,
      facts: [],
      remarks: [{ word: remark }],
    });
    expect(paypal.asked()).toEqual([CERTIFICATE]);
  });

  it('that is no JSON is kept, and shown to a person', async () => {
    const raw = signBody(Buffer.from('Grüße', 'latin1'), { webhookId: 'WH-OURS', certificateUrl: certificateUrl() });
    expect(readNotification(raw)).toMatchObject({ ok: true, hint: { paymentId: null, references: [], facts: [] } });
    expect(await verify(raw)).toMatchObject({ found: true, facts: [], remarks: [{ word: 'unreadable_body' }] });
  });

  it.each([
    'PAYMENT.CAPTURE.COMPLETED',
    'CHECKOUT.ORDER.COMPLETED',
    'PAYMENT.CAPTURE.REFUNDED',
    'CUSTOMER.DISPUTE.CREATED',
  ])('%s about what PayPal does not know says nothing', async (type) => {
    const resource = type.includes('DISPUTE') ? DISPUTE : { id: 'GONE1' };
    expect(await verify(webhook(type, resource))).toEqual({ found: false, reason: 'resource_unknown' });
  });

  it('about money of another merchant of the same app changes nothing here', async () => {
    const theirs = { ...CAPTURE, payee: { merchant_id: 'MERCHANT9' } };
    knows(theirs);
    expect(await verify(webhook('PAYMENT.CAPTURE.COMPLETED', theirs))).toMatchObject({
      found: 'elsewhere',
      reason: 'receiver_mismatch',
    });
    const openedWith = { ...CREDENTIALS, merchantId: 'MERCHANT9' };
    expect(await verify(webhook('PAYMENT.CAPTURE.COMPLETED', theirs), { openedWith })).toMatchObject({ found: true });
  });

  it('about a consent that was withdrawn ends our right to act, of this merchant only', async () => {
    const revoked = (merchant_id: string) => verify(webhook('MERCHANT.PARTNER-CONSENT.REVOKED', { merchant_id }));
    expect(await revoked('MERCHANT1')).toEqual({ found: 'account_revoked', reason: 'consent_revoked' });
    expect(await revoked('MERCHANT9')).toMatchObject({ found: 'elsewhere' });
  });

  it.each([
    ['500', { status: 500 }, 'http_500'],
    ['page', { body: '<html>COMPLETED</html>' }, 'unreadable_answer'],
    ['empty answer', { body: '' }, 'unreadable_answer'],
    ['door-keeper', { status: 404, body: 'no' }, 'http_404'],
  ])('leaves its question open when a %s answers for PayPal', async (_what, odd, code) => {
    paypal.misbehave(/captures/, odd);
    expect(await failureOf(verify(webhook('PAYMENT.CAPTURE.COMPLETED', CAPTURE)))).toMatchObject({
      code,
      moved: 'no',
      retry: 'later',
    });
  });
});

describe('a webhook that is not PayPal’s', () => {
  const changed = (raw: RawNotification & { headers: Record<string, string> }, headers: Record<string, string>) => ({
    ...raw,
    headers: { ...raw.headers, ...headers },
  });
  const genuine = () => webhook('PAYMENT.CAPTURE.COMPLETED', CAPTURE);

  it.each([
    [
      'whose amount was changed',
      () => {
        const raw = genuine();
        return { ...raw, body: Buffer.from(Buffer.from(raw.body).toString().replace('50.00', '60.00')) };
      },
      'signature_mismatch',
    ],
    [
      'of which one byte is missing',
      () => {
        const raw = genuine();
        return { ...raw, body: raw.body.slice(0, -1) };
      },
      'signature_mismatch',
    ],
    [
      'with random letters as a signature',
      () => changed(genuine(), { 'PayPal-Transmission-Sig': 'bm8=' }),
      'signature_mismatch',
    ],
    ['that is no base64', () => changed(genuine(), { 'PayPal-Transmission-Sig': '%%%' }), 'signature_mismatch'],
    [
      'for the webhook of somebody else',
      () => webhook('PAYMENT.CAPTURE.COMPLETED', CAPTURE, { webhookId: 'WH-THEIRS' }),
      'signature_mismatch',
    ],
    [
      'of PayPal’s simulator',
      () => webhook('PAYMENT.CAPTURE.COMPLETED', CAPTURE, { webhookId: 'WEBHOOK_ID' }),
      'signature_mismatch',
    ],
    [
      'sent at another time',
      () => changed(genuine(), { 'PayPal-Transmission-Time': '2026-11-01T11:00:00Z' }),
      'signature_mismatch',
    ],
    [
      'signed with another key',
      () => webhook('PAYMENT.CAPTURE.COMPLETED', CAPTURE, { key: pem('stranger.key') }),
      'signature_mismatch',
    ],
    [
      'signed in the name of another',
      () => webhook('PAYMENT.CAPTURE.COMPLETED', CAPTURE, { certificateUrl: certificateUrl('other-name') }),
      'signature_certificate_name',
    ],
    [
      'signed with a certificate of long ago',
      () => webhook('PAYMENT.CAPTURE.COMPLETED', CAPTURE, { certificateUrl: certificateUrl('expired') }),
      'signature_certificate_expired',
    ],
  ])('%s is refused, and its resource is not asked for', async (_what, raw, reason) => {
    knows(CAPTURE);
    expect(await verify(raw())).toEqual({ found: false, reason });
    expect(paypal.asked()).toEqual([expect.stringContaining('/v1/notifications/certs/')]);
  });

  it('signed honestly with SHA-1 is refused without a question', async () => {
    expect(await verify(webhook('PAYMENT.CAPTURE.COMPLETED', CAPTURE, { algorithm: 'SHA1withRSA' }))).toEqual({
      found: false,
      reason: 'signature_algorithm',
    });
    expect(paypal.asked()).toEqual([]);
  });

  describe('with a certificate of an attacker', () => {
    let hits = 0;
    const evil = createServer((_request, response) => {
      hits += 1;
      response.end(pem('stranger'));
    });
    let url = '';
    beforeAll(async () => {
      await new Promise<void>((listening) => void evil.listen(0, '127.0.0.1', listening));
      url = `http://127.0.0.1:${(evil.address() as AddressInfo).port}/paypal/v1/notifications/certs/genuine`;
    });
    afterAll(async () => {
      evil.closeAllConnections();
      await new Promise((closed) => evil.close(closed));
    });

    it('is refused before their host is asked', async () => {
      const forged = webhook('PAYMENT.CAPTURE.COMPLETED', CAPTURE, { certificateUrl: url, key: pem('stranger.key') });
      expect(await verify(forged)).toEqual({ found: false, reason: 'signature_certificate_url' });
      expect(hits).toBe(0);
    });

    it('is not found through a redirect', async () => {
      paypal.misbehave(/certs/, { status: 302, headers: { location: url } });
      const redirected = webhook('PAYMENT.CAPTURE.COMPLETED', CAPTURE, { key: pem('stranger.key') });
      expect(await verify(redirected)).toEqual({ found: false, reason: 'signature_mismatch' });
      expect(hits).toBe(0);
    });
  });

  it.each([
    'PayPal-Auth-Algo',
    'PayPal-Cert-Url',
    'PayPal-Transmission-Id',
    'PayPal-Transmission-Time',
    'PayPal-Transmission-Sig',
  ])('without %s is refused at the door', async (name) => {
    const raw = changed(genuine(), { [name]: '' });
    expect(readNotification(raw)).toEqual({ ok: false, status: 401, reason: 'signature_missing' });
    expect(await verify(raw)).toEqual({ found: false, reason: 'signature_missing' });
    expect(paypal.asked()).toEqual([]);
  });

  it('that is empty is refused at the door', () => {
    expect(readNotification({ ...genuine(), body: Buffer.from(' \n') })).toEqual({
      ok: false,
      status: 400,
      reason: 'empty_body',
    });
  });

  it('cannot be told from a genuine one while no webhook of ours is known', async () => {
    const { webhookId: _unknown, ...credentials } = CREDENTIALS;
    expect(await verify(genuine(), { credentials })).toEqual({ found: 'unknown', reason: 'webhook_id_unknown' });
    expect(paypal.asked()).toEqual([]);
    expect(await verify(genuine(), { credentials, openedWith: CREDENTIALS })).toEqual({
      found: false,
      reason: 'resource_unknown',
    });
  });
});

describe('where a browser may be sent', () => {
  const place = (environment: Environment) => ({ environment, simulatorUrl: 'http://simulator.local:8090/base/' });
  it.each<[Environment, string, boolean]>([
    ['live', 'https://www.paypal.com/checkoutnow?token=5O190127TN364715T', true],
    ['live', 'https://www.paypal.com/bizsignup/partner/entry?referralToken=YWJj==', true],
    ['live', 'https://paypal.com/x', true],
    ['sandbox', 'https://www.sandbox.paypal.com/checkoutnow?token=1', true],
    ['live', 'https://www.sandbox.paypal.com/checkoutnow?token=1', false],
    ['sandbox', 'https://www.paypal.com/checkoutnow?token=1', false],
    ['live', 'http://www.paypal.com/checkoutnow?token=1', false],
    ['live', 'https://paypal.com@evil.example/', false],
    ['live', 'https://www.paypal.com:pass@evil.example/', false],
    ['live', 'https://user@www.paypal.com/', false],
    ['live', 'https://@www.paypal.com/', false],
    ['live', 'https://www.paypal.com:8443/', false],
    ['live', 'https://www.paypal.com:443/', false],
    ['live', 'https://www.paypal.com.evil.example/', false],
    ['live', 'https://evilpaypal.com/', false],
    ['live', 'https://evil-paypal.com/', false],
    ['live', 'https://paypal.com.', false],
    ['live', 'https://www.paypal.com./', false],
    ['live', 'https://www.paypal.com\\@evil.example/', false],
    ['live', 'https://www.paypal.com/\\evil.example', false],
    ['live', 'https:\\\\www.paypal.com/', false],
    ['live', 'https:www.paypal.com/', false],
    ['live', '//www.paypal.com/', false],
    ['live', ' https://www.paypal.com/', false],
    ['live', 'https://www.paypal.com/\nx', false],
    ['live', 'https://www.pay\tpal.com/', false],
    ['live', 'https://WWW.paypal.com/', false],
    ['live', 'https://www．paypal．com/', false],
    ['live', 'https://www.paypal.com%2eevil.example/', false],
    ['live', 'https://xn--pypal-4ve.com/', false],
    ['live', 'javascript:alert(1)', false],
    ['live', 'data:text/html,x', false],
    ['live', 'https://evil.example/?https://www.paypal.com/', false],
    ['live', 'https://evil.example/#.paypal.com', false],
    ['live', 'nonsense', false],
    ['live', '', false],
    ['simulator', 'http://localhost:3400/paypal/checkoutnow?token=1', true],
    ['simulator', 'https://simulator.example/paypal/checkoutnow?token=1', true],
    ['simulator', 'https://paypal.com@evil.example/', false],
    ['simulator', 'javascript:alert(1)', false],
    ['sandbox', 'http://localhost:3400/paypal/checkoutnow?token=1', false],
  ])('%s: %s: %s', (environment, url, allowed) => {
    expect(isBrowserUrl(place(environment), url)).toBe(allowed);
  });
});

describe('where certificates come from', () => {
  const place = (environment: Environment) => ({ environment, simulatorUrl: 'http://simulator.local:8090/base/' });
  it.each<[Environment, string, boolean]>([
    ['live', 'https://api.paypal.com/v1/notifications/certs/CERT-360caa42-fca2a594-df8cd2d5', true],
    ['live', 'https://api-m.paypal.com/v1/notifications/certs/CERT-1', true],
    ['live', 'https://api.sandbox.paypal.com/v1/notifications/certs/CERT-1', false],
    ['sandbox', 'https://api.sandbox.paypal.com/v1/notifications/certs/CERT-1', true],
    ['sandbox', 'https://api-m.sandbox.paypal.com/v1/notifications/certs/CERT-1', true],
    ['sandbox', 'https://api.paypal.com/v1/notifications/certs/CERT-1', false],
    ['live', 'http://api.paypal.com/v1/notifications/certs/CERT-1', false],
    ['live', 'https://api.paypal.com.evil.tld/v1/notifications/certs/CERT-1', false],
    ['live', 'https://api.paypal.com@evil.tld/v1/notifications/certs/CERT-1', false],
    ['live', 'https://user:pass@api.paypal.com/v1/notifications/certs/CERT-1', false],
    ['live', 'https://api.paypal.com:8443/v1/notifications/certs/CERT-1', false],
    ['live', 'https://api.paypal.com:443/v1/notifications/certs/CERT-1', false],
    ['live', 'https://api.paypal.com\\@evil.tld/v1/notifications/certs/CERT-1', false],
    ['live', 'https://API.paypal.com/v1/notifications/certs/CERT-1', false],
    ['live', 'https://api.paypal.com/v1/notifications/certs/../../oauth2/token', false],
    ['live', 'https://api.paypal.com/v1/notifications/certs/%2e%2e/x', false],
    ['live', 'https://api.paypal.com/v1/notifications/certs/', false],
    ['live', 'https://api.paypal.com/v1/notifications/certs/CERT-1?to=evil', false],
    ['live', 'https://api.paypal.com/v1/notifications/certs/CERT-1#x', false],
    ['live', 'https://api.paypal.com/elsewhere/CERT-1', false],
    ['live', 'http://simulator.local:8090/base/paypal/v1/notifications/certs/CERT-1', false],
    ['simulator', 'http://simulator.local:8090/base/paypal/v1/notifications/certs/CERT-1', true],
    ['simulator', 'http://simulator.local:8090/paypal/v1/notifications/certs/CERT-1', false],
    ['simulator', 'http://simulator.local:8091/base/paypal/v1/notifications/certs/CERT-1', false],
    ['simulator', 'https://api.paypal.com/v1/notifications/certs/CERT-1', false],
    ['live', 'file:///etc/passwd', false],
    ['live', 'nonsense', false],
  ])('%s: %s: %s', (environment, url, allowed) => {
    expect(isCertificateUrl(place(environment), url)).toBe(allowed);
  });

  const NOW = Date.parse('2026-11-01T00:00:00Z');
  const ours = { roots: [pem('root')] };
  it.each([
    { what: 'a chain to a root that is believed', name: 'genuine', trust: ours, verdict: 'good' },
    { what: 'a chain to its own root', name: 'genuine', trust: 'own_roots' as const, verdict: 'good' },
    { what: 'a chain to a root that nobody else believes', name: 'genuine', trust: PUBLIC_TRUST, verdict: 'unknown' },
    { what: 'a chain to another root of the same name', name: 'stranger', trust: ours, verdict: 'unknown' },
    { what: 'a root that did not sign it', name: 'broken-chain', trust: 'own_roots' as const, verdict: 'unknown' },
    { what: 'a certificate of another name', name: 'other-name', trust: ours, verdict: 'bad' },
    { what: 'a certificate that has ended', name: 'expired', trust: ours, verdict: 'bad' },
  ])('$what is $verdict', ({ name, trust, verdict }) => {
    expect(judgeCertificate(pem(name), NOW, trust).verdict).toBe(verdict);
  });

  it('a certificate is good in its time only', () => {
    expect(judgeCertificate(pem('genuine'), Date.parse('2019-12-31T00:00:00Z'), ours)).toMatchObject({
      verdict: 'bad',
    });
    expect(judgeCertificate(pem('expired'), Date.parse('2020-06-01T00:00:00Z'), ours)).toMatchObject({
      verdict: 'good',
    });
  });

  it.each(['', 'no PEM', '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----'])(
    '%j is no certificate',
    (text) => {
      expect(judgeCertificate(text, NOW, ours)).toEqual({ verdict: 'unknown' });
    },
  );

  it('the authorities that Node.js believes are believed', () => {
    expect(PUBLIC_TRUST !== 'own_roots' && PUBLIC_TRUST.roots.length).toBeGreaterThan(50);
  });
});

describe('asking PayPal whether a message is its own', () => {
  const says = (verification_status: string) => {
    paypal.misbehave(/verify-webhook-signature/, { body: JSON.stringify({ verification_status }) });
  };
  const unhad = [
    ['is not there', { status: 404 }],
    ['cannot be served', { status: 503 }],
    ['is a page', { body: '<html>' }],
    ['breaks off', 'drop' as const],
    ['is endless', { body: Buffer.alloc(100_000, 'x') }],
  ] as const;

  it.each(unhad)('is the way when the certificate %s', async (_how, odd) => {
    paypal.misbehave(/certs/, odd);
    knows(CAPTURE);
    says('SUCCESS');
    const raw = webhook('PAYMENT.CAPTURE.COMPLETED', CAPTURE);
    expect(await verify(raw)).toMatchObject({ found: true, paymentId: PAYMENT_ID });
    const { body } = paypal.calls.find(({ what }) => what.includes('verify-webhook-signature'))!;
    // The event's own bytes, and our own webhook.
    expect(body.includes(Buffer.from(raw.body))).toBe(true);
    expect(JSON.parse(body.toString())).toMatchObject({
      auth_algo: 'SHA256withRSA',
      cert_url: certificateUrl(),
      transmission_id: raw.headers['PayPal-Transmission-Id'],
      transmission_time: raw.headers['PayPal-Transmission-Time'],
      transmission_sig: raw.headers['PayPal-Transmission-Sig'],
      webhook_id: 'WH-OURS',
    });
  });

  it('FAILURE ends it, and the resource is not asked for', async () => {
    paypal.misbehave(/certs/, { status: 500 });
    knows(CAPTURE);
    says('FAILURE');
    expect(await verify(webhook('PAYMENT.CAPTURE.COMPLETED', CAPTURE))).toEqual({
      found: false,
      reason: 'signature_mismatch',
    });
    expect(paypal.asked().filter((what) => what.includes('captures'))).toEqual([]);
  });

  it.each([
    ['a 500', { status: 500 }, 'http_500'],
    ['another word', { body: '{"verification_status":"MAYBE"}' }, 'unreadable_answer'],
    ['a page', { body: '<html>SUCCESS</html>' }, 'unreadable_answer'],
    ['a refusal', { status: 400, body: '{"name":"VALIDATION_ERROR"}' }, 'http_400'],
  ])('%s is neither yes nor no', async (_what, odd, code) => {
    paypal.misbehave(/certs/, { status: 500 });
    paypal.misbehave(/verify/, odd);
    expect(await failureOf(verify(webhook('PAYMENT.CAPTURE.COMPLETED', CAPTURE)))).toMatchObject({
      code,
      moved: 'no',
      retry: 'later',
    });
  });

  it('a body cannot answer the question that it is spliced into', async () => {
    paypal.misbehave(/certs/, { status: 500 });
    says('SUCCESS');
    const raw = signBody(Buffer.from('{},"webhook_id":"WH-THEIRS"'), {
      webhookId: 'WH-THEIRS',
      certificateUrl: certificateUrl(),
    });
    expect(await verify(raw)).toEqual({ found: false, reason: 'signature_of_no_json' });
    expect(paypal.asked().filter((what) => what.includes('verify'))).toEqual([]);
  });
});

describe('what an unverified message claims', () => {
  it.each(['token=9AB00000000000001&PayerID=X', 'PayerID=X&token=9ab00000000000001'])(
    'a return with %j names its order',
    (query) => {
      const token = new URLSearchParams(query).get('token');
      const reading = readNotification({ channel: 'poll', headers: {}, body: Buffer.from(query) });
      expect(reading).toEqual({
        ok: true,
        hint: { identity: token, paymentId: null, references: [token], facts: [], payer: null },
      });
    },
  );

  it.each(['', 'PayerID=X', 'token=', 'token=short', 'token=..%2F..%2Fadmin00', `token=${'A'.repeat(33)}`])(
    'a return with %j names none',
    (query) => {
      expect(readNotification({ channel: 'poll', headers: {}, body: Buffer.from(query) })).toMatchObject({
        ok: false,
        status: 400,
      });
    },
  );

  it('a captured sum without its fee claims nothing, because PayPal might tell the fee', () => {
    const { seller_receivable_breakdown: _fee, ...bare } = CAPTURE;
    expect(readNotification(webhook('PAYMENT.CAPTURE.COMPLETED', bare))).toMatchObject({
      hint: { paymentId: PAYMENT_ID, facts: [] },
    });
  });

  it('an id that is none of ours is no payment id', () => {
    const foreign = { ...CAPTURE, custom_id: 'order 7', invoice_id: 'pay_short' };
    expect(readNotification(webhook('PAYMENT.CAPTURE.COMPLETED', foreign))).toMatchObject({
      hint: { paymentId: null },
    });
    expect(
      readNotification(webhook('PAYMENT.CAPTURE.COMPLETED', { ...foreign, invoice_id: PAYMENT_ID })),
    ).toMatchObject({
      hint: { paymentId: PAYMENT_ID },
    });
  });

  it.each(['ipn', 'pdt'] as const)('%s is no channel of PayPal Checkout', (channel) => {
    expect(readNotification({ channel, headers: {}, body: Buffer.from('x') })).toMatchObject({
      ok: false,
      status: 400,
    });
  });
});
