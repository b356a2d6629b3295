import { expectNowhere } from '../api/whole-database';
import { brokenInvariants } from '../support/audit';
import { historyOf, readable } from '../support/histories';
import { hearAfterwards } from './contract/afterwards';
import { capabilitiesOf, declare } from './contract/declaration';
import { isNone } from './contract/driver';
import type { Driver, Scenario } from './contract/driver';
import { faceOddities } from './contract/oddities';
import { distinctOrders, gate } from './contract/orders';
import { paidOnce } from './contract/shop';
import type { OpenPayment, Shop } from './contract/shop';
import { giveMoneyBack } from './contract/refunds';
import { openStage } from './contract/stage';
import type { Stage } from './contract/stage';
import { todosOf } from './contract/todos';
import { BAD_ANSWERS, LOST_CALLS, SILENCE } from './contract/wire';
import type { Fault } from './contract/wire';

/** How many payments are under way at once, of sentences that need many: enough to fill two cores, and not to choke them. */
const AT_ONCE = 16;
const LONG_MS = 900_000;
/** A payer's time that ends within a test, and is long enough to pay in though the machine is busy. */
const SHORT_TIME_MS = 6_000;

/**
 * What every gateway keeps, whatever its protocol: the same sentences about money, played through the whole product over
 * real HTTP at the simulator. What a gateway does not have is left out by the driver's data, with its reason in the name.
 */
