import fc from 'fast-check';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { paypalStandard } from '../../activities/gateways/paypal-standard';
import type { PaypalStandardCredentials } from '../../activities/gateways/paypal-standard/credentials';
import { parseForm } from '../../activities/gateways/paypal-standard/form';
import { readNotification } from '../../activities/gateways/paypal-standard/notification';
import { readTold } from '../../activities/gateways/paypal-standard/subscription-codec';
import { agreements } from '../../activities/gateways/paypal-standard/subscriptions';
import { GATEWAYS } from '../../activities/gateways/registry';
import { GatewayFailure } from '../../activities/gateways/port';
import type {
  AgreementCommand,
  AgreementOrder,
  GatewayContext,
  OpenedAgreement,
  OpenedCheckout,
  RefundOrder,
} from '../../activities/gateways/port';
import { evolveAgreement, summarizeAgreement, type GatewayAgreementFact } from '../../workflows/domain/agreement';
import { makeId } from '../../workflows/domain/ids';
import { gatewayContext } from './gateway-context';
import { completed, encode, moneyBack, PAYMENT_ID, SELLER, type MessageFields } from './paypal-messages';
import {
  details,
  detailsOfRefund,
  failure,
  NVP,
  REFUND,
  startNvpServer,
  TXN,
  type NvpServer,
} from './paypal-nvp-server';

const idOf = (seed: number) =>
  makeId(
    'agr',
    0,
    Uint8Array.from({ length: 26 }, (_, i) => i * 5 + seed),
  );
const AGREEMENT_ID = idOf(0);
const OTHER_AGREEMENT_ID = idOf(1);
const PROFILE = 'I-DHSN440FBJ0P';
const RECEIVED_AT = '2026-03-10T13:30:00.000Z';

let paypal: NvpServer;
beforeAll(async () => {
  paypal = await startNvpServer();
});
afterAll(() => paypal.close());
beforeEach(() => {
  paypal.reset();
});

const WITH_API: PaypalStandardCredentials = { ...SELLER, nvp: NVP };
const context = (
  over: Partial<GatewayContext<PaypalStandardCredentials>> = {},
): GatewayContext<PaypalStandardCredentials> =>
  gatewayContext<PaypalStandardCredentials>({ credentials: WITH_API, simulatorUrl: paypal.url }, over);
const withoutApi = () => context({ credentials: SELLER });

const order = (over: Partial<AgreementOrder> = {}): AgreementOrder => ({
  agreementId: AGREEMENT_ID,
  money: { amount: 1250, currency: 'EUR' },
  interval: 'month',
  every: 1,
  instalments: null,
  startsOn: null,
  label: 'Cotisation',
  description: 'Club alpin',
  payer: { name: 'Anne Martin', email: null },
  plan: null,
  returnUrl: `https://pay.example/return/${AGREEMENT_ID}`,
  cancelUrl: `https://pay.example/cancel/${AGREEMENT_ID}`,
  notificationUrl: 'https://pay.example/hooks/paypal-standard/token/ipn',
  ...over,
});
const NOW = () => Date.parse('2026-03-10T15:00:00Z');
const open = (over: Partial<AgreementOrder> = {}, world: Partial<GatewayContext<PaypalStandardCredentials>> = {}) =>
  agreements.open(order(over), context({ environment: 'live', now: NOW, ...world }));
const fieldsOf = async (over: Partial<AgreementOrder> = {}) => {
  const opened = await open(over);
  return opened.opened && opened.nextAction.kind === 'form' ? opened.nextAction.fields : {};
};

describe('the form of a subscription', () => {
  it('asks for the amount each month until somebody ends it, and names the agreement twice', async () => {
    expect(await open()).toEqual({
      opened: true,
      reference: null,
      nextAction: {
        kind: 'form',
        method: 'POST',
        action: 'https://www.paypal.com/cgi-bin/webscr',
        fields: {
          cmd: '_xclick-subscriptions',
          business: 'SELLER0000001',
          item_name: 'Cotisation',
          invoice: AGREEMENT_ID,
          custom: AGREEMENT_ID,
          currency_code: 'EUR',
          a3: '12.50',
          p3: '1',
          t3: 'M',
          src: '1',
          sra: '1',
          notify_url: 'https://pay.example/hooks/paypal-standard/token/ipn',
          return: `https://pay.example/return/${AGREEMENT_ID}`,
          cancel_return: `https://pay.example/cancel/${AGREEMENT_ID}`,
          charset: 'utf-8',
          no_shipping: '1',
          no_note: '1',
          rm: '1',
        },
      },
    });
    expect(paypal.calls).toEqual([]);
  });

  it.each([
    { interval: 'week', every: 2, t3: 'W', p3: '2' },
    { interval: 'month', every: 12, t3: 'M', p3: '12' },
    { interval: 'year', every: 5, t3: 'Y', p3: '5' },
  ] as const)('a rhythm of $every $interval is p3=$p3 and t3=$t3', async ({ interval, every, t3, p3 }) => {
    expect(await fieldsOf({ interval, every })).toMatchObject({ t3, p3 });
  });

  it('a number of instalments is written, except one: that does not recur', async () => {
    expect(await fieldsOf({ instalments: 2 })).toMatchObject({ src: '1', srt: '2' });
    expect(await fieldsOf({ instalments: 52 })).toMatchObject({ src: '1', srt: '52' });
    const single = await fieldsOf({ instalments: 1 });
    expect(single).toMatchObject({ src: '0' });
    expect(single).not.toHaveProperty('srt');
  });

  it.each([
    { startsOn: null, trial: {} },
    { startsOn: '2026-03-01', trial: {} },
    { startsOn: '2026-03-10', trial: {} },
    { startsOn: '2026-03-11', trial: { a1: '0', p1: '1', t1: 'D' } },
    { startsOn: '2026-06-08', trial: { a1: '0', p1: '90', t1: 'D' } },
    { startsOn: '2026-06-09', trial: { a1: '0', p1: '13', t1: 'W' } },
    { startsOn: '2026-06-10', trial: { a1: '0', p1: '13', t1: 'W', a2: '0', p2: '1', t2: 'D' } },
    { startsOn: '2027-03-15', trial: { a1: '0', p1: '52', t1: 'W', a2: '0', p2: '6', t2: 'D' } },
    { startsOn: '2027-03-23', trial: { a1: '0', p1: '12', t1: 'M', a2: '0', p2: '13', t2: 'D' } },
    { startsOn: '2028-03-10', trial: { a1: '0', p1: '24', t1: 'M' } },
    { startsOn: '2028-06-08', trial: { a1: '0', p1: '24', t1: 'M', a2: '0', p2: '90', t2: 'D' } },
  ])('the first instalment on $startsOn waits $trial', async ({ startsOn, trial }) => {
    const fields = await fieldsOf({ startsOn });
    expect(Object.fromEntries(Object.entries(fields).filter(([name]) => /^[apt][12]$/.test(name)))).toEqual(trial);
  });

  it('a first instalment beyond PayPal’s trials is refused', async () => {
    expect(await open({ startsOn: '2028-06-09' })).toMatchObject({ opened: false, reason: 'starts_too_late' });
  });

  it('at the simulator it goes where a browser finds it', async () => {
    const place = { simulatorUrl: 'http://api:3400', simulatorPublicUrl: 'http://localhost:3400/' };
    expect(await open({}, { environment: 'simulator', ...place })).toMatchObject({
      nextAction: { action: 'http://localhost:3400/paypal/cgi-bin/webscr' },
    });
  });
});

