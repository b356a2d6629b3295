import { readNotification } from '../../activities/gateways/paypal-standard/notification';
import type { RawNotification } from '../../activities/gateways/port';
import { completed, encode, moneyBack, PAYMENT_ID } from './paypal-messages';

const FORM = { 'content-type': 'application/x-www-form-urlencoded' };
const ipn = (body: Uint8Array | string, headers: Record<string, string> = FORM): RawNotification => ({
  channel: 'ipn',
  headers,
  body: Buffer.from(body),
});
const pdt = (query: string): RawNotification => ({ channel: 'pdt', headers: {}, body: Buffer.from(query) });

describe('IPN messages at the door', () => {
  it('a message says where to look, what it claims and who is said to have paid', () => {
    expect(readNotification(ipn(encode(completed())))).toEqual({
      ok: true,
      hint: {
        identity: null,
        paymentId: PAYMENT_ID,
        references: ['61E67681CH3238416'],
        facts: [
          {
            kind: 'payment_captured',
            gatewayReference: '61E67681CH3238416',
            qualifier: '',
            occurredAt: '2026-03-10T13:22:41.000Z',
            amount: 5000,
            currency: 'EUR',
          },
          {
            kind: 'fee_charged',
            gatewayReference: '61E67681CH3238416',
            qualifier: '',
            occurredAt: '2026-03-10T13:22:41.000Z',
            amount: 195,
            currency: 'EUR',
          },
        ],
        payer: { name: 'Anne Martin', email: 'anne.martin@example.org' },
      },
    });
  });

  it('a refund also points at its parent', () => {
    expect(readNotification(ipn(encode(moneyBack('Refunded'))))).toMatchObject({
      ok: true,
      hint: { references: ['9XJ01234AB567890C', '61E67681CH3238416'] },
    });
  });

  it('a resent message claims the same facts as the first', () => {
    const facts = (body: Uint8Array) => {
      const reading = readNotification(ipn(body));
      return reading.ok && reading.hint.facts;
    };
    expect(facts(encode(completed({ resend: 'true' })))).toEqual(facts(encode(completed())));
  });

  it('money that names no payment of ours is taken in, to be matched by a person', () => {
    const reading = readNotification(
      ipn(encode(completed({ txn_type: 'send_money', custom: '', invoice: undefined }))),
    );
    expect(reading).toMatchObject({ ok: true, hint: { paymentId: null, references: ['61E67681CH3238416'] } });
  });

  it('a message that a person should see claims no facts, so that it never passes for a repetition', () => {
    expect(readNotification(ipn(encode(completed({ mc_fee: 'n/a' }))))).toMatchObject({
      ok: true,
      hint: { facts: [] },
    });
  });

  it.each([
    { what: 'an unknown status', body: encode(completed({ payment_status: 'Surprising' })) },
    { what: 'an unknown status', body: encode(completed({ payment_status: 'Surprising' })) },
    { what: 'a type that tells of no money', body: encode(completed({ txn_type: 'subscr_signup' })) },
    { what: 'no field that we know', body: 'hello=world' },
    { what: 'bytes that are no form', body: Uint8Array.from([0xff, 0x00, 0x25, 0x25]) },
    { what: 'a reference too odd to be one', body: encode(completed({ txn_id: "'; drop table" })) },
  ])('a message with $what is kept, not refused', ({ body }) => {
    expect(readNotification(ipn(body))).toMatchObject({ ok: true, hint: { facts: [] } });
  });

  it.each(['application/x-www-form-urlencoded; charset=windows-1252', 'APPLICATION/X-WWW-FORM-URLENCODED', ''])(
    'content type "%s" is taken',
    (type) => {
      expect(readNotification(ipn(encode(completed()), { 'Content-Type': type }))).toMatchObject({
        ok: true,
        hint: { paymentId: PAYMENT_ID },
      });
    },
  );

  it.each(['application/json', 'text/plain', 'multipart/form-data; boundary=x', 'application/x-www-form-urlencodedx'])(
    'content type "%s" is no IPN',
    (type) => {
      expect(readNotification(ipn(encode(completed()), { 'content-type': type }))).toEqual({
        ok: false,
        status: 400,
        reason: 'content_type_not_supported',
      });
    },
  );

  it('a header is found however it is spelt', () => {
    expect(readNotification(ipn(encode(completed()), { 'Content-Type': 'application/json' }))).toMatchObject({
      ok: false,
    });
  });

  it('a reference that cannot be one of PayPal is looked up nowhere', () => {
    expect(
      readNotification(ipn(encode(completed({ txn_id: "'; drop table", parent_txn_id: 'A'.repeat(65) })))),
    ).toMatchObject({
      hint: { references: [] },
    });
  });

  it.each(['', ' ', '\r\n\t'])('an empty body %j is no IPN', (body) => {
    expect(readNotification(ipn(body))).toEqual({ ok: false, status: 400, reason: 'empty_body' });
  });

  it.each(['webhook', 'poll'] as const)('PayPal Standard has no %s', (channel) => {
    expect(readNotification({ channel, headers: FORM, body: encode(completed()) })).toEqual({
      ok: false,
      status: 400,
      reason: 'channel_not_supported',
    });
  });

  it('spoofed source headers change nothing', () => {
    const spoofed = { ...FORM, 'x-real-ip': '173.0.81.1', 'x-forwarded-for': '173.0.81.1' };
    expect(readNotification(ipn(encode(completed()), spoofed))).toEqual(readNotification(ipn(encode(completed()))));
  });
});

describe('PDT returns at the door', () => {
  it('only tx of a return is read: its amount, status and custom are whatever the payer typed', () => {
    expect(
      readNotification(
        pdt(`tx=61E67681CH3238416&st=Completed&amt=50.00&cc=EUR&cm=${PAYMENT_ID}&payer_email=x%40y.example`),
      ),
    ).toEqual({
      ok: true,
      hint: {
        identity: '61E67681CH3238416',
        paymentId: null,
        references: ['61E67681CH3238416'],
        facts: [],
        payer: null,
      },
    });
  });

  it('the same tx is the same message, however often the page is refreshed and whatever else the query says', () => {
    const identity = (query: string) => {
      const reading = readNotification(pdt(query));
      return reading.ok && reading.hint.identity;
    };
    expect(identity('utm=1&tx=61E67681CH3238416&st=Pending')).toBe(identity('tx=61E67681CH3238416'));
  });

  it.each([
    '',
    'st=Completed&amt=50.00',
    'tx=',
    'tx=%20',
    'tx=a%20b',
    'tx=%00',
    `tx=${'A'.repeat(65)}`,
    'tx=<script>',
    'TX=61E67681CH3238416',
  ])('a return with "%s" holds no token and is not taken in', (query) => {
    expect(readNotification(pdt(query))).toEqual({ ok: false, status: 400, reason: 'no_transaction_token' });
  });

  it('a return by POST with all the variables of a payment claims nothing', () => {
    expect(readNotification({ channel: 'pdt', headers: FORM, body: encode(completed()) })).toMatchObject({ ok: false });
  });
});