export function describeGateway(driver: Driver): void {
  const { gateway, handed } = driver;
  const title = driver.way === undefined ? gateway : `${gateway}, ${driver.way}`;
  const todos = todosOf(gateway);
  if (todos.length > 0) {
    // A gateway that is not finished would fail every sentence below in the same way, and say nothing.
    describe(`${title}: what is to do, in the order of the work`, () => {
      test.each(todos)('%s', (todo) => {
        throw Object.assign(new Error(todo), { stack: todo }); // where this line stands is of no interest
      });
    });
    return;
  }
  const canBeAsked = capabilitiesOf(driver).lookup === 'by_reference';
  describe(`${title}: what it says of itself`, () => declare(driver));
  describe(`${title}: what gateways say in the field`, () => faceOddities(driver));
  describe(`${title}: money that is given back`, () => giveMoneyBack(driver));
  describe(`${title}: what is told of money afterwards`, () => hearAfterwards(driver));

  let stage: Stage;
  const crowd = gate(AT_ONCE);
  const waitingRoom = gate(3 * AT_ONCE); // for those whose time must pass first
  beforeAll(async () => {
    stage = await openStage(driver);
  }, LONG_MS);
  afterAll(() => stage.stop(), LONG_MS);

  let about = '';
  /** Not a describe: jest begins the next one only when all of the last one have ended, and here everybody waits for somebody. */
  function topic(name: string, tell: () => void): void {
    about = `${title}, ${name}`;
    tell();
  }
  /** One of the sentences, told beside the others. */
  function sentence(words: string, check: () => Promise<void>): void {
    test.concurrent(`${about}: ${words}`, check, LONG_MS);
  }
  /** A sentence about what not every gateway has. */
  function given<Thing>(scenario: Scenario<Thing>, words: string, check: (thing: Thing) => Promise<void>): void {
    if (isNone(scenario)) test.skip(`${about}: ${words} (not here: ${scenario.none})`, () => undefined);
    else sentence(words, () => check(scenario));
  }

  async function pay(over: Record<string, unknown> = {}): Promise<{ shop: Shop; payment: OpenPayment }> {
    const shop = await stage.openShop();
    return { shop, payment: await shop.pay(over) };
  }

  async function expectPaidOnce(shop: Shop, payment: OpenPayment): Promise<void> {
    await shop.untilStatus(payment, 'paid');
    expect(await shop.state(payment)).toEqual(paidOnce(driver));
    const { openings, takings } = await driver.count(shop, payment);
    expect({ openings: openings ?? 1, takings }).toEqual({ openings: 1, takings: 1 });
  }

  async function expectNothingBooked(shop: Shop): Promise<void> {
    expect(await shop.entries()).toEqual([]);
  }

  topic('calls that fail', () => {
    // First, because they take longest: the others fill the gaps.
    /** What brings us word of the money: the gateway's first message, the payer's browser, only the last that the gateway has to say, or nobody. */
    type Word = 'a message' | 'the browser that comes back' | 'the gateway’s last word' | 'nobody';
    const WORDS: readonly Word[] = [
      'a message',
      'the browser that comes back',
      'the gateway’s last word',
      ...(isNone(driver.foundUntold) ? [] : (['nobody'] as const)),
    ];

    interface Life {
      readonly shop: Shop;
      readonly payment: OpenPayment;
      /** The names of the calls that it took, and how many of them opened it. */
      readonly calls: readonly string[];
      readonly opening: number;
    }

    /** One payment from its opening to the end, of which the call with this number fails so. */
    async function live(word: Word, fault: Fault | null, index = -1): Promise<Life> {
      const shop = await stage.openShop();
      if (fault) shop.wire.plan(index, fault);
      const created = await shop.create(word === 'nobody' ? { expiresInMs: SHORT_TIME_MS } : {});
      const payment =
        created.status === 'created' ? await shop.untilStatus(created, 'awaiting_payer', 'failed') : created;
      const names = () => shop.wire.calls.map((asked) => driver.nameCall(asked));
      const opening = names().length;
      const { openings } = await driver.count(shop, payment);
      if (openings === 0) return { shop, payment, calls: names(), opening };
      shop.box.hold();
      await bringWord(word, shop, payment);
      await shop.untilPaidOrFailed(payment);
      const calls = names();
      await shop.box.passOn(); // what it says afterwards waited, so that each of these payments makes the same calls
      return { shop, payment, calls, opening };
    }

    async function bringWord(word: Word, shop: Shop, payment: OpenPayment): Promise<void> {
      if (word === 'the gateway’s last word') {
        const { letters } = await driver.story(shop, payment);
        await shop.box.deliver(letters.at(-1)!);
        return;
      }
      const { returnUrl } = await driver.pay(shop, payment);
      if (word === 'nobody') return;
      if (word === 'the browser that comes back' && returnUrl !== null) await fetch(returnUrl);
      else await shop.box.deliver((await shop.box.untilHolding(1))[0]!);
    }

    /** Null: as it should be. */
    async function complain(shop: Shop, payment: OpenPayment): Promise<unknown> {
      const { openings, takings } = await driver.count(shop, payment);
      if (openings === 0) {
        // Only where asking twice would reach the payer twice is it better not to ask again.
        const { status, captured } = await shop.payment(payment);
        const fits = handed === 'prompt' && (status === 'awaiting_payer' || status === 'failed') && captured === 0;
        return fits ? null : { openings, status, captured };
      }
      await shop.untilStatus(payment, 'paid');
      const now = await driver.count(shop, payment);
      if ((now.openings ?? 1) !== 1 || now.takings !== 1) return { ...now, before: takings };
      const state = await shop.state(payment);
      return JSON.stringify(state) === JSON.stringify(paidOnce(driver)) ? null : state;
    }

    interface Call {
      readonly word: Word;
      readonly name: string;
      readonly index: number;
    }

    /** Every call that a payment takes when all goes well, by whichever word; those of its opening once. */
    let listed: Promise<readonly Call[]> | undefined;
    function listCalls(): Promise<readonly Call[]> {
      return (listed ??= (async () => {
        const lives = await Promise.all(WORDS.map(async (word) => ({ word, ...(await live(word, null)) })));
        const complaints = await Promise.all(lives.map(({ shop, payment }) => complain(shop, payment)));
        expect(complaints).toEqual(WORDS.map(() => null));
        return lives.flatMap(({ word, calls, opening }, nth) =>
          calls.map((name, index) => ({ word, name, index })).filter(({ index }) => nth === 0 || index >= opening),
        );
      })());
    }

    async function expectPaidWhatever(calls: readonly Call[], faults: readonly Fault[]): Promise<void> {
      expect(calls.length).toBeGreaterThan(0);
      const cases = calls.flatMap((call) => faults.map((fault) => ({ ...call, fault })));
      const happened = new Set<string>();
      const complaints = await Promise.all(
        cases.map(({ word, name, index, fault }) =>
          (word === 'nobody' ? waitingRoom : crowd)(async () => {
            const about = `told by ${word}, call ${index + 1}, ${name}: ${fault.name}`;
            try {
              const { shop, payment } = await live(word, fault, index);
              const complaint = await complain(shop, payment);
              if (shop.wire.hasFailed()) happened.add(`${name}: ${fault.name}`);
              return complaint === null ? [] : [{ about, complaint }];
            } catch (error) {
              return [{ about, complaint: error instanceof Error ? error.message : error }];
            }
          }),
        ),
      );
      expect(complaints.flat()).toEqual([]);
      // A gateway that is asked now and then is asked once more or less: but each kind of call must have failed in each way.
      expect(cases.map(({ name, fault }) => `${name}: ${fault.name}`).filter((what) => !happened.has(what))).toEqual(
        [],
      );
    }

    sentence('each call is lost once, before and after the gateway acted: paid once, asked for once', async () =>
      expectPaidWhatever(await listCalls(), LOST_CALLS),
    );

    sentence(
      'each kind of call is answered with 429, 5xx, garbage, nothing, too much or a redirect once: paid once, asked for once',
      async () => {
        const calls = await listCalls();
        const firsts = calls.filter(({ name }, index) => calls.findIndex((call) => call.name === name) === index);
        await expectPaidWhatever(firsts, BAD_ANSWERS);
      },
    );

    sentence('a gateway that is silent until we have had enough: paid once, asked for once', async () =>
      expectPaidWhatever((await listCalls()).filter(({ word }) => word === 'a message').slice(-1), [SILENCE]),
    );
  });

  topic('opening', () => {
    sentence(`a payment hands its payer a ${handed} within the answer`, async () => {
      const shop = await stage.openShop();
      const payment = await shop.create();
      expect(payment).toMatchObject({ status: 'awaiting_payer', amount: driver.amount, nextAction: { kind: handed } });
      expect((await shop.payment(payment)).nextAction).toEqual(payment.nextAction);
    });

    sentence(
      'a payment waits for its payer as long as it is asked to, and no longer than its checkout lives',
      async () => {
        const { checkoutLivesMs } = capabilitiesOf(driver);
        for (const expiresInMs of [60_000, 30 * 86_400_000]) {
          const shop = await stage.openShop();
          const { createdAt, expiresAt } = await shop.create({ expiresInMs });
          const waitsMs = Date.parse(expiresAt) - Date.parse(createdAt);
          const minutes = Math.round(waitsMs / 60_000); // the database's clock and ours differ by less
          expect(minutes).toBe(Math.min(expiresInMs, checkoutLivesMs ?? Infinity) / 60_000);
        }
      },
    );

    sentence('an amount that the gateway cannot write is refused before anybody is asked', async () => {
      const { currency, amount } = driver.cannotWrite;
      const shop = await stage.openShop(currency);
      const refusal = await shop.ask<{ code: string }>('POST', '/v1/payments', shop.order(await shop.member(amount)));
      expect({ status: refusal.status, code: refusal.body.code }).toEqual({
        status: 422,
        code: 'amount_not_supported',
      });
      expect(shop.wire.calls).toEqual([]);
    });

    sentence('a payment asked for five times with one key is opened once at the gateway', async () => {
      const shop = await stage.openShop();
      const order = shop.order(await shop.member());
      const create = () => shop.ask<OpenPayment>('POST', '/v1/payments', order, { 'idempotency-key': 'the same' });
      const first = await Promise.all(Array.from({ length: 4 }, create));
      const again = await create();
      expect(first.map(({ status }) => status).filter((status) => status !== 201 && status !== 409)).toEqual([]);
      expect(again.status).toBe(201);
      expect(new Set([...first, again].filter(({ status }) => status === 201).map(({ body }) => body.id)).size).toBe(1);
      const { openings } = await driver.count(shop, again.body);
      expect(openings ?? 1).toBe(1);
    });
  });

  topic('outcomes', () => {
    sentence('paid: income, fee, payline and cart, each once', async () => {
      const { shop, payment } = await pay();
      await driver.pay(shop, payment);
      await expectPaidOnce(shop, payment);
    });

    sentence('never paid: it expires and books nothing', async () => {
      const { shop, payment } = await pay({ expiresInMs: 1_500 });
      expect(await shop.untilStatus(payment, 'expired')).toMatchObject({
        captured: 0,
        attention: null,
        nextAction: null,
      });
      await expectNothingBooked(shop);
    });

    given(driver.pend, 'pending, then paid', async (pend) => {
      const { shop, payment } = await pay();
      const visit = await pend(shop, payment);
      if (visit.returnUrl !== null) await fetch(visit.returnUrl);
      const held = await shop.untilStatus(payment, 'processing');
      expect(held).toMatchObject({
        captured: 0,
        attention: null,
        nextAction: null,
        reason: expect.stringMatching(/^[a-z][a-z_]*$/),
      });
      await expectNothingBooked(shop);
      await driver.settle(shop, payment, visit, 'paid');
      await expectPaidOnce(shop, payment);
    });

    given(driver.pend, 'pending, then failed: nothing is booked', async (pend) => {
      const { shop, payment } = await pay({ expiresInMs: SHORT_TIME_MS });
      const visit = await pend(shop, payment);
      if (visit.returnUrl !== null) await fetch(visit.returnUrl);
      await shop.untilStatus(payment, 'processing');
      await driver.settle(shop, payment, visit, 'failed');
      // Where the payer may try again after a failure, it is the payer's time that ends the payment.
      const ended = await shop.untilStatus(payment, 'failed', 'expired');
      expect(ended).toMatchObject({ captured: 0, attention: null, nextAction: null });
      await expectNothingBooked(shop);
    });

    given(driver.tryInVain, 'a try that fails, then one that succeeds: paid, once', async (tryInVain) => {
      const { shop, payment } = await pay();
      await tryInVain(shop, payment);
      await shop.untilSettled(shop.box.letters.length);
      expect(await shop.payment(payment)).toMatchObject({
        status: 'awaiting_payer',
        captured: 0,
        nextAction: { kind: handed },
      });
      await driver.pay(shop, payment);
      await expectPaidOnce(shop, payment);
    });

    given(driver.decline, 'declined for good: it fails and books nothing', async (decline) => {
      const { shop, payment } = await pay();
      await decline(shop, payment);
      const failed = await shop.untilStatus(payment, 'failed');
      expect(failed).toMatchObject({
        captured: 0,
        attention: null,
        nextAction: null,
        reason: expect.stringMatching(/^[a-z][a-z_]*$/),
      });
      await expectNothingBooked(shop);
    });

    given(driver.foundUntold, 'paid, and nobody ever tells: the gateway is asked before the time is over', async () => {
      const { shop, payment } = await pay({ expiresInMs: SHORT_TIME_MS });
      shop.box.hold();
      await driver.pay(shop, payment);
      await expectPaidOnce(shop, payment);
      expect(await shop.notifications()).toEqual([]);
    });

    given(
      canBeAsked || isNone(driver.pend) ? driver.pend : { none: 'this account cannot be asked' },
      'what was pending is paid, and nobody tells: the gateway is asked until it has decided',
      async (pend) => {
        const { shop, payment } = await pay();
        const visit = await pend(shop, payment);
        if (visit.returnUrl !== null) await fetch(visit.returnUrl);
        await shop.untilStatus(payment, 'processing');
        shop.box.hold();
        await driver.settle(shop, payment, visit, 'paid');
        await expectPaidOnce(shop, payment);
      },
    );
  });

  topic('messages', () => {
    sentence('in whatever order they come, and one of them twice: the same state and the same books', async () => {
      const shop = await stage.openShop();
      shop.box.hold();
      const { letters, returnUrl } = await driver.story(shop, await shop.pay());
      const deck = [...letters.keys(), letters.length - 1, ...(returnUrl === null ? [] : (['return'] as const))];
      const orders = distinctOrders(deck);
      expect(orders.length).toBeGreaterThan(1);
      const lives = await Promise.all(
        orders.map((order) =>
          crowd(async () => {
            const one = await stage.openShop();
            one.box.hold();
            const payment = await one.pay();
            const told = await driver.story(one, payment);
            const answers: number[] = [];
            for (const card of order)
              answers.push(
                card === 'return' ? (await fetch(told.returnUrl!)).status : await one.box.deliver(told.letters[card]!),
              );
            await one.untilStatus(payment, 'paid');
            await one.untilSettled(1);
            return { order: order.join(', '), answers: [...new Set(answers)], state: await one.state(payment) };
          }),
        ),
      );
      for (const { order, answers, state } of lives)
        expect({ order, answers, state }).toEqual({ order, answers: [200], state: paidOnce(driver) });
    });

    sentence('the same message twenty times at once: booked once', async () => {
      const { shop, payment } = await pay();
      shop.box.hold();
      await driver.pay(shop, payment);
      const [letter] = await shop.box.untilHolding(1);
      await Promise.all(Array.from({ length: 20 }, () => shop.box.deliver(letter!)));
      await shop.box.passOn();
      await expectPaidOnce(shop, payment);
    });

    sentence('a forged message changes nothing, and the true one still counts', async () => {
      const [other, { shop, payment }] = await Promise.all([pay(), pay()]);
      // What a forger may have seen: a true message, of another payment of the same merchant.
      const seen = await shop.pay(driver.order(shop));
      await driver.pay(shop, seen);
      await shop.untilStatus(seen, 'paid');
      await shop.untilSettled(shop.box.letters.length);
      const genuine = shop.box.letters.at(-1)!;
      const before = await shop.state(payment);
      for (const { lie, letter, end } of driver.forge(shop, payment, genuine)) {
        const kept = (await shop.notifications()).length;
        shop.wire.forget();
        const status = await shop.box.deliver(letter);
        if (end === 'refused') {
          expect({ lie, status: status >= 400 && status < 500, kept: (await shop.notifications()).length }).toEqual({
            lie,
            status: true,
            kept,
          });
          // A prompt is asked about meanwhile, whatever comes.
          if (payment.nextAction?.kind !== 'prompt')
            expect({ lie, asked: shop.wire.calls.map((asked) => driver.nameCall(asked)) }).toEqual({ lie, asked: [] });
          continue;
        }
        const [newest] = await shop.untilSettled(kept + 1);
        expect({ lie, status }).toEqual({ lie, status: 200 });
        if (end === 'invalid') expect({ lie, state: newest?.state }).toEqual({ lie, state: 'invalid' });
        // A signature is proof enough that it is a lie.
        const about =
          capabilitiesOf(driver).notifications === 'signature'
            ? shop.wire.calls.filter((asked) => driver.asksAboutMoney(asked))
            : [];
        expect({ lie, about }).toEqual({ lie, about: [] });
      }
      expect(await shop.state(payment)).toEqual(before);
      await driver.pay(shop, payment);
      expect(await shop.untilStatus(payment, 'paid')).toMatchObject({ captured: driver.amount, attention: null });
      expect((await other.shop.payment(other.payment)).status).toBe('awaiting_payer');
    });

    sentence('a true message about another merchant’s money books nothing here', async () => {
      const [theirs, { shop, payment }] = await Promise.all([pay(), pay()]);
      await driver.pay(theirs.shop, theirs.payment);
      await expectPaidOnce(theirs.shop, theirs.payment);
      for (const letter of theirs.shop.box.letters) await shop.box.deliver(letter);
      const notifications = await shop.untilSettled(0);
      expect(notifications.filter(({ state }) => state === 'applied' || state === 'unmatched')).toEqual([]);
      expect(await shop.payment(payment)).toMatchObject({ status: 'awaiting_payer', captured: 0, attention: null });
      await expectNothingBooked(shop);
      await expectPaidOnce(theirs.shop, theirs.payment);
    });

    sentence(
      'a browser that comes back with another payment’s money on its page pays that one, and never this',
      async () => {
        const { shop, payment } = await pay();
        const other = await shop.pay(driver.order(shop));
        shop.box.hold();
        const { returnUrl } = await driver.pay(shop, other);
        const url = new URL(returnUrl ?? `${stage.world.baseUrl}/return/${other.id}?transaction_id=none`);
        url.pathname = `/return/${payment.id}`;
        expect((await fetch(url)).status).toBe(200);
        if (returnUrl === null) await shop.box.passOn();
        else await shop.untilStatus(other, 'paid');
        await shop.box.passOn();
        expect(await shop.untilStatus(other, 'paid')).toMatchObject({ captured: driver.amount, attention: null });
        expect(await shop.payment(payment)).toMatchObject({ status: 'awaiting_payer', captured: 0, attention: null });
      },
    );
  });

  topic('money that does not fit', () => {
    sentence('another amount than was asked for is booked to suspense, in front of a person', async () => {
      const { shop, payment } = await pay();
      await driver.pay(shop, payment, { amount: driver.amount - 100 });
      const seen = await shop.untilStatus(payment, 'needs_review');
      expect(seen).toMatchObject({ captured: driver.amount - 100, attention: { code: 'amount_mismatch' } });
      expect((await shop.entries()).map(({ kind }) => kind)).toContain('payment_suspended');
      expect((await shop.cart(payment.member)).paylines).toEqual([]);
    });

    given(
      driver.otherCurrency,
      'another currency than was asked for is booked to suspense, in front of a person',
      async (currency) => {
        const { shop, payment } = await pay();
        await driver.pay(shop, payment, { currency });
        expect(await shop.untilStatus(payment, 'needs_review')).toMatchObject({
          attention: { code: 'currency_mismatch' },
        });
        expect((await shop.entries()).map(({ kind }) => kind)).toContain('payment_suspended');
        expect((await shop.cart(payment.member)).paylines).toEqual([]);
      },
    );
  });

  // Not side by side with the others: by now everything that could leave a trace has happened.
  test(`${title}: after all that the books hold, every call was somebody’s, and none would have followed a redirect`, async () => {
    const { credulous, nobodys } = stage.switchboard;
    expect({ credulous, nobodys }).toEqual({ credulous: [], nobodys: [] });
    expect(await brokenInvariants(stage.world)).toEqual({});
  });

  test(
    `${title}: credentials are in no answer, no log, no history and nowhere in the database`,
    async () => {
      const { shop, payment } = await pay();
      await driver.pay(shop, payment);
      await expectPaidOnce(shop, payment);
      const answers = await Promise.all(
        [
          '/v1/merchant',
          '/v1/gateway-accounts',
          `/v1/payments/${payment.id}`,
          '/v1/notifications',
          '/v1/ledger/entries',
        ].map((url) => shop.ask('GET', url)),
      );
      const check = await shop.ask('POST', `/v1/gateway-accounts/${gateway}/check`, {});
      const secrets = [
        ...shop.account.secrets,
        ...[...shop.wire.marks].filter((mark) => !shop.account.marks.includes(mark)),
      ];
      expect(secrets.length).toBeGreaterThan(0);
      const places = {
        answers: JSON.stringify([shop.connected, payment, check.body, ...answers.map(({ body }) => body)]),
        log: stage.log.join('\n'),
        history: readable(await historyOf(stage.world, payment)),
      };
      expect(places.log).toContain('/v1/gateway-accounts');
      for (const [place, text] of Object.entries(places))
        expect({ place, seen: secrets.filter((secret) => text.includes(secret)) }).toEqual({ place, seen: [] });
      await expectNowhere(stage.world.db, ...secrets);
    },
    LONG_MS,
  );
}
