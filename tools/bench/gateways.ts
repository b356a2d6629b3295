import { historiesOf, perSample, tableOf, untilQuiet } from './aftermath';
import type { Counted } from './aftermath';
import { openKkiapayCounter, openPaypalCounter } from './counters';
import type { CountingProxy } from './counting-proxy';
import type { Generator } from './generator';
import { watchBooked } from './load/booked';
import { createOpening, createPayingAs } from './load/counters';
import type { Counter, Pace } from './load/orders';
import { addRound, cpuTable, notPacedYet, perSecond, type Paced } from './pacing';
import { number, type Finding } from './report';
import type { Stack } from './stack';

export interface GatewaysPlan {
  /** Payments of each kind whose calls and events are counted. */
  readonly samples: number;
  readonly inFlight: number;
  readonly rounds: number;
  readonly warmUpMs: number;
  readonly firstWarmUpMs: number;
  readonly measureMs: number;
  readonly members: number;
}

/** The same amount through one gateway in one way: as whom of the simulator's people, and whether the merchant starts it on their phone. */
interface Way {
  readonly what: string;
  readonly counter: Counter;
  readonly as: string;
  readonly isPrompt?: boolean;
}

/** What a happy payment costs through each gateway: questions asked, events, and payments per second beside one another. */
export async function measureGateways(
  { stack, generator, proxy }: { stack: Stack; generator: Generator; proxy: CountingProxy },
  plan: GatewaysPlan,
): Promise<Finding> {
  const standard = await openPaypalCounter(stack, 'paypal-standard', { receiverId: 'BENCHCLUB0002' }, plan.members);
  const checkout = await openPaypalCounter(
    stack,
    'paypal-checkout',
    { clientId: 'bench-app', clientSecret: 'bench-secret' },
    plan.members,
  );
  const kkiapay = await openKkiapayCounter(stack, plan.members);
  const ways: readonly Way[] = [
    { what: 'PayPal Standard, IPN', counter: standard, as: 'hana' },
    { what: 'PayPal Checkout, the payer comes back', counter: checkout, as: 'anne' },
    { what: 'PayPal Checkout, closed tab', counter: checkout, as: 'hana' },
    { what: 'KKiaPay widget, the payer comes back', counter: kkiapay, as: 'awa' },
    { what: 'KKiaPay widget, closed tab', counter: kkiapay, as: 'gaston' },
    { what: 'KKiaPay prompt', counter: kkiapay, as: '', isPrompt: true },
  ];
  const counted: Counted[] = [];
  for (const way of ways) counted.push(await count(stack, proxy, way, plan.samples));

  // A closed tab leaves each gateway one way to tell us, so that all three are compared in the same situation.
  const contenders: readonly Way[] = [
    { what: 'PayPal Standard', counter: standard, as: 'hana' },
    { what: 'PayPal Checkout', counter: checkout, as: 'hana' },
    { what: 'KKiaPay', counter: kkiapay, as: 'gaston' },
  ];
  return describe(stack.title, plan, counted, await race(stack, generator, contenders, plan));
}

/** One payment after the other, each told to its end; the first one fetches what is kept afterwards (a token, a certificate) and is not counted. */
async function count(
  stack: Stack,
  proxy: CountingProxy,
  { what, counter, as, isPrompt = false }: Way,
  samples: number,
): Promise<Counted> {
  const open = createOpening(counter, (turn) =>
    isPrompt ? { method: 'mobile_money', phone: `+229 62${200_000 + turn}` } : {},
  );
  const payAs = createPayingAs(counter);
  const watch = watchBooked(stack.databaseUrl, 5);
  const payOne = async (): Promise<string> => {
    const opened = await open();
    await payAs(opened, as);
    await watch.untilBooked(opened.id);
    return opened.id;
  };
  try {
    await payOne();
    await untilQuiet(stack);
    proxy.take();
    const ids: string[] = [];
    while (ids.length < samples) ids.push(await payOne());
    await untilQuiet(stack);
    const questions = [...proxy.take()];
    const { events, runs } = await historiesOf(stack, ids);
    return perSample(what, samples, { questions, events, runs });
  } finally {
    await watch.close();
  }
}

/** Turns of each contender, one after the other, so that a machine that slows down does so for all of them. */
async function race(stack: Stack, generator: Generator, ways: readonly Way[], plan: GatewaysPlan): Promise<Paced[]> {
  const shift = (way: Way, warmUpMs: number, measureMs: number, onMark?: () => void): Promise<Pace> =>
    generator.run(
      'counterPayments',
      {
        counter: way.counter,
        payer: way.as,
        databaseUrl: stack.databaseUrl,
        inFlight: plan.inFlight,
        warmUpMs,
        measureMs,
      },
      onMark,
    );
  const contenders = ways.map((way) => ({ way, total: notPacedYet(way.what) }));
  for (const way of ways) await shift(way, plan.firstWarmUpMs, 0);
  for (let round = 0; round < plan.rounds; round++) {
    for (const { way, total } of contenders) {
      const marks: Record<string, number>[] = [];
      const pace = await shift(way, plan.warmUpMs, plan.measureMs, () => marks.push(stack.cpu()));
      await untilQuiet(stack); // what is left of one contender must not be the next one's burden
      addRound(total, pace, marks);
    }
  }
  return contenders.map(({ total }) => total);
}

function describe(title: string, plan: GatewaysPlan, counted: readonly Counted[], paced: readonly Paced[]): Finding {
  const first = paced[0];
  const failures = paced.flatMap(({ pace }) => pace.firstFailure ?? []);
  return {
    title: `Through each gateway of the simulator: ${title}`,
    notes: [
      `Calls and events: ${plan.samples} payments of each kind, one after the other, with token and certificate known; a call is one HTTP request to the gateway by API or worker.`,
      'Events are of all runs of a payment together. Per second: closed tabs, so each payment is told by one message (PayPal Checkout: by two, approved and captured).',
      'The simulator and the counting of its calls share the machine, so only the ratios say something.',
      ...(failures.length > 0 ? [`Failures: ${failures.join('; ')}`] : []),
    ],
    tables: [
      {
        title: 'per happy payment',
        ...tableOf(counted),
      },
      {
        title: `payments per second, ${plan.inFlight} in flight`,
        columns: ['gateway', 'payments/s', 'of PayPal Standard', 'p50', 'failed'],
        rows: paced.map((row) => [
          row.what,
          number(perSecond(row), 1),
          first ? number(perSecond(row) / perSecond(first), 2) : '–',
          `${number(row.pace.p50Ms)} ms`,
          String(row.pace.failed),
        ]),
      },
      cpuTable('CPU milliseconds per payment', paced),
    ],
    data: { counted, paced },
  };
}
