import { openCheckout } from '../../activities/gateways/paypal-standard/checkout';
import { paypalStandardCredentials } from '../../activities/gateways/paypal-standard/credentials';
import { PAYPAL_CURRENCIES } from '../../activities/gateways/paypal/money';
import { paypalStandard } from '../../activities/gateways/paypal-standard';
import { GATEWAYS } from '../../activities/gateways/registry';
import type { CheckoutContext, CheckoutOrder } from '../../activities/gateways/port';
import { GATEWAY_NAMES } from '../../workflows/domain/gateway';
import { PAYMENT_ID, SELLER } from './paypal-messages';

const order = (over: Partial<CheckoutOrder> = {}): CheckoutOrder => ({
  paymentId: PAYMENT_ID,
  money: { amount: 4250, currency: 'EUR' },
  method: null,
  startedBy: 'member',
  phone: null,
  payer: { name: 'Anne Martin', email: null },
  description: 'Club alpin',
  returnUrl: `https://pay.example/return/${PAYMENT_ID}`,
  cancelUrl: `https://pay.example/cancel/${PAYMENT_ID}`,
  notificationUrl: 'https://pay.example/hooks/paypal-standard/token/ipn',
  ...over,
});
const context = (environment: 'live' | 'sandbox' | 'simulator'): CheckoutContext<typeof SELLER> => ({
  credentials: SELLER,
  environment,
  simulatorPublicUrl: 'http://localhost:7401/',
});
const fieldsOf = (over: Partial<CheckoutOrder> = {}) => {
  const opening = openCheckout(order(over), context('live'));
  return opening.ok && opening.asks === 'nobody' && opening.nextAction.kind === 'form' ? opening.nextAction.fields : {};
};

describe('the form of a checkout', () => {
  it('asks for exactly the amount, for the merchant id, and names the payment twice', () => {
    expect(openCheckout(order(), context('live'))).toEqual({
      ok: true,
      asks: 'nobody',
      nextAction: {
        kind: 'form',
        method: 'POST',
        action: 'https://www.paypal.com/cgi-bin/webscr',
        fields: {
          cmd: '_xclick',
          business: 'SELLER0000001',
          item_name: 'Club alpin',
          amount: '42.50',
          currency_code: 'EUR',
          tax: '0',
          invoice: PAYMENT_ID,
          custom: PAYMENT_ID,
          notify_url: 'https://pay.example/hooks/paypal-standard/token/ipn',
          return: `https://pay.example/return/${PAYMENT_ID}`,
          cancel_return: `https://pay.example/cancel/${PAYMENT_ID}`,
          charset: 'utf-8',
          no_shipping: '1',
          no_note: '1',
          rm: '1',
        },
      },
    });
  });

  it.each([
    ['live', 'https://www.paypal.com/cgi-bin/webscr'],
    ['sandbox', 'https://www.sandbox.paypal.com/cgi-bin/webscr'],
    ['simulator', 'http://localhost:7401/paypal/cgi-bin/webscr'],
  ] as const)('of a %s account goes to %s', (environment, action) => {
    expect(openCheckout(order(), context(environment))).toMatchObject({ ok: true, nextAction: { action } });
  });

  it.each([
    [1, 'EUR', '0.01'],
    [100000, 'USD', '1000.00'],
    [500, 'JPY', '500'],
    [50000, 'HUF', '500'],
    [50000, 'TWD', '500'],
    [999_999_999_999, 'EUR', '9999999999.99'],
  ])('writes %i %s as %s', (amount, currency, written) => {
    expect(fieldsOf({ money: { amount, currency } })).toMatchObject({ amount: written, currency_code: currency });
  });

  it.each([
    { what: '10.50 HUF, which PayPal cannot write', amount: 1050, currency: 'HUF' },
    { what: '0.01 TWD, which PayPal cannot write', amount: 1, currency: 'TWD' },
    { what: 'francs CFA, which PayPal does not take', amount: 1000, currency: 'XOF' },
    { what: 'roubles, which PayPal no longer takes', amount: 1000, currency: 'RUB' },
    { what: 'nothing', amount: 0, currency: 'EUR' },
    { what: 'less than nothing', amount: -100, currency: 'EUR' },
  ])('refuses $what', ({ amount, currency }) => {
    expect(openCheckout(order({ money: { amount, currency } }), context('live'))).toMatchObject({
      ok: false,
      reason: 'amount_not_supported',
    });
  });

  it.each([
    { what: 'a long name is cut', description: 'x'.repeat(200), name: 'x'.repeat(127) },
    { what: 'no letter is cut in two', description: `${'x'.repeat(126)}😀`, name: 'x'.repeat(126) },
    { what: 'a name is one line', description: ' Club\r\n alpin\u0000 ', name: 'Club alpin' },
    { what: 'accents stay', description: 'Fédération française', name: 'Fédération française' },
    { what: 'an empty name is the payment id', description: ' \n', name: PAYMENT_ID },
  ])('$what', ({ description, name }) => {
    expect(fieldsOf({ description })['item_name']).toBe(name);
  });
});

const NVP = { username: 'seller_api1.club.example', password: 'p', signature: 's'.repeat(200) };