describe('terms that PayPal cannot write', () => {
  it.each([
    { over: { interval: 'year', every: 6 }, reason: 'amount_not_supported', says: 'once in 5 years' },
    { over: { instalments: 53 }, reason: 'amount_not_supported', says: '52 instalments' },
    { over: { money: { amount: 1050, currency: 'HUF' } }, reason: 'amount_not_supported', says: 'HUF' },
    { over: { money: { amount: 0, currency: 'EUR' } }, reason: 'amount_not_supported', says: 'EUR' },
    { over: { money: { amount: 500, currency: 'XOF' } }, reason: 'currency_not_supported', says: 'XOF' },
  ] as const)('$over is refused as $reason', async ({ over, reason, says }) => {
    expect(agreements.refuse(order(over))).toEqual({ reason, detail: expect.stringContaining(says) as string });
    expect(await open(over)).toMatchObject({ opened: false, reason });
  });

  it.each([
    { interval: 'week', every: 12 },
    { interval: 'month', every: 12 },
    { interval: 'year', every: 5 },
  ] as const)('once in $every $interval is written', ({ interval, every }) => {
    expect(agreements.refuse(order({ interval, every, instalments: 1 }))).toBeNull();
  });

  it('agreements are told as something that the gateway can do', () => {
    expect(GATEWAYS['paypal-standard'].gateway.capabilities.recurring).toBe(true);
    expect(GATEWAYS['paypal-standard'].gateway.agreements?.refuse(order())).toBeNull();
  });
});

/** News of a classic subscription: no transaction, no merchant id. */
const subscr = (txn_type: string, over: MessageFields = {}): MessageFields => ({
  txn_type,
  subscr_id: PROFILE,
  last_name: 'Martin',
  first_name: 'Anne',
  residence_country: 'FR',
  item_name: 'Cotisation',
  mc_currency: 'EUR',
  business: 'tresorier@club.example',
  payer_status: 'verified',
  payer_email: 'anne.martin@example.org',
  receiver_email: 'tresorier@club.example',
  payer_id: 'J62KGRNQYR3VU',
  custom: AGREEMENT_ID,
  invoice: AGREEMENT_ID,
  charset: 'windows-1252',
  notify_version: '3.9',
  test_ipn: '1',
  ipn_track_id: 'f22c69faecbe5',
  ...over,
});
const terms = { amount3: '', mc_amount3: '12.50', period3: '1 M', recurring: '1', reattempt: '1' };

/** News of recurring payments: the invoice number has another name, and `time_created` is when they began. */
const recurring = (txn_type: string, over: MessageFields = {}): MessageFields => ({
  payment_cycle: 'Monthly',
  txn_type,
  last_name: 'Martin',
  first_name: 'Anne',
  next_payment_date: '03:00:00 Mar 15, 2026 PDT',
  residence_country: 'FR',
  initial_payment_amount: '0.00',
  rp_invoice_id: AGREEMENT_ID,
  currency_code: 'EUR',
  time_created: '05:22:41 Mar 10, 2026 PST',
  period_type: ' Regular',
  payer_status: 'verified',
  payer_email: 'anne.martin@example.org',
  receiver_email: 'tresorier@club.example',
  payer_id: 'J62KGRNQYR3VU',
  product_type: '1',
  amount_per_cycle: '12.50',
  profile_status: 'Active',
  charset: 'UTF-8',
  notify_version: '3.9',
  amount: '12.50',
  outstanding_balance: '0.00',
  recurring_payment_id: PROFILE,
  product_name: 'Cotisation',
  test_ipn: '1',
  ipn_track_id: 'a097b45150e33',
  ...over,
});
/** Money of an instalment. */
const instalment = (over: MessageFields = {}): MessageFields =>
  completed({
    txn_type: 'subscr_payment',
    subscr_id: PROFILE,
    custom: AGREEMENT_ID,
    invoice: AGREEMENT_ID,
    ...over,
  });

