import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { GATEWAYS } from '../../../activities/gateways/registry';
import type { CheckoutOrder, OpenedCheckout } from '../../../activities/gateways/port';
import type { Capabilities, MethodCapabilities, Starter } from '../../../workflows/domain/gateway';
import { isCurrency, MAX_AMOUNT } from '../../../workflows/domain/money';
import { gatewayContext } from '../gateway-context';
import type { Driver } from './driver';

const FOLDER = path.resolve(__dirname, '..', '..', '..', 'activities', 'gateways');
/** The same names everywhere, so that whoever knows one gateway finds their way in another. */
const FILES = [
  'manifest.ts',
  'index.ts',
  'checkout.ts',
  'codec.ts',
  'client.ts',
  'notification.ts',
  'credentials.ts',
  'README.md',
];

/** What a gateway can do with an account like the driver's. */
export function capabilitiesOf(driver: Driver): Capabilities {
  return GATEWAYS[driver.gateway].capabilitiesOf(driver.account(0).fields);
}

/** What a gateway says of itself, against what it is made of. Needs no world. */
export function declare(driver: Driver): void {
  const { gateway: name } = driver;
  const { gateway, openCheckout, credentials, channels, refundAt, refundable } = GATEWAYS[name];
  const { capabilities } = gateway;
  const methods = Object.entries<MethodCapabilities>(capabilities.methods);
  const account = credentials.parse(driver.account(0).fields);
  const context = {
    credentials: account,
    environment: 'simulator',
    simulatorPublicUrl: 'http://simulator.example',
  } as const;
  const open = (method: string, startedBy: Starter, money: { amount: number; currency: string }) =>
    openCheckout(
      { ...ORDER, method, startedBy, money, phone: startedBy === 'merchant' ? '+2290161000000' : null },
      context,
    );
  const openings = methods.flatMap(([method, { startedBy, currencies, min }]) =>
    startedBy.flatMap((starter) =>
      currencies.map((currency) => {
        const tries = STEPS.map((step) => open(method, starter, { amount: min * step, currency }));
        return { method, starter, currency, opening: tries.find(({ ok }) => ok) ?? tries[0]! };
      }),
    ),
  );

  test('the methods are well-formed', () => {
    expect(methods.length).toBeGreaterThan(0);
    for (const [method, { startedBy, currencies, min, max }] of methods) {
      expect(method).toMatch(/^[a-z][a-z0-9_]*$/);
      expect(startedBy.length).toBeGreaterThan(0);
      expect(new Set(startedBy).size).toBe(startedBy.length);
      expect(currencies.length).toBeGreaterThan(0);
      expect(currencies.filter((currency) => !isCurrency(currency))).toEqual([]);
      expect(new Set(currencies).size).toBe(currencies.length);
      expect([min, max].every(Number.isSafeInteger)).toBe(true);
      expect(min).toBeGreaterThan(0);
      expect(max).toBeGreaterThanOrEqual(min);
      expect(max).toBeLessThanOrEqual(MAX_AMOUNT);
    }
  });

  test('a checkout that ends by itself lives for minutes at least, and for a month at most', () => {
    const { checkoutLivesMs } = capabilities;
    if (checkoutLivesMs === null) return;
    expect(Number.isSafeInteger(checkoutLivesMs)).toBe(true);
    expect(checkoutLivesMs).toBeGreaterThanOrEqual(60_000);
    expect(checkoutLivesMs).toBeLessThanOrEqual(30 * 86_400_000);
  });

  test('the smallest amount of every currency of every method can be written', () => {
    expect(openings.filter(({ opening }) => !opening.ok)).toEqual([]);
  });

  test('an amount of nothing, and a currency that it does not list, are refused', () => {
    const [[method, { startedBy, currencies }]] = methods as [(typeof methods)[number]];
    expect(open(method, startedBy[0]!, { amount: 0, currency: currencies[0]! })).toMatchObject({
      ok: false,
      reason: 'amount_not_supported',
    });
    const { amount, currency } = driver.cannotWrite;
    expect(open(method, startedBy[0]!, { amount, currency })).toMatchObject({
      ok: false,
      reason: 'amount_not_supported',
    });
  });

  test('it has the verbs that its capabilities promise, and no others', () => {
    expect(gateway.refund !== undefined).toBe(methods.some(([, { refund }]) => refund !== 'none'));
    expect(gateway.lookUpRefund !== undefined).toBe(gateway.refund !== undefined);
    expect(gateway.capture !== undefined).toBe(capabilities.capture === 'by_us');
    const asks = openings.some(({ opening }) => opening.ok && opening.asks !== 'nobody');
    expect(gateway.startCheckout !== undefined).toBe(asks);
    expect(gateway.agreements !== undefined).toBe(capabilities.recurring);
  });

  test('it says where money is given back by hand, and which sums it can write as refunds', () => {
    expect(refundAt).toMatch(/^[A-Z].*\.$/);
    expect(refundable?.({ currency: driver.currency, amount: driver.amount }) ?? true).toBe(true);
    expect(refundable?.(driver.cannotWrite) ?? true).toBe(gateway.refund === undefined);
  });

  test('whoever may start a payment without the payer asks the gateway for it', () => {
    const byMerchant = openings.filter(({ starter }) => starter === 'merchant');
    expect(byMerchant.filter(({ opening }) => opening.ok && opening.asks === 'nobody')).toEqual([]);
  });

  test('what an account can do is no more than what the gateway can do', () => {
    const actual = capabilitiesOf(driver);
    expect(Object.keys(actual.methods).filter((method) => !Object.hasOwn(capabilities.methods, method))).toEqual([]);
    if (capabilities.lookup === 'none') expect(actual.lookup).toBe('none');
    const others = ({ capture, checkoutLivesMs, recurring, notifications }: typeof actual) => ({
      capture,
      checkoutLivesMs,
      recurring,
      notifications,
    });
    expect(others(actual)).toEqual(others(capabilities));
  });

  test('where a payment cannot be looked up, a look-up says so and asks nobody', async () => {
    const actual = capabilitiesOf(driver);
    if (actual.lookup === 'by_reference') return;
    const asked: unknown[] = [];
    const ask: typeof globalThis.fetch = (url) => Promise.reject(new Error(`asked ${String(asked.push(url))}`));
    const world = { credentials: account, simulatorUrl: 'http://simulator.example' };
    const lookup = await gateway.fetchFacts(
      { by: 'payment', checkout: CHECKOUT },
      gatewayContext<unknown>(world, { fetch: ask }),
    );
    expect(lookup).toMatchObject({ found: 'unaskable' });
    expect(asked).toEqual([]);
  });

  test('its messages have a way in', () => {
    expect('ipn' in channels || 'webhook' in channels).toBe(true);
    expect(capabilities.notifications === 'post_back').toBe('ipn' in channels);
  });

  test('its folder has the files that every gateway has, and its README says what is odd and how a merchant connects', () => {
    expect(FILES.filter((file) => !existsSync(path.join(FOLDER, name, file)))).toEqual([]);
    const readme = readFileSync(path.join(FOLDER, name, 'README.md'), 'utf8');
    expect(readme).toMatch(/^## What is odd about it$/m);
    expect(readme).toMatch(/^## How a (merchant|person) connects$/m);
    for (const file of FILES.filter((file) => file !== 'README.md')) expect(readme).toContain(`\`${file}\``);
  });

  test('every field that a merchant enters says what it is', () => {
    const silent = Object.entries(credentials.shape).filter(
      ([, field]) => (field as { description?: string }).description === undefined,
    );
    expect(silent.map(([field]) => field)).toEqual([]);
  });
}

/** A gateway may know fewer decimals of a currency than we do, so that its least is ten or a hundred times ours. */
const STEPS = [1, 10, 100];

const ORDER: Omit<CheckoutOrder, 'money' | 'method' | 'startedBy' | 'phone'> = {
  paymentId: 'pay_0123456789abcdefghij',
  payer: { name: 'Anne Martin', email: 'anne@example.org' },
  description: 'Club',
  returnUrl: 'https://club.example/return',
  cancelUrl: 'https://club.example/cancel',
  notificationUrl: 'https://club.example/hooks',
};
const CHECKOUT: OpenedCheckout = {
  paymentId: ORDER.paymentId,
  money: { amount: 1000, currency: 'EUR' },
  method: null,
  handed: 'form',
  reference: null,
  pending: [],
  createdAt: '2026-03-01T10:00:00.000Z',
};
