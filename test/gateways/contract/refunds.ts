import { GatewayFailure } from '../../../activities/gateways/port';
import type { GatewayContext, RefundAnswer, RefundLookup, RefundOrder } from '../../../activities/gateways/port';
import { GATEWAYS } from '../../../activities/gateways/registry';
import { startSimulator } from '../../../simulator/start';
import type { RunningSimulator } from '../../../simulator/start';
import { newId } from '../../../platform/ids';
import { call } from '../../support/client';
import { gatewayContext } from '../gateway-context';
import { capabilitiesOf } from './declaration';
import { isNone } from './driver';
import type { Driver, GivingBack, Scenario, Till } from './driver';
import { accepted } from './shop';

/** Money that came, and the merchant who gives it back. */
interface Sale {
  readonly till: Till;
  /** A refund of it; each has an id of its own. Without `money` of the whole. */
  order(over?: Partial<RefundOrder>): RefundOrder;
  /** `lose`: the answer to the call that moves money is lost, before or after the gateway has acted. */
  refund(order: RefundOrder, lose?: 'before' | 'after'): Promise<RefundAnswer>;
  lookUp(order: RefundOrder): Promise<RefundLookup>;
  /** What has gone back or is on its way, as the gateway has it. */
  given(): Promise<readonly number[]>;
  settle(how: 'done' | 'failed'): Promise<unknown>;
}

/**
 * What every gateway keeps of money that is given back: its verbs, at the simulator over real HTTP. Told one after the other:
 * what the simulator is told of the next refund is of whoever's comes next.
 */