const read = (fields: MessageFields, receivedAt: string | null = RECEIVED_AT) =>
  readTold(parseForm(encode(fields)), receivedAt);
const newsOf = (fields: MessageFields) => read(fields).agreement?.facts;
const NAME = { agreementId: AGREEMENT_ID, reference: PROFILE };
const AT = '2026-03-10T13:22:41.000Z';

describe('money of an instalment', () => {
  const captured = { kind: 'payment_captured', gatewayReference: TXN, qualifier: '', occurredAt: AT };

  it('is booked like any payment, and names the agreement', () => {
    expect(read(instalment())).toEqual({
      paymentId: null,
      references: [TXN, PROFILE],
      payer: { name: 'Anne Martin', email: 'anne.martin@example.org' },
      facts: [
        { ...captured, amount: 5000, currency: 'EUR' },
        { ...captured, kind: 'fee_charged', amount: 195, currency: 'EUR' },
      ],
      remarks: [],
      agreement: { ...NAME, facts: [] },
    });
  });

  it.each([
    { payment_status: 'Completed', kinds: ['payment_captured', 'fee_charged'] },
    { payment_status: 'Pending', kinds: ['payment_pending'] },
    { payment_status: 'Failed', kinds: ['payment_failed'] },
    { payment_status: 'Denied', kinds: ['payment_failed'] },
  ])('that is $payment_status says what a payment for one thing says', ({ payment_status, kinds }) => {
    const over = { payment_status, pending_reason: payment_status === 'Pending' ? 'echeck' : undefined };
    for (const txn_type of ['subscr_payment', 'recurring_payment', 'recurring_payment_outstanding_payment']) {
      const told = read(instalment({ txn_type, ...over }));
      expect(told.facts).toEqual(read(completed({ ...over, custom: '', invoice: '' })).facts);
      expect(told.facts.map(({ kind }) => kind)).toEqual(kinds);
      expect(told.agreement).toEqual({ ...NAME, facts: [] });
    }
  });

  it('of recurring payments names the agreement by the invoice number of the profile', () => {
    const money = recurring('recurring_payment', { ...moneyFields(), profile_status: undefined });
    expect(read(money)).toMatchObject({
      references: [TXN, PROFILE],
      facts: [{ kind: 'payment_captured' }, { kind: 'fee_charged' }],
      agreement: { ...NAME, facts: [] },
    });
  });

  it('of a profile that is active says that what was suspended goes on', () => {
    expect(newsOf(recurring('recurring_payment_outstanding_payment', moneyFields()))).toEqual([
      {
        kind: 'standing_told',
        gatewayReference: PROFILE,
        qualifier: `active ${AT}`,
        occurredAt: AT,
        standing: 'active',
        reason: null,
      },
    ]);
    expect(newsOf(recurring('recurring_payment', { ...moneyFields(), profile_status: 'Suspended' }))).toEqual([]);
  });

  it('of an agreement that is nobody’s of ours stays money with its reference and payer', () => {
    expect(read(instalment({ custom: 'members-2019', invoice: undefined }))).toMatchObject({
      paymentId: null,
      references: [TXN, PROFILE],
      payer: { name: 'Anne Martin' },
      facts: [{ kind: 'payment_captured', amount: 5000 }, { kind: 'fee_charged' }],
      remarks: [],
      agreement: { agreementId: null, reference: PROFILE, facts: [] },
    });
    expect(read(completed({ txn_type: 'subscr_payment', custom: '', invoice: '' })).agreement).toBeNull();
  });

  it('that names a payment of ours pays that payment', () => {
    expect(read(completed({ txn_type: 'subscr_payment', subscr_id: PROFILE }))).toMatchObject({
      paymentId: PAYMENT_ID,
      agreement: null,
    });
  });

  it('whose custom and invoice name two agreements belongs to that in custom', () => {
    expect(read(instalment({ invoice: OTHER_AGREEMENT_ID })).agreement).toMatchObject(NAME);
    expect(read(instalment({ invoice: PAYMENT_ID }))).toMatchObject({ paymentId: null, agreement: NAME });
  });

  it.each(['Refunded', 'Reversed'])('that is %s is found by its parent, and is no instalment', (status) => {
    const over = { custom: AGREEMENT_ID, invoice: AGREEMENT_ID, subscr_id: PROFILE };
    for (const txn_type of [undefined, 'subscr_payment'])
      expect(read(moneyBack(status, { ...over, txn_type }))).toMatchObject({
        references: [REFUND, TXN],
        facts: [{ parent: TXN }],
        agreement: null,
      });
  });

  function moneyFields(): MessageFields {
    return {
      txn_id: TXN,
      mc_gross: '50.00',
      mc_fee: '1.95',
      mc_currency: 'EUR',
      payment_status: 'Completed',
      payment_date: '05:22:41 Mar 10, 2026 PST',
      receiver_id: 'SELLER0000001',
    };
  }
});