describe('what a merchant enters', () => {
  it('API credentials are kept as they were entered', () => {
    expect(paypalStandardCredentials.parse({ receiverId: 'A', nvp: NVP }).nvp).toEqual(NVP);
  });

  it('a merchant id is enough', () => {
    expect(paypalStandardCredentials.parse({ receiverId: ' ABC123 ' })).toEqual({
      receiverId: 'ABC123',
      receiverEmails: [],
    });
  });

  it('an address is enough, and is written into the form until the merchant id is learned', () => {
    const credentials = paypalStandardCredentials.parse({
      receiverEmails: ['tresorier@club.example', 'second@club.example'],
    });
    const business = (stored: typeof credentials & { learned?: { receiverId: string; email: string } }) => {
      const opening = openCheckout(order(), { ...context('live'), credentials: stored });
      return opening.ok && opening.asks === 'nobody' && opening.nextAction.kind === 'form'
        ? opening.nextAction.fields['business']
        : null;
    };
    expect(business(credentials)).toBe('tresorier@club.example');
    expect(
      business({ ...credentials, learned: { receiverId: 'SELLER0000001', email: 'tresorier@club.example' } }),
    ).toBe('SELLER0000001');
  });

  it.each([{}, { receiverEmails: [] }, { pdtIdentityToken: 'x' }])(
    '%j names nobody, and both fields say so',
    (entered) => {
      const issues = paypalStandardCredentials.safeParse(entered).error?.issues ?? [];
      expect(issues.map(({ path }) => path)).toEqual([['receiverId'], ['receiverEmails']]);
      for (const { message } of issues) expect(message).toMatch(/receiverId.*receiverEmails/);
    },
  );

  it('what was learned is not entered', () => {
    const entered = {
      receiverEmails: ['tresorier@club.example'],
      learned: { receiverId: 'OTHER00000001', email: 'tresorier@club.example' },
    };
    expect(paypalStandardCredentials.safeParse(entered).error?.issues).toMatchObject([
      { code: 'unrecognized_keys', keys: ['learned'] },
    ]);
  });

  it.each([
    ['receiverId', { receiverId: '' }],
    ['receiverId', { receiverId: 'a@b.example' }],
    ['receiverId', { receiverId: 'A'.repeat(33) }],
    ['receiverEmails.0', { receiverId: 'A', receiverEmails: ['nobody'] }],
    ['receiverEmails', { receiverId: 'A', receiverEmails: Array.from({ length: 21 }, (_, i) => `a${i}@b.example`) }],
    ['pdtIdentityToken', { receiverId: 'A', pdtIdentityToken: ' ' }],
    ['pdtIdentityToken', { receiverId: 'A', pdtIdentityToken: 'x'.repeat(201) }],
    ['nvp.signature', { receiverId: 'A', nvp: { username: 'u', password: 'p' } }],
    ['nvp.username', { receiverId: 'A', nvp: { ...NVP, username: '' } }],
    ['nvp.password', { receiverId: 'A', nvp: { ...NVP, password: 'x'.repeat(201) } }],
    ['nvp.signature', { receiverId: 'A', nvp: { ...NVP, signature: 'a\u0000b' } }],
    ['nvp', { receiverId: 'A', nvp: { ...NVP, subject: 'x' } }],
    ['nvp', { receiverId: 'A', nvp: null }],
  ])('what is wrong with %s is said under its name', (field, entered) => {
    expect(paypalStandardCredentials.safeParse(entered).error?.issues.map((issue) => issue.path.join('.'))).toEqual([
      field,
    ]);
  });

  it('a field that does not exist is refused by its name', () => {
    const result = paypalStandardCredentials.safeParse({ receiverId: 'A', environment: 'live' });
    expect(result.error?.issues).toMatchObject([{ code: 'unrecognized_keys', keys: ['environment'] }]);
  });
});

describe('the registry', () => {
  it('knows every gateway of the domain', () => {
    expect(Object.keys(GATEWAYS).sort()).toEqual([...GATEWAY_NAMES].sort());
  });

  it('gives the credentials to the gateway parsed', () => {
    const entry = GATEWAYS['paypal-standard'];
    const stored: unknown = JSON.parse(JSON.stringify(SELLER));
    expect(entry.openCheckout(order(), { ...context('live'), credentials: stored })).toMatchObject({
      ok: true,
      nextAction: { fields: { business: 'SELLER0000001' } },
    });
  });

  it('names the field of stored credentials that do not fit, and never their values', () => {
    const open = () =>
      GATEWAYS['paypal-standard'].openCheckout(order(), {
        ...context('live'),
        credentials: { receiverId: 'a secret?', pdtIdentityToken: 'secret' },
      });
    expect(open).toThrow(/receiverId/);
    expect(open).not.toThrow(/secret/);
  });

  it('takes notifications where the gateway has them', () => {
    expect(Object.keys(GATEWAYS['paypal-standard'].channels)).toEqual(['ipn', 'pdt']);
    expect(GATEWAYS['paypal-standard'].gateway.capabilities).toEqual(paypalStandard.capabilities);
  });

  it('promises look-ups and refunds only to an account with API credentials', () => {
    const { gateway, capabilitiesOf } = GATEWAYS['paypal-standard'];
    const promised = (stored: unknown) => {
      const { lookup, methods } = capabilitiesOf(stored);
      return { lookup, refund: methods['paypal']?.refund };
    };
    expect(promised({ ...SELLER, nvp: NVP })).toEqual({ lookup: 'by_reference', refund: 'partial' });
    expect(promised(SELLER)).toEqual({ lookup: 'none', refund: 'none' });
    expect(capabilitiesOf({ ...SELLER, nvp: NVP })).toEqual(gateway.capabilities);
    expect({ ...capabilitiesOf(SELLER), lookup: 'by_reference', methods: {} }).toEqual({
      ...gateway.capabilities,
      methods: {},
    });
    expect(gateway.refund).toBeDefined();
  });

  it('promises only currencies that the form can write', () => {
    const hundred = (currency: string) =>
      openCheckout(order({ money: { amount: 10000, currency } }), context('live')).ok;
    expect(PAYPAL_CURRENCIES.filter((currency) => !hundred(currency))).toEqual([]);
  });
});