export function giveMoneyBack(driver: Driver): void {
  const { givingBack, amount: whole, currency } = driver;
  if (isNone(givingBack)) {
    test.skip(`money is given back (not here: ${givingBack.none})`, () => undefined);
    return;
  }
  const isPartial = Object.values(capabilitiesOf(driver).methods).some(({ refund }) => refund === 'partial');
  const inParts: Scenario<true> = isPartial ? true : { none: 'it gives back whole sums only' };
  const part = { amount: whole / 3, currency };

  let simulator: RunningSimulator;
  beforeAll(async () => {
    simulator = await startSimulator({ port: 0, host: '127.0.0.1', resendSpeed: 1, laterEvents: 'by_hand' });
  });
  afterAll(() => simulator.stop());
  let sales = 0;
  const sell = (): Promise<Sale> => openSale(driver, givingBack, simulator, (sales += 1));

  function given<Thing>(scenario: Scenario<Thing>, words: string, check: (thing: Thing) => Promise<void>): void {
    if (isNone(scenario)) test.skip(`${words} (not here: ${scenario.none})`, () => undefined);
    else test(words, () => check(scenario));
  }

  test('the whole is given back', async () => {
    const sale = await sell();
    const order = sale.order();
    expectDone(await sale.refund(order), order);
    expect(await sale.given()).toEqual([whole]);
  });

  given(inParts, 'parts are given back until nothing is left', async () => {
    const sale = await sell();
    const known: RefundOrder['known'][number][] = [];
    for (let count = 0; count < 3; count += 1) {
      const order = sale.order({ money: part, known: [...known] });
      known.push({ reference: expectDone(await sale.refund(order), order), money: part });
    }
    expect(await sale.given()).toEqual([part.amount, part.amount, part.amount]);
    expect(await sale.refund(sale.order({ money: part, known }))).toMatchObject({ status: 'refused' });
    expect(await sale.given()).toHaveLength(3);
  });

  given(isPartial ? { none: 'it gives parts back' } : (true as const), 'a part is not given back', async () => {
    const sale = await sell();
    expect(await sale.refund(sale.order({ money: part }))).toMatchObject({
      status: 'refused',
      reason: 'partial_refund_not_supported',
    });
    expect(await sale.given()).toEqual([]);
  });

  const sizes = [{ what: 'the whole', over: {} }, ...(isPartial ? [{ what: 'a part', over: { money: part } }] : [])];

  test.each(sizes)('asked for three times with one key, $what is given back once', async ({ over }) => {
    const sale = await sell();
    const order = sale.order(over);
    const first = await sale.refund(order);
    const reference = expectDone(first, order);
    for (const again of [
      { ...order, again: true },
      { ...order, again: true, reference },
    ])
      expect(expectDone(await sale.refund(again), order)).toBe(reference);
    expect(await sale.given()).toHaveLength(1);
  });

  describe.each(['before', 'after'] as const)('the answer is lost %s the gateway acted', (lose) => {
    test.each(sizes)('and $what is given back once all the same', async ({ over }) => {
      const sale = await sell();
      const order = sale.order(over);
      expect(await failureOf(sale.refund(order, lose))).toMatchObject({ moved: 'perhaps', retry: 'later' });
      expect(await sale.given()).toHaveLength(lose === 'before' ? 0 : 1);
      expectDone(await sale.refund({ ...order, again: true }), order);
      expect(await sale.given()).toEqual([order.money.amount]);
    });

    test('and a look tells which, and moves nothing', async () => {
      const sale = await sell();
      const order = sale.order();
      await failureOf(sale.refund(order, lose));
      const seen = await sale.lookUp(order);
      if (lose === 'before') expect(seen).toEqual({ status: 'none' });
      else expectDone(seen, order);
      expect(await sale.given()).toHaveLength(lose === 'before' ? 0 : 1);
    });
  });

  given(givingBack.forget, 'the answer is lost and the key forgotten: given back once all the same', async (forget) => {
    const sale = await sell();
    const order = sale.order(isPartial ? { money: part } : {});
    await failureOf(sale.refund(order, 'after'));
    await forget(sale.till);
    expectDone(await sale.refund({ ...order, again: true }), order);
    expect(await sale.given()).toEqual([order.money.amount]);
  });

  given(inParts, 'a second refund of the same sum is not taken for the first', async () => {
    const sale = await sell();
    const first = sale.order({ money: part });
    const known = [{ reference: expectDone(await sale.refund(first), first), money: part }];
    const second = sale.order({ money: part, known });
    await failureOf(sale.refund(second, 'before'));
    expect(await sale.lookUp(second)).toEqual({ status: 'none' });
    const reference = expectDone(await sale.refund({ ...second, again: true }), second);
    expect(reference).not.toBe(known[0]?.reference);
    expect(await sale.given()).toEqual([part.amount, part.amount]);
  });

  describe('a refund that is on its way', () => {
    const start = async (pend: (till: Till) => Promise<unknown>) => {
      const sale = await sell();
      await pend(sale.till);
      const order = sale.order();
      const answer = await sale.refund(order);
      expect(answer).toMatchObject({
        status: 'pending',
        reference: expect.stringMatching(/./),
        reason: expect.stringMatching(/^[a-z][a-z_]*$/),
      });
      const reference = answer.status === 'pending' ? answer.reference : null;
      return { sale, answer, order: { ...order, again: true, reference } };
    };

    given(givingBack.pend, 'is so whenever it is looked at, until it is done', async (pend) => {
      const { sale, answer, order } = await start(pend);
      expect(await sale.lookUp(order)).toEqual(answer);
      await sale.settle('done');
      expectDone(await sale.lookUp(order), order);
      expect(await sale.given()).toEqual([whole]);
    });

    given(isNone(givingBack.fails) ? givingBack.fails : givingBack.pend, 'may fail', async (pend) => {
      const { sale, order } = await start(pend);
      await sale.settle('failed');
      expect(await sale.lookUp(order)).toMatchObject({
        status: 'refused',
        reason: expect.stringMatching(/^[a-z][a-z_]*$/),
        reference: order.reference,
      });
      expect(await sale.given()).toEqual([]);
    });
  });

  test('what the gateway refuses is refused in its word, and nothing is given back', async () => {
    const sale = await sell();
    await givingBack.refuse.next(sale.till);
    expect(await sale.refund(sale.order())).toEqual({
      status: 'refused',
      reason: givingBack.refuse.word,
      detail: expect.stringMatching(/./),
    });
    expect(await sale.given()).toEqual([]);
  });

  given(
    givingBack.wait,
    'what the merchant’s balance cannot pay waits, and is given back once it can',
    async (wait) => {
      const sale = await sell();
      await wait(sale.till);
      const order = sale.order();
      expect(await sale.refund(order)).toEqual({ status: 'pending', reference: null, reason: 'insufficient_fund' });
      expect(await sale.lookUp(order)).toEqual({ status: 'none' });
      expect(await sale.given()).toEqual([]);
      expectDone(await sale.refund({ ...order, again: true }), order);
      expect(await sale.given()).toEqual([whole]);
    },
  );

  test('a look at a refund that was never asked for finds none, and gives nothing back', async () => {
    const sale = await sell();
    expect(await sale.lookUp(sale.order())).toEqual({ status: 'none' });
    expect(await sale.given()).toEqual([]);
  });
}

