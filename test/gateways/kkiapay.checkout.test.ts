import { kkiapay } from '../../activities/gateways/kkiapay';
import { openCheckout } from '../../activities/gateways/kkiapay/checkout';
import { kkiapayCredentials } from '../../activities/gateways/kkiapay/credentials';
import { readPhone } from '../../activities/gateways/kkiapay/phone';
import type { CheckoutOrder } from '../../activities/gateways/port';
import type { Environment } from '../../workflows/domain/gateway';
import { MAX_AMOUNT } from '../../workflows/domain/money';
import { CREDENTIALS, order, PAYMENT_ID } from './kkiapay-messages';

const open = (over: Partial<CheckoutOrder> = {}, environment: Environment = 'sandbox', merchantInitiated = true) =>
  openCheckout(order(over), {
    credentials: { ...CREDENTIALS, merchantInitiated },
    environment,
    simulatorPublicUrl: 'http://localhost:3400/',
  });

const PROMPT: Partial<CheckoutOrder> = { startedBy: 'merchant', method: 'mobile_money', phone: '+229 61 00 00 00' };

describe('the widget', () => {
  it('is opened with the whole sum in francs, our id twice, and nothing secret', () => {
    const opening = open();
    expect(opening).toEqual({
      ok: true,
      asks: 'nobody',
      nextAction: {
        kind: 'widget',
        script: 'https://cdn.kkiapay.me/k.js',
        params: {
          amount: 5000,
          key: CREDENTIALS.publicKey,
          api_key: CREDENTIALS.publicKey,
          sandbox: true,
          data: PAYMENT_ID,
          partnerId: PAYMENT_ID,
          callback: 'https://club.example/return/pay',
          paymentmethod: 'all',
          position: 'center',
          reason: 'Club de Cotonou',
          name: 'Awa Dossou Payer',
          email: 'awa@example.test',
        },
      },
    });
    for (const secret of [CREDENTIALS.privateKey, CREDENTIALS.secret, CREDENTIALS.webhookSecret])
      expect(JSON.stringify(opening)).not.toContain(secret);
  });

  it.each([
    { environment: 'live' as const, script: 'https://cdn.kkiapay.me/k.js', sandbox: false },
    { environment: 'sandbox' as const, script: 'https://cdn.kkiapay.me/k.js', sandbox: true },
    { environment: 'simulator' as const, script: 'http://localhost:3400/kkiapay/k.js', sandbox: true },
  ])('of a $environment account has its script and sandbox=$sandbox', ({ environment, script, sandbox }) => {
    expect(open({}, environment)).toMatchObject({ nextAction: { script, params: { sandbox } } });
  });

  it.each([
    { method: null, paymentmethod: 'all' },
    { method: 'mobile_money', paymentmethod: 'momo' },
    { method: 'card', paymentmethod: 'card' },
  ])('for $method offers $paymentmethod', ({ method, paymentmethod }) => {
    expect(open({ method })).toMatchObject({ nextAction: { params: { paymentmethod } } });
  });

  it('fills in a phone number that it understands, and leaves any other to the payer', () => {
    expect(open({ phone: '+229 01 61 00 00 00' })).toMatchObject({
      nextAction: { params: { phone: '2290161000000' } },
    });
    expect(open({ phone: '61 00 00 00' })).toMatchObject({
      ok: true,
      nextAction: { params: expect.not.objectContaining({ phone: expect.anything() }) },
    });
  });

  it('says nothing of a payer who is not known', () => {
    const opening = open({ payer: { name: null, email: null } });
    expect(opening).toMatchObject({
      ok: true,
      nextAction: { params: expect.not.objectContaining({ name: expect.anything() }) },
    });
    expect(opening).toMatchObject({
      ok: true,
      nextAction: { params: expect.not.objectContaining({ email: expect.anything() }) },
    });
  });

  it.each([
    { description: ' Two\nlines\tand  a half ', reason: 'Two lines and a half' },
    { description: '\n ', reason: PAYMENT_ID },
    { description: '💶'.repeat(101), reason: '💶'.repeat(100) },
  ])('shows the payer one line', ({ description, reason }) => {
    expect(open({ description })).toMatchObject({ nextAction: { params: { reason } } });
  });

  it.each(['wallet', 'paypal', ''])('is not opened for the method "%s"', (method) => {
    expect(open({ method })).toMatchObject({ ok: false, reason: 'method_not_supported' });
  });
});