describe('news of an agreement', () => {
  const standing = (is: string, over: object = {}) => ({
    kind: 'standing_told',
    gatewayReference: PROFILE,
    qualifier: `${is} ${AT}`,
    occurredAt: AT,
    standing: is,
    reason: null,
    ...over,
  });
  const SUBSCR_DATE = { subscr_date: '05:22:41 Mar 10, 2026 PST' };

  it.each([
    { what: 'a sign-up', fields: subscr('subscr_signup', { ...terms, ...SUBSCR_DATE }), fact: standing('active') },
    {
      what: 'a profile that was made',
      fields: recurring('recurring_payment_profile_created'),
      fact: standing('active'),
    },
    {
      what: 'a cancellation',
      fields: subscr('subscr_cancel', { ...terms, ...SUBSCR_DATE }),
      fact: standing('cancelled', { occurredAt: RECEIVED_AT }),
    },
    {
      what: 'a profile that was cancelled',
      fields: recurring('recurring_payment_profile_cancel', { next_payment_date: 'N/A' }),
      fact: standing('cancelled', { qualifier: 'cancelled a097b45150e33', occurredAt: RECEIVED_AT }),
    },
    {
      what: 'the end of the term',
      fields: subscr('subscr_eot'),
      fact: standing('completed', { qualifier: 'completed f22c69faecbe5', occurredAt: RECEIVED_AT }),
    },
    {
      what: 'a profile that expired',
      fields: recurring('recurring_payment_expired'),
      fact: standing('completed', { qualifier: 'completed a097b45150e33', occurredAt: RECEIVED_AT }),
    },
    {
      what: 'a suspension',
      fields: recurring('recurring_payment_suspended', { profile_status: 'Suspended' }),
      fact: standing('suspended', { qualifier: 'suspended a097b45150e33', occurredAt: RECEIVED_AT }),
    },
    {
      what: 'a suspension because nothing came',
      fields: recurring('recurring_payment_suspended_due_to_max_failed_payment'),
      fact: standing('suspended', {
        qualifier: 'suspended a097b45150e33',
        occurredAt: RECEIVED_AT,
        reason: 'max_failed_payment',
      }),
    },
    {
      what: 'a payment that failed',
      fields: subscr('subscr_failed', { mc_gross: '12.50', retry_at: '01:46:43 Mar 15, 2026 PDT' }),
      fact: failed('subscr_failed', { qualifier: '2026-03-15T08:46:43.000Z' }),
    },
    {
      what: 'a payment that was skipped',
      fields: recurring('recurring_payment_skipped'),
      fact: failed('skipped'),
    },
    {
      what: 'a payment that failed for the last time',
      fields: recurring('recurring_payment_failed', { next_payment_date: 'N/A' }),
      fact: failed('failed', { nextAttemptOn: null }),
    },
    {
      what: 'what is outstanding and failed again',
      fields: recurring('recurring_payment_outstanding_payment_failed'),
      fact: failed('outstanding_payment_failed'),
    },
    {
      what: 'another amount',
      fields: subscr('subscr_modify', {
        ...terms,
        ...SUBSCR_DATE,
        mc_amount3: '15.00',
        subscr_effective: '00:00:00 Apr 10, 2026 PDT',
      }),
      fact: changed('2026-04-10T07:00:00.000Z', '2026-04-10T07:00:00.000Z f22c69faecbe5'),
    },
    {
      what: 'another amount without a day',
      fields: subscr('subscr_modify', { ...SUBSCR_DATE, mc_amount3: '15.00' }),
      fact: changed(RECEIVED_AT, `${AT} f22c69faecbe5`),
    },
  ])('$what is told without money', ({ fields, fact }) => {
    expect(read(fields)).toEqual({
      paymentId: null,
      references: [PROFILE],
      payer: { name: 'Anne Martin', email: 'anne.martin@example.org' },
      facts: [],
      remarks: [],
      agreement: { ...NAME, facts: [fact] },
    });
  });

  it.each([
    ['windows-1252', [0x4a, 0xf6, 0x72, 0x67]],
    ['UTF-8', [0x4a, 0xc3, 0xb6, 0x72, 0x67]],
  ])('in %s it names its payer rightly and says the same', (charset, bytes) => {
    const told = read(subscr('subscr_eot', { charset, first_name: Uint8Array.from(bytes), last_name: '' }));
    expect(told.payer?.name).toBe('Jörg');
    expect(told.agreement).toEqual(read(subscr('subscr_eot')).agreement);
  });

  it.each(['garbage', 'N/A', '', undefined])(
    'a date that is %p is the time at which the message came',
    (subscr_date) => {
      expect(newsOf(subscr('subscr_signup', { subscr_date }))).toEqual([
        standing('active', { qualifier: 'active f22c69faecbe5', occurredAt: RECEIVED_AT }),
      ]);
      expect(read(subscr('subscr_signup', { subscr_date }), null).agreement?.facts).toMatchObject([
        { occurredAt: null },
      ]);
    },
  );

  it('told twice it is the same fact, whenever it comes; another try is another', () => {
    const messages = [
      subscr('subscr_signup', SUBSCR_DATE),
      subscr('subscr_cancel', SUBSCR_DATE),
      subscr('subscr_eot'),
      subscr('subscr_failed', { retry_at: '01:46:43 Mar 15, 2026 PDT' }),
      subscr('subscr_modify', { mc_amount3: '15.00' }),
      recurring('recurring_payment_skipped'),
      recurring('recurring_payment_suspended'),
    ];
    const keys = (facts: readonly GatewayAgreementFact[] = []) =>
      facts.map(({ kind, gatewayReference, qualifier }) => `${gatewayReference} ${kind} ${qualifier}`);
    for (const fields of messages) {
      const [first, again] = [read(fields), read({ ...fields, resend: 'true' }, '2026-03-12T09:00:00.000Z')];
      expect(keys(again.agreement?.facts)).toEqual(keys(first.agreement?.facts));
    }
    const all = messages.map((fields) => keys(newsOf(fields))[0]);
    expect(new Set(all).size).toBe(messages.length);
    expect(keys(newsOf(recurring('recurring_payment_skipped', { ipn_track_id: 'other' })))).not.toEqual(
      keys(newsOf(recurring('recurring_payment_skipped'))),
    );
  });

  it.each([
    ['subscr_failed', subscr('subscr_failed', { retry_at: '05:22:41 Apr 15, 2026 PDT' }), '2026-04-10T12:22:41.000Z'],
    [
      'recurring_payment_skipped',
      recurring('recurring_payment_skipped', { next_payment_date: '05:22:41 Apr 15, 2026 PDT' }),
      '2026-04-10T12:22:41.000Z',
    ],
    [
      'recurring_payment_failed',
      recurring('recurring_payment_failed', { next_payment_date: '05:22:41 Apr 15, 2026 PDT' }),
      '2026-04-10T12:22:41.000Z',
    ],
    ['subscr_failed that came late', subscr('subscr_failed', { retry_at: '05:22:41 Mar 12, 2026 PDT' }), RECEIVED_AT],
    [
      'subscr_failed with a time of its own',
      subscr('subscr_failed', {
        retry_at: '05:22:41 Apr 15, 2026 PDT',
        payment_date: '05:22:41 Apr 9, 2026 PDT',
      }),
      '2026-04-09T12:22:41.000Z',
    ],
    [
      // The next payment is no further try of what is outstanding.
      'recurring_payment_outstanding_payment_failed',
      recurring('recurring_payment_outstanding_payment_failed', { next_payment_date: '05:22:41 Apr 15, 2026 PDT' }),
      RECEIVED_AT,
    ],
  ])('%s was tried five days before the next try, and no earlier than it came', (_, fields, occurredAt) => {
    expect(newsOf(fields)).toMatchObject([{ kind: 'collection_failed', occurredAt }]);
  });

  it('a failure is of the instalment that was due, though the clock of PayPal is ahead of ours', () => {
    const facts = [
      recurring('recurring_payment_profile_created'),
      subscr('subscr_failed', { retry_at: '05:22:41 Apr 15, 2026 PDT' }),
    ].flatMap((fields) => newsOf(fields) ?? []);
    const { instalments } = summarizeAgreement(evolveAgreement({ terms: TERMS, facts: [] }, facts));
    expect(instalments).toMatchObject([
      { number: 1, status: 'skipped', failures: 0 },
      { number: 2, status: 'failed', failures: 1, nextAttemptOn: '2026-04-15' },
      { number: 3 },
    ]);
  });

  it('an amount that cannot be read is for a person', () => {
    for (const mc_amount3 of ['1.000,00', '', '0.00', '-5.00'])
      expect(read(subscr('subscr_modify', { mc_amount3 }))).toMatchObject({
        facts: [],
        remarks: [{ word: 'unreadable_amount' }],
        agreement: { ...NAME, facts: [] },
      });
  });

  it('whatever its fields hold, reading them throws nothing and tells of no money', () => {
    const types = fc.constantFrom('subscr_signup', 'subscr_failed', 'subscr_modify', 'recurring_payment_skipped');
    const odd = fc.oneof(fc.constant(undefined), fc.string(), fc.uint8Array({ maxLength: 20 }));
    fc.assert(
      fc.property(types, odd, odd, odd, (txn_type, id, date, amount) => {
        const told = read(
          subscr(txn_type, { subscr_id: id, subscr_date: date, retry_at: date, mc_amount3: amount, ipn_track_id: id }),
        );
        expect(told.facts).toEqual([]);
      }),
    );
  });

  it('two ids for one subscription are none', () => {
    const body = Buffer.concat([encode(subscr('subscr_cancel')), Buffer.from('&subscr_id=I-OTHER')]);
    expect(readTold(parseForm(body), RECEIVED_AT)).toMatchObject({
      agreement: null,
      remarks: [{ word: 'repeated_field' }],
    });
  });

  it.each([
    ['subscr_failed', 'unknown_agreement'],
    ['subscr_cancel', 'unknown_agreement'],
    ['recurring_payment_suspended', 'unknown_agreement'],
    ['subscr_signup', 'unknown_type'],
    ['subscr_eot', 'unknown_type'],
  ])('%s of a subscription that names no agreement of ours is for a person as %s', (txn_type, word) => {
    const told = read(subscr(txn_type, { custom: 'members-2019', invoice: '' }));
    expect(told).toMatchObject({ facts: [], remarks: [{ word, wrote: txn_type }] });
    expect(told.agreement).toMatchObject({ agreementId: null, reference: PROFILE, facts: [{}] });
  });

  it('a message that names neither a subscription nor an agreement stays unknown', () => {
    expect(read(subscr('subscr_cancel', { subscr_id: '', custom: '', invoice: '' }))).toMatchObject({
      agreement: null,
      remarks: [{ word: 'unknown_type' }],
    });
  });

  it('whatever order they come in, skipped three times and suspended is suspended, and goes on when what is owed is paid', () => {
    const skipped = ['one', 'two', 'three'].map((ipn_track_id, index) =>
      read(recurring('recurring_payment_skipped', { ipn_track_id }), `2026-03-1${index * 3}T13:30:00.000Z`),
    );
    const given = read(
      recurring('recurring_payment_suspended_due_to_max_failed_payment', { ipn_track_id: 'four' }),
      '2026-03-20T13:31:00.000Z',
    );
    const facts = [read(recurring('recurring_payment_profile_created')), ...skipped, given].flatMap(
      ({ agreement }) => agreement?.facts ?? [],
    );
    const recovered = read(
      recurring('recurring_payment_outstanding_payment', {
        txn_id: TXN,
        payment_status: 'Completed',
        payment_date: '05:22:41 Mar 22, 2026 PDT',
        mc_gross: '12.50',
        mc_currency: 'EUR',
      }),
    ).agreement?.facts;
    const statusAfter = (told: readonly GatewayAgreementFact[]) =>
      summarizeAgreement(evolveAgreement({ terms: TERMS, facts: [] }, told)).status;
    expect(statusAfter(facts)).toBe('suspended');
    expect(statusAfter(facts.toReversed())).toBe('suspended');
    expect(summarizeAgreement(evolveAgreement({ terms: TERMS, facts: [] }, facts)).instalments[0]).toMatchObject({
      number: 1,
      failures: 3,
    });
    expect(statusAfter([...facts, ...(recovered ?? [])])).not.toBe('suspended');
  });

  function failed(reason: string, over: object = {}) {
    return {
      kind: 'collection_failed',
      gatewayReference: PROFILE,
      qualifier: 'a097b45150e33',
      occurredAt: RECEIVED_AT,
      reason,
      nextAttemptOn: '2026-03-15',
      ...over,
    };
  }
  function changed(occurredAt: string, qualifier: string) {
    return { kind: 'amount_changed', gatewayReference: PROFILE, qualifier, occurredAt, amount: 1500, currency: 'EUR' };
  }
});