/** Done, as this refund of ours. Gives the gateway's reference of it. */
function expectDone(answer: RefundLookup, { refundId, capture, money }: RefundOrder): string {
  expect(answer).toMatchObject({
    status: 'succeeded',
    fact: { kind: 'payment_refunded', parent: capture, qualifier: '', ...money, refundId },
  });
  return answer.status === 'succeeded' ? answer.fact.gatewayReference : '';
}

async function openSale(
  { gateway: name, amount, currency, account: accountOf }: Driver,
  givingBack: GivingBack,
  { url }: RunningSimulator,
  number: number,
): Promise<Sale> {
  const { gateway, credentials } = GATEWAYS[name];
  const { refund, lookUpRefund } = gateway;
  if (!refund || !lookUpRefund) throw new Error(`${name} gives nothing back`);
  const account = accountOf(number);
  const till: Till = {
    simulator: url,
    account,
    control: async <Body>(method: string, path: string, body?: unknown) =>
      accepted(await call<Body>(url, null, method, `/control${path}`, body)),
  };
  const paymentId = newId('pay');
  const money = { amount, currency };
  const capture = await givingBack.charge(till, paymentId, money);
  const context = (over: Partial<GatewayContext<unknown>> = {}) =>
    gatewayContext<unknown>({ credentials: credentials.parse(account.fields), simulatorUrl: url }, over);
  return {
    till,
    order(over = {}) {
      const refundId = newId('ref');
      return {
        refundId,
        paymentId,
        capture,
        captured: money,
        method: null,
        money,
        whole: over.money === undefined,
        note: null,
        idempotencyKey: refundId,
        again: false,
        reference: null,
        known: [],
        ...over,
      };
    },
    refund: (order, lose) => refund(order, context(lose && { fetch: losing(lose, givingBack) })),
    lookUp: (order) => lookUpRefund(order, context()),
    given: () => givingBack.given(till, capture),
    settle: (how) => givingBack.settle(till, capture, how),
  };
}

function losing(when: 'before' | 'after', { moves }: GivingBack): typeof globalThis.fetch {
  return async (url, init) => {
    const body = typeof init?.body === 'string' ? init.body : '';
    const isLost = typeof url === 'string' && moves(url, body);
    const answer = isLost && when === 'before' ? null : await globalThis.fetch(url, init);
    if (isLost || answer === null)
      throw new TypeError('fetch failed', {
        cause: Object.assign(new Error('other side closed'), { code: 'UND_ERR_SOCKET' }),
      });
    return answer;
  };
}

async function failureOf(work: Promise<unknown>): Promise<GatewayFailure> {
  const outcome = await work.catch((error: unknown) => error);
  if (outcome instanceof GatewayFailure) return outcome;
  throw new Error(`expected a GatewayFailure, got ${JSON.stringify(outcome)}`);
}
