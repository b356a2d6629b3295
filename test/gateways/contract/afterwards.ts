import { GATEWAYS } from '../../../activities/gateways/registry';
import { newId } from '../../../platform/ids';
import { startSimulator } from '../../../simulator/start';
import type { RunningSimulator } from '../../../simulator/start';
import { takingsOf } from '../../../workflows/domain/dispute';
import { keyOf } from '../../../workflows/domain/fact';
import type { GatewayFact } from '../../../workflows/domain/fact';
import type { PaymentTerms } from '../../../workflows/domain/payment/types';
import { refundsOf } from '../../../workflows/domain/refund';
import { call } from '../../support/client';
import { gatewayContext, memoryCache } from '../gateway-context';
import { isNone } from './driver';
import type { Afterwards, Driver, Till } from './driver';
import { openPostOffice } from './post-office';
import type { Letter, PostOffice } from './post-office';
import { accepted } from './shop';

type Happening = Parameters<Afterwards['happen']>[2];

/**
 * What a gateway's messages make of cases and of money that is taken back: the same end for every gateway, in whichever order
 * they are read. The messages are the simulator's, over real HTTP, and each is asked about.
 */
export function hearAfterwards(driver: Driver): void {
  const { afterwards, amount } = driver;
  if (isNone(afterwards)) {
    test.skip(`cases and money that is taken back are told (not here: ${afterwards.none})`, () => undefined);
    return;
  }
  let simulator: RunningSimulator;
  let office: PostOffice;
  beforeAll(async () => {
    office = await openPostOffice();
    simulator = await startSimulator({ port: 0, host: '127.0.0.1', resendSpeed: 1e12, laterEvents: 'by_hand' });
  });
  afterAll(async () => {
    await simulator.stop();
    await office.close();
  });
  let accounts = 0;

  /** All that is told of one payment to which this happened, one order of reading after the other. */
  async function live(...happenings: readonly Happening[]): Promise<readonly Outcome[]> {
    if (isNone(afterwards)) return [];
    const { gateway, credentials } = GATEWAYS[driver.gateway];
    const account = driver.account((accounts += 1));
    const till: Till = {
      simulator: simulator.url,
      account,
      control: async <Body>(method: string, path: string, body?: unknown) =>
        accepted(await call<Body>(simulator.url, null, method, `/control${path}`, body)),
    };
    const paymentId = newId('pay');
    const money = { amount, currency: driver.currency };
    const box = office.open(
      () => '',
      (letter) => letter,
    );
    box.hold();
    const { capture, known } = await afterwards.charge(till, paymentId, money, box.url);
    let told = (await box.untilHolding(1)).length;
    for (const what of happenings) {
      await afterwards.happen(till, capture, what);
      told = (await box.untilHolding(told + (what === 'given' ? afterwards.tellsOfGiven : 1))).length;
    }
    const context = gatewayContext<unknown>(
      { credentials: { ...credentials.parse(account.fields), ...known }, simulatorUrl: simulator.url },
      { cache: memoryCache() },
    );
    const read = async ({ headers, body }: Letter): Promise<readonly GatewayFact[]> => {
      const raw = { channel: afterwards.channel, headers, body };
      const lookup = await gateway.fetchFacts({ by: 'notification', raw, checkout: null }, context);
      if (lookup.found === 'approved') return [];
      expect(lookup).toMatchObject({ found: true, paymentId, remarks: [] });
      return lookup.found === true ? lookup.facts : [];
    };
    const facts: (readonly GatewayFact[])[] = [];
    for (const letter of box.letters) facts.push(await read(letter));
    return [facts, facts.toReversed()].map((order) => outcomeOf(termsOf(paymentId, driver), capture, order.flat()));
  }

  test('a case is told before any money moves', async () => {
    for (const { disputes, refunds } of await live('case')) {
      expect(disputes).toMatchObject([{ status: 'open', stage: 'inquiry', held: 0, lost: 0 }]);
      expect(refunds).toEqual([]);
    }
  });

  test('what is taken back under a case is held by it', async () => {
    for (const { disputes } of await live('case', 'taken'))
      expect(disputes).toMatchObject([{ status: 'open', taken: amount, held: amount, lost: 0 }]);
  });

  test('a case that is won gives it back', async () => {
    for (const { disputes, surplus } of await live('case', 'taken', 'won')) {
      expect(disputes).toMatchObject([{ status: 'won', taken: amount, returned: amount, held: 0, lost: 0 }]);
      expect(surplus).toBe(0);
    }
  });

  test('a case that is lost keeps it', async () => {
    for (const { disputes, surplus } of await live('case', 'taken', 'lost')) {
      expect(disputes).toMatchObject([{ status: 'lost', taken: amount, returned: 0, held: 0, lost: amount }]);
      expect(surplus).toBe(0);
    }
  });

  test('what is taken back without a case is a reversal, and held', async () => {
    for (const { disputes } of await live('taken'))
      expect(disputes).toMatchObject([{ status: 'open', stage: 'reversal', held: amount }]);
  });

  test('a refund that is told as a reversal, or as both, is one refund, and no dispute is open', async () => {
    for (const { disputes, refunds } of await live('given')) {
      expect(disputes.filter(({ status, taken }) => status === 'open' || taken > 0)).toEqual([]);
      expect(refunds).toMatchObject([{ status: 'succeeded', origin: 'gateway', money: { amount } }]);
    }
  });
}

type Outcome = ReturnType<typeof outcomeOf>;

/** What the domain makes of facts in the order in which they were told; each is recorded once. */
function outcomeOf(terms: PaymentTerms, capture: string, told: readonly GatewayFact[]) {
  const facts = [...new Map(told.toReversed().map((fact) => [keyOf(fact), fact])).values()].toReversed();
  const payment = { terms, facts };
  return { ...takingsOf(payment, capture), refunds: refundsOf(payment) };
}

function termsOf(id: string, { gateway, amount, currency }: Driver): PaymentTerms {
  const parties = { merchantId: newId('mer'), memberId: newId('mem'), accountId: newId('acc') };
  const rest = { expiresAt: '2026-01-01T00:00:00.000Z', latePayments: 'credit', charges: [] } as const;
  return { id, gateway, amount, currency, ...parties, ...rest };
}