const TERMS = {
  id: AGREEMENT_ID,
  merchantId: 'mer',
  memberId: 'mem',
  accountId: 'acc',
  gateway: 'paypal-standard',
  amount: 1250,
  currency: 'EUR',
  interval: 'month',
  every: 1,
  instalments: null,
  startsOn: '2026-03-10',
  label: 'Cotisation',
  category: 'fee',
  approveBy: '2026-03-12T00:00:00.000Z',
} as const;

describe('at the door and behind it', () => {
  const raw = (fields: MessageFields) => ({
    channel: 'ipn' as const,
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: encode(fields),
  });

  it('a message says which agreement it is about, and claims nothing that its bytes do not tell apart', () => {
    expect(readNotification(raw(subscr('subscr_cancel')))).toMatchObject({
      ok: true,
      hint: { identity: null, paymentId: null, references: [PROFILE], facts: [], agreement: NAME },
    });
    expect(readNotification(raw(instalment()))).toMatchObject({
      ok: true,
      hint: { references: [TXN, PROFILE], facts: [{ kind: 'payment_captured' }, {}], agreement: NAME },
    });
    const oneOff = readNotification(raw(completed()));
    expect(oneOff.ok && oneOff.hint).not.toHaveProperty('agreement');
  });

  let verdict = 'VERIFIED';
  const server = createServer((request, response) => {
    request.resume().on('end', () => void response.end(verdict));
  });
  let url = '';
  beforeAll(async () => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });
  beforeEach(() => {
    verdict = 'VERIFIED';
  });
  const fetchFacts = (fields: MessageFields, receivedAt = RECEIVED_AT) =>
    paypalStandard.fetchFacts(
      { by: 'notification', raw: raw(fields), checkout: null, receivedAt },
      context({ simulatorUrl: url }),
    );

  it('verified, it tells of the agreement at the time at which it came', async () => {
    expect(await fetchFacts(subscr('subscr_eot'))).toEqual({
      found: true,
      facts: [],
      paymentId: null,
      references: [PROFILE],
      remarks: [],
      agreement: { ...NAME, facts: [expect.objectContaining({ standing: 'completed', occurredAt: RECEIVED_AT })] },
    });
    expect(await fetchFacts(instalment())).toMatchObject({
      found: true,
      facts: [{ kind: 'payment_captured' }, { kind: 'fee_charged' }],
      agreement: { ...NAME, facts: [] },
    });
  });

  it('forged, of another environment, or for another receiver it cancels nothing', async () => {
    expect(await fetchFacts(subscr('subscr_cancel', { test_ipn: undefined }))).toMatchObject({
      found: 'elsewhere',
      reason: 'environment_mismatch',
    });
    const others = { business: 'somebody@else.example', receiver_email: 'somebody@else.example' };
    expect(await fetchFacts(subscr('subscr_cancel', others))).toMatchObject({
      found: 'elsewhere',
      reason: 'receiver_mismatch',
    });
    expect(await fetchFacts(instalment({ receiver_id: 'SOMEBODYELSE' }))).toMatchObject({ found: 'elsewhere' });
    verdict = 'INVALID';
    expect(await fetchFacts(subscr('subscr_cancel'))).toEqual({ found: false, reason: 'not_verified' });
  });
});

