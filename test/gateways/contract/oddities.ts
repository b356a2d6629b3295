import { GATEWAYS } from '../../../activities/gateways/registry';
import type {
  CaptureAnswer,
  CaptureOrder,
  CheckoutOrder,
  GatewayContext,
  Lookup,
  OpenedCheckout,
  RawNotification,
  StartedCheckout,
  Subject,
} from '../../../activities/gateways/port';
import { toldFacts } from '../../../workflows/domain/remark';
import { gatewayContext } from '../gateway-context';
import { isNone } from './driver';
import type { Driver, Telling } from './driver';

export const ODD_PAYMENT = 'pay_0123456789abcdefghijkmnpqr';
export const SIMULATOR = 'http://simulator.example';

/** What the adapter makes of what gateways say in the field. Needs no world. */
export function faceOddities({ gateway: name, account, odd, currency, amount }: Driver): void {
  const { gateway, credentials } = GATEWAYS[name];
  const money = { currency, amount };
  const context = (answer: Telling['answer']): GatewayContext<unknown> =>
    gatewayContext<unknown>(
      { credentials: { ...credentials.parse(account(0).fields), ...odd.known }, simulatorUrl: SIMULATOR },
      {
        fetch: async (url, init) =>
          answer(new URL(url).pathname, new URLSearchParams(Buffer.from((init?.body ?? '') as string).toString())),
      },
    );
  const look = ({ asked, answer }: Telling): Promise<Lookup> => gateway.fetchFacts(asked, context(answer));
  const kindsIn = (lookup: Lookup) => (lookup.found === true ? lookup.facts.map(({ kind }) => kind) : []);

  test('a remark is never lost: money whose fee cannot be read is told, and with it what the gateway wrote', async () => {
    const lookup = await look(odd.fee);
    if (lookup.found !== true) throw new Error(`the money was not found: ${JSON.stringify(lookup)}`);
    const about = { gatewayReference: odd.fee.money };
    expect(toldFacts(lookup)).toMatchObject([
      { kind: 'payment_captured', ...about },
      { kind: 'remark_noted', ...about, reason: 'fee_unreadable', wrote: expect.stringMatching(/./) },
    ]);
  });

  test('what is linked by its parent is told with it: money that goes back names the money that came', async () => {
    const lookup = await look(odd.givenBack);
    const back = lookup.found === true ? lookup.facts.filter(({ kind }) => kind === 'payment_refunded') : [];
    expect(back).toMatchObject([{ parent: odd.givenBack.money }]);
  });

  const { onlyReversed, refused } = odd;
  const later = 'a status that is told later is no evidence that money came';
  if (isNone(onlyReversed)) test.skip(`${later} (not here: ${onlyReversed.none})`, () => undefined);
  else
    test(later, async () => {
      expect(kindsIn(await look(onlyReversed))).toEqual(['payment_failed']);
    });

  const noWord = 'a refusal in a word that nobody knows ends or is shown, and is not asked about for ever';
  if (isNone(refused)) test.skip(`${noWord} (not here: ${refused.none})`, () => undefined);
  else
    test(noWord, async () => {
      const asked = context(refused.answer);
      const answer: CaptureAnswer | StartedCheckout | undefined =
        refused.verb === 'capture'
          ? await gateway.capture?.(captureOf(money), asked)
          : await gateway.startCheckout?.(orderOf(money, odd.phone ?? null), asked);
      const shown = { reason: expect.stringMatching(/^[a-z][a-z0-9_]*$/), detail: expect.stringMatching(/./) };
      expect(answer).toEqual(refused.verb === 'capture' ? { found: 'refused', ...shown } : { opened: false, ...shown });
    });
}

/** A look at a payment whose checkout has this reference at the gateway. */
export const looksAt = (
  reference: string,
  money: OpenedCheckout['money'],
  pending: readonly string[] = [],
): Subject => ({
  by: 'payment',
  checkout: checkoutOf(reference, money, pending),
});
/** A message that names no payment. */
export const hears = (raw: RawNotification): Subject => ({ by: 'notification', raw, checkout: null });

export function json(value: unknown, status = 200): Response {
  return new Response(JSON.stringify(value), { status, headers: { 'content-type': 'application/json' } });
}

function checkoutOf(
  reference: string,
  money: OpenedCheckout['money'],
  pending: readonly string[] = [],
): OpenedCheckout {
  const createdAt = '2026-03-01T10:00:00.000Z';
  return { paymentId: ODD_PAYMENT, money, method: null, handed: 'redirect', reference, pending, createdAt };
}

function captureOf(money: OpenedCheckout['money']): CaptureOrder {
  const reference = 'ODD0000000000001';
  return { checkout: checkoutOf(reference, money), reference, attempt: 1, idempotencyKey: 'capture:1', again: false };
}

function orderOf(money: OpenedCheckout['money'], phone: string | null): CheckoutOrder {
  return {
    paymentId: ODD_PAYMENT,
    money,
    method: phone === null ? null : 'mobile_money',
    startedBy: phone === null ? 'member' : 'merchant',
    phone,
    payer: { name: 'Anne Martin', email: 'anne@example.org' },
    description: 'Club',
    returnUrl: 'https://club.example/return',
    cancelUrl: 'https://club.example/cancel',
    notificationUrl: 'https://club.example/hooks',
  };
}