describe('K27: an amount that KKiaPay cannot take is refused before anybody is asked', () => {
  const amounts = [
    { what: 'half a franc', money: { amount: 100.5, currency: 'XOF' } },
    { what: 'nothing', money: { amount: 0, currency: 'XOF' } },
    { what: 'less than nothing', money: { amount: -100, currency: 'XOF' } },
    { what: 'more than we can book', money: { amount: MAX_AMOUNT + 1, currency: 'XOF' } },
    { what: 'euros', money: { amount: 5000, currency: 'EUR' } },
    { what: 'francs of Central Africa', money: { amount: 5000, currency: 'XAF' } },
    { what: 'a text', money: JSON.parse('{"amount":"100","currency":"XOF"}') },
  ];
  it.each(amounts)('$what in the widget', ({ money }) => {
    expect(open({ money })).toMatchObject({ ok: false, reason: 'amount_not_supported' });
  });
  it.each(amounts)('$what by a prompt', ({ money }) => {
    expect(open({ ...PROMPT, money })).toMatchObject({ ok: false, reason: 'amount_not_supported' });
  });
  it('one franc and the largest sum are taken', () => {
    expect(open({ money: { amount: 1, currency: 'XOF' } })).toMatchObject({ ok: true });
    expect(open({ money: { amount: MAX_AMOUNT, currency: 'XOF' } })).toMatchObject({ ok: true });
  });
});

describe('a prompt', () => {
  it('is planned for the number that was given, is asked for once, and waits 90 seconds', () => {
    expect(open(PROMPT)).toEqual({
      ok: true,
      asks: 'once',
      nextAction: { kind: 'prompt', to: '+22961000000', patienceMs: 90_000 },
      sameLine: ['+2290161000000', '+22961000000'],
    });
  });

  it.each([
    {
      what: 'without a phone number',
      over: { phone: null },
      reason: 'phone_not_supported',
      detail: /needs the phone number/,
    },
    {
      what: 'to a network that is not reached',
      over: { phone: '+225 07 00 00 00 00' },
      reason: 'phone_not_supported',
      detail: /Orange/,
    },
    { what: 'for a card', over: { method: 'card' }, reason: 'method_not_supported', detail: /mobile_money/ },
    { what: 'without a method', over: { method: null }, reason: 'method_not_supported', detail: /mobile_money/ },
  ])('$what is refused with the reason', ({ over, reason, detail }) => {
    expect(open({ ...PROMPT, ...over })).toEqual({ ok: false, reason, detail: expect.stringMatching(detail) });
  });

  it('is refused where the merchant has turned prompts off, and the capabilities say the same', () => {
    expect(open(PROMPT, 'live', false)).toEqual({
      ok: false,
      reason: 'method_not_supported',
      detail: expect.stringContaining('merchantInitiated'),
    });
    expect(kkiapay.capabilitiesWith({ ...CREDENTIALS, merchantInitiated: false }).methods).toMatchObject({
      mobile_money: { startedBy: ['member'] },
      card: { startedBy: ['member'] },
    });
    expect(kkiapay.capabilitiesWith(CREDENTIALS)).toEqual(kkiapay.capabilities);
  });
});