const agreement = (over: Partial<OpenedAgreement> = {}): OpenedAgreement => ({
  agreementId: AGREEMENT_ID,
  reference: PROFILE,
  money: { amount: 1250, currency: 'EUR' },
  interval: 'month',
  every: 1,
  startsOn: '2026-03-10',
  createdAt: '2026-03-10T13:00:00.000Z',
  ...over,
});
const DETAILS = 'GetRecurringPaymentsProfileDetails';
const MANAGE = 'ManageRecurringPaymentsProfileStatus';
const profile = (STATUS: string) => ({ ACK: 'Success', PROFILEID: PROFILE, STATUS, AMT: '12.50', CURRENCYCODE: 'EUR' });
const ofAgreement = { CUSTOM: AGREEMENT_ID, INVNUM: AGREEMENT_ID, TRANSACTIONTYPE: 'subscrpayment' };
const SAID_AT = '2026-03-12T09:00:00.000Z';

async function failureOf(work: Promise<unknown>): Promise<GatewayFailure> {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof GatewayFailure) return error;
  throw new Error(`expected a GatewayFailure, got ${String(error)}`);
}

describe('how an agreement stands', () => {
  it.each([
    ['Active', 'active'],
    ['Suspended', 'suspended'],
    ['Cancelled', 'cancelled'],
    ['Expired', 'completed'],
    ['ActiveProfile', 'active'],
  ])('%s is %s', async (status, standing) => {
    paypal.says(profile(status), DETAILS);
    expect(await agreements.lookUp(agreement(), context())).toEqual({
      found: true,
      reference: PROFILE,
      facts: [
        {
          kind: 'standing_told',
          gatewayReference: PROFILE,
          qualifier: `${standing} 2026-03-12`,
          occurredAt: SAID_AT,
          standing,
          reason: null,
        },
      ],
      money: [],
    });
    expect(paypal.calls[0]).toMatchObject({ METHOD: DETAILS, PROFILEID: PROFILE });
  });

  it.each(['Pending', 'Surprising', ''])('a profile that is "%s" stands in no way that we know', async (status) => {
    paypal.says(profile(status), DETAILS);
    expect(await agreements.lookUp(agreement(), context())).toMatchObject({ found: true, facts: [] });
  });

  it('comes with the money of its newest instalments, each once, and with none that was given back', async () => {
    paypal.says(profile('Active'), DETAILS);
    paypal.knows(
      { details: detailsOfRefund({ ...ofAgreement, PARENTTRANSACTIONID: TXN }), type: 'Refund' },
      { details: details({ ...ofAgreement, TRANSACTIONID: 'SECONDMONTH000001' }), type: 'Recurring Payment' },
      { details: details(ofAgreement), type: 'Recurring Payment' },
    );
    expect(await agreements.lookUp(agreement(), context())).toMatchObject({
      money: [
        { kind: 'payment_captured', gatewayReference: 'SECONDMONTH000001', amount: 5000 },
        { kind: 'fee_charged', gatewayReference: 'SECONDMONTH000001' },
        { kind: 'payment_captured', gatewayReference: TXN },
        { kind: 'fee_charged', gatewayReference: TXN },
      ],
    });
  });

  it.each([
    { what: 'the account has no API credentials', over: {}, world: () => withoutApi() },
    { what: 'no message told PayPal’s id of it', over: { reference: null }, world: () => context() },
  ])('cannot be asked where $what', async ({ over, world }) => {
    expect(await agreements.lookUp(agreement(over), world())).toEqual({ found: 'unaskable' });
    expect(paypal.calls).toEqual([]);
  });

  it('a profile that PayPal knows nothing of is not there; one of the old kind cannot be asked about', async () => {
    paypal.says(failure('11552', 'Invalid profile ID', 'The profile ID is invalid'), DETAILS);
    expect(await agreements.lookUp(agreement(), context())).toEqual({ found: false, reason: 'no_profile' });
    paypal.says(failure('11592', 'Subscription Profiles not supported by Recurring Payment APIs'), DETAILS);
    expect(await agreements.lookUp(agreement(), context())).toEqual({ found: 'unaskable' });
  });

  it('credentials that PayPal refuses are no answer', async () => {
    paypal.says(failure('10002', 'Security error'), DETAILS);
    expect(await failureOf(agreements.lookUp(agreement(), context()))).toMatchObject({
      code: 'credentials_refused',
      moved: 'no',
    });
  });
});

