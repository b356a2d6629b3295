import { paypalStandard } from '../../activities/gateways/paypal-standard';
import type { PaypalStandardCredentials } from '../../activities/gateways/paypal-standard/credentials';
import type { GatewayContext } from '../../activities/gateways/port';
import { gatewayContext } from './gateway-context';
import { SELLER } from './paypal-messages';
import { failure, NVP, startNvpServer, type NvpServer } from './paypal-nvp-server';

let paypal: NvpServer;
beforeAll(async () => {
  paypal = await startNvpServer();
});
afterAll(() => paypal.close());
beforeEach(() => {
  paypal.reset();
});

const inspect = (
  credentials: PaypalStandardCredentials,
  { currency = 'EUR', ...world }: Partial<GatewayContext<PaypalStandardCredentials>> & { currency?: string } = {},
) =>
  paypalStandard.inspectAccount(
    { notificationUrl: 'https://pay.example/hooks/paypal-standard/token/ipn', currency },
    gatewayContext({ credentials, simulatorUrl: paypal.url }, world),
  );
/** Every answer by its name; a check that must hold is marked. */
const verdicts = async (...of: Parameters<typeof inspect>) =>
  Object.fromEntries(
    (await inspect(...of)).checks.map(({ name, ok, required }) => [required ? `${name} (required)` : name, ok]),
  );
const WITH_API: PaypalStandardCredentials = { ...SELLER, nvp: NVP };

it('an account with API credentials is asked for a payment that cannot exist, and may look up', async () => {
  expect(await verdicts(WITH_API)).toEqual({
    'credentials_accepted (required)': true,
    lookup: true,
    pdt_token: null,
    'currency_accepted (required)': true,
  });
  expect(paypal.calls).toMatchObject([{ METHOD: 'TransactionSearch', INVNUM: 'no-such-invoice' }]);
});

it('an account without API credentials is not asked, and nothing is required of it but its currency', async () => {
  expect(await verdicts(SELLER)).toEqual({
    credentials_accepted: null,
    lookup: null,
    pdt_token: null,
    'currency_accepted (required)': true,
  });
  expect(paypal.calls).toHaveLength(0);
});

it('what an account without look-up means is said', async () => {
  const { checks, learned } = await inspect(SELLER);
  expect(checks.find(({ name }) => name === 'lookup')?.detail).toMatch(
    /both lost expires unasked, and only a person finds its money/,
  );
  expect(checks.find(({ name }) => name === 'pdt_token')?.detail).toMatch(/IPN alone decides/);
  expect(learned).toEqual({});
});

it.each([
  {
    what: 'wrong credentials',
    says: failure('10002', 'Security error', 'Username/Password is incorrect'),
    accepted: false,
  },
  { what: 'a refusal for another reason', says: failure('10006', 'Version error'), accepted: null },
  { what: 'trouble at PayPal', says: failure('10001', 'Internal Error'), accepted: null },
  { what: 'an answer that cannot be read', says: {}, accepted: null },
])('$what: accepted is $accepted, with words and a remedy', async ({ says, accepted }) => {
  paypal.says(says);
  expect(await verdicts(WITH_API)).toMatchObject({ 'credentials_accepted (required)': accepted, lookup: null });
  const { checks } = await inspect(WITH_API);
  expect(checks[0]?.remedy).toMatch(/\w/);
});

it('a missing permission is known, and required', async () => {
  paypal.says(failure('10007', 'Permission denied', 'You do not have permissions to make this API call'));
  expect(await verdicts(WITH_API)).toMatchObject({
    'credentials_accepted (required)': true,
    'permissions (required)': false,
    lookup: null,
  });
});

it('a PayPal that is not there leaves everything open', async () => {
  expect(await verdicts(WITH_API, { simulatorUrl: 'http://127.0.0.1:1' })).toMatchObject({
    'credentials_accepted (required)': null,
  });
});

it('a configured token is proven by the first return', async () => {
  const { checks } = await inspect({ ...SELLER, pdtIdentityToken: 'identity-token' });
  expect(checks.find(({ name }) => name === 'pdt_token')).toMatchObject({ ok: null, remedy: null, required: false });
});

it.each([
  ['EUR', true],
  ['XOF', false],
  ['RUB', false],
])('books in %s: accepted is %s', async (currency, ok) => {
  expect(await verdicts(SELLER, { currency })).toMatchObject({ 'currency_accepted (required)': ok });
});

it('no detail and no remedy holds a credential', async () => {
  for (const says of [failure('10002', 'Security error'), {}, null]) {
    paypal.says(says);
    expect(JSON.stringify(await inspect({ ...WITH_API, pdtIdentityToken: 'identity-token' }))).not.toMatch(
      /nvp-password|nvp-signature|seller_api1|identity-token/,
    );
  }
});

it('when we stop ourselves, that is no answer about the account', async () => {
  const controller = new AbortController();
  controller.abort(new Error('the worker shuts down'));
  await expect(inspect(WITH_API, { signal: controller.signal })).rejects.toThrow('the worker shuts down');
});