describe('which network a phone number belongs to', () => {
  it.each([
    ['+229 61 00 00 00', '22961000000', 'MTN'],
    ['+229 97 00 00 00', '22997000000', 'MTN'],
    ['22968000000', '22968000000', 'Moov'],
    ['00229 95 00 00 00', '22995000000', 'Moov'],
    ['+229 01 61 00 00 00', '2290161000000', 'MTN'],
    ['00 229 01.97.00.00.01', '2290197000001', 'MTN'],
    ['229-01-68-00-00-02', '2290168000002', 'Moov'],
    ['(+229) 42 11 22 33', null, null],
    ['+(229) 42 11 22 33', '22942112233', 'MTN'],
    ['+225 05 11 22 33 44', '2250511223344', 'MTN'],
    ['+225 01 11 22 33 44', '2250111223344', 'Moov'],
    ['+228 99 11 22 33', '22899112233', 'Moov'],
    ['+228 79 11 22 33', '22879112233', 'Moov'],
  ])('%s', (text, digits, network) => {
    const reading = readPhone(text);
    if (digits === null) expect(reading.ok).toBe(false);
    else expect(reading).toEqual({ ok: true, digits, network });
  });

  it.each([
    ['+229 01 40 00 00 00', 'Celtiis'],
    ['+225 07 11 22 33 44', 'Orange'],
    ['+228 90 11 22 33', 'Togocom'],
  ])('%s is refused, since it is a %s number', (text, network) => {
    expect(readPhone(text)).toEqual({ ok: false, detail: expect.stringContaining(`a ${network} number`) });
  });

  it.each([
    { what: 'without a country code', text: '97 00 00 00' },
    { what: 'with ten digits that Benin and Côte d’Ivoire both have', text: '01 61 00 00 00' },
    { what: 'of a country that prompts do not reach', text: '+221 77 111 22 33' },
    { what: 'that is too short', text: '+229 61 00 00' },
    { what: 'that is too long', text: '+229 01 61 00 00 00 0' },
    { what: 'of no network', text: '+229 20 21 22 23' },
    { what: 'with letters', text: '+229 61 00 00 OO' },
    { what: 'with two pluses', text: '++22961000000' },
    { what: 'that is empty', text: '' },
    { what: 'with digits that are not ASCII', text: '+٢٢٩٦١٠٠٠٠٠٠' },
  ])('a number $what is refused', ({ text }) => {
    expect(readPhone(text)).toMatchObject({ ok: false });
  });
});

describe('which numbers reach one phone', () => {
  const lineOf = (phone: string) => {
    const opening = open({ ...PROMPT, phone });
    return opening.ok && opening.asks === 'once' ? opening.sameLine : null;
  };
  it.each([
    '+229 97 00 00 00',
    '22997000000',
    '00229-97-00-00-00',
    '+(229) 97.00.00.00',
    '+2290197000000',
    '+229 01 97 00 00 00',
  ])('a line of Benin is one, written %s', (phone) => {
    expect(lineOf(phone)).toEqual(['+2290197000000', '+22997000000']);
  });

  it.each([
    ['+225 01 11 22 33 44', '+2250111223344'],
    ['+225 05 11 22 33 44', '+2250511223344'],
    ['+228 99 11 22 33', '+22899112233'],
  ])('a line elsewhere has one number: %s', (phone, only) => {
    expect(lineOf(phone)).toEqual([only]);
  });
});

describe('what a merchant enters', () => {
  it('is four keys, and prompts are on unless turned off', () => {
    const { merchantInitiated, ...keys } = CREDENTIALS;
    expect(merchantInitiated).toBe(true);
    expect(kkiapayCredentials.parse(keys)).toEqual(CREDENTIALS);
    expect(kkiapayCredentials.parse({ ...CREDENTIALS, webhookSecret: ' typed with spaces ' }).webhookSecret).toBe(
      'typed with spaces',
    );
  });

  it.each([
    { webhookSecret: '' },
    { publicKey: '  ' },
    { privateKey: 'x'.repeat(201) },
    { secret: 'clé' },
    { secret: 'two\nlines' },
    { merchantInitiated: 'yes' },
    { more: 1 },
  ])('%j is refused', (over) => {
    expect(kkiapayCredentials.safeParse({ ...CREDENTIALS, ...over }).success).toBe(false);
  });
});