describe('what PayPal is told to do', () => {
  const obey = (command: AgreementCommand, over: Partial<OpenedAgreement> = {}) =>
    agreements.obey(command, agreement(over), context());
  const COMMANDS = [
    { kind: 'cancel', ACTION: 'Cancel', standing: 'cancelled', shown: 'Cancelled', code: '11556' },
    { kind: 'suspend', ACTION: 'Suspend', standing: 'suspended', shown: 'Suspended', code: '11557' },
    { kind: 'resume', ACTION: 'Reactivate', standing: 'active', shown: 'Active', code: '11558' },
  ] as const;

  it.each(COMMANDS)('$kind is done, and told as PayPal answered', async ({ kind, ACTION, standing }) => {
    paypal.says({ ACK: 'Success', PROFILEID: PROFILE }, MANAGE);
    expect(await obey({ kind, note: ' moved\n away ' })).toEqual({
      outcome: 'done',
      facts: [
        {
          kind: 'standing_told',
          gatewayReference: PROFILE,
          qualifier: `${standing} ${SAID_AT}`,
          occurredAt: SAID_AT,
          standing,
          reason: null,
        },
      ],
    });
    expect(paypal.calls).toMatchObject([{ METHOD: MANAGE, PROFILEID: PROFILE, ACTION, NOTE: 'moved away' }]);
  });

  it.each(COMMANDS)('$kind that is so already is done', async ({ kind, standing, shown, code }) => {
    paypal.says(failure(code, 'Invalid profile status for this action'), MANAGE);
    paypal.says(profile(shown), DETAILS);
    expect(await obey({ kind, note: null })).toMatchObject({ outcome: 'done', facts: [{ standing }] });
  });

  it.each(COMMANDS)('$kind of what has ended is refused', async ({ kind, code }) => {
    paypal.says(failure(code, 'Invalid profile status for this action'), MANAGE);
    paypal.says(profile('Expired'), DETAILS);
    expect(await obey({ kind, note: null })).toEqual({
      outcome: 'refused',
      reason: 'invalid_profile_status_for_this_action',
      detail: `Invalid profile status for this action (${code})`,
    });
  });

  it('a subscription of the old kind is refused with the place where a person does it', async () => {
    const no = failure('11592', 'Subscription Profiles not supported by Recurring Payment APIs');
    paypal.says(no, MANAGE);
    paypal.says(no, DETAILS);
    expect(await obey({ kind: 'cancel', note: null })).toMatchObject({
      outcome: 'refused',
      detail: expect.stringContaining('Manage subscriptions') as string,
    });
  });

  it.each(['10002', '10007'])('%s, a refusal of the account, is a clear no', async (code) => {
    paypal.says(failure(code, 'Permission denied'), MANAGE);
    expect(await obey({ kind: 'cancel', note: null })).toMatchObject({
      outcome: 'refused',
      reason: 'permission_denied',
    });
    expect(paypal.calls).toHaveLength(1);
  });

  it('no answer may be repeated', async () => {
    paypal.answers((response) => void response.writeHead(503).end());
    expect(await failureOf(obey({ kind: 'cancel', note: null }))).toMatchObject({ moved: 'no', retry: 'later' });
  });

  it('without PayPal’s id of it nothing can be told', async () => {
    expect(await obey({ kind: 'cancel', note: null }, { reference: null })).toMatchObject({
      outcome: 'refused',
      reason: 'no_profile',
    });
    expect(paypal.calls).toEqual([]);
  });

  it('an amount is changed on PayPal’s own site, and so is everything without API credentials', async () => {
    const kinds = ['cancel', 'suspend', 'resume', 'change_amount'] as const;
    expect(kinds.map((kind) => agreements.atGatewayOnly(kind, WITH_API) !== null)).toEqual([false, false, false, true]);
    for (const kind of kinds) expect(agreements.atGatewayOnly(kind, SELLER)).toMatch(/Manage subscriptions.*\.$/);
    const refused = { outcome: 'refused', reason: 'at_gateway_only' };
    expect(await obey({ kind: 'change_amount', money: { amount: 1500, currency: 'EUR' } })).toMatchObject(refused);
    expect(await agreements.obey({ kind: 'cancel', note: null }, agreement(), withoutApi())).toMatchObject(refused);
    expect(paypal.calls).toEqual([]);
  });
});

describe('a payment of an agreement', () => {
  const SECOND = { ...ofAgreement, TRANSACTIONID: 'SECONDMONTH000001' };
  const checkout = (over: Partial<OpenedCheckout> = {}): OpenedCheckout => ({
    paymentId: PAYMENT_ID,
    money: { amount: 5000, currency: 'EUR' },
    method: 'agreement',
    handed: null,
    reference: TXN,
    pending: [],
    createdAt: '2026-03-10T13:00:00.000Z',
    ...over,
  });
  const lookUp = (over: Partial<OpenedCheckout> = {}) =>
    paypalStandard.fetchFacts({ by: 'payment', checkout: checkout(over) }, context());

  it('is looked up by its transaction, with what came of it and of no other instalment', async () => {
    paypal.knows(
      {
        details: detailsOfRefund({
          ...ofAgreement,
          TRANSACTIONID: 'OTHERREFUND000001',
          PARENTTRANSACTIONID: SECOND.TRANSACTIONID,
        }),
        type: 'Refund',
      },
      { details: details(SECOND), type: 'Recurring Payment' },
      { details: detailsOfRefund(ofAgreement), type: 'Refund' },
      { details: details(ofAgreement), type: 'Recurring Payment' },
    );
    expect(await lookUp()).toMatchObject({
      found: true,
      references: [TXN, REFUND],
      facts: [
        { kind: 'payment_captured', gatewayReference: TXN, amount: 5000 },
        { kind: 'fee_charged', gatewayReference: TXN },
        { kind: 'payment_refunded', gatewayReference: REFUND, parent: TXN },
      ],
      remarks: [],
    });
    expect(paypal.calls.map(({ TRANSACTIONID, INVNUM }) => TRANSACTIONID ?? INVNUM)).not.toContain(
      SECOND.TRANSACTIONID,
    );
  });

  it('that PayPal collected and does not show is neither there nor not', async () => {
    expect(await lookUp()).toEqual({ found: 'unknown', reason: 'transaction_not_shown' });
  });

  it('is refunded by its transaction, and a look at the refund asks about no other instalment', async () => {
    const order: RefundOrder = {
      refundId: 'ref_1',
      paymentId: PAYMENT_ID,
      capture: TXN,
      captured: { amount: 5000, currency: 'EUR' },
      method: 'agreement',
      money: { amount: 2000, currency: 'EUR' },
      whole: false,
      note: null,
      idempotencyKey: 'key-1',
      again: false,
      reference: null,
      known: [],
    };
    paypal.knows(
      { details: details(SECOND), type: 'Recurring Payment' },
      { details: detailsOfRefund(ofAgreement), type: 'Refund' },
      { details: details(ofAgreement), type: 'Recurring Payment' },
    );
    expect(await paypalStandard.lookUpRefund(order, context())).toMatchObject({
      status: 'succeeded',
      fact: { gatewayReference: REFUND, amount: 2000, refundId: 'ref_1' },
    });
    expect(paypal.calls.map((call) => call['TRANSACTIONID'])).not.toContain(SECOND.TRANSACTIONID);
  });
});
