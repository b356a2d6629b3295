import { historiesOf, perSample, tableOf, untilQuiet } from './aftermath';
import type { Counted } from './aftermath';
import { openKkiapayCounter, openPaypalCounter } from './counters';
import type { CountingProxy } from './counting-proxy';
import type { Generator } from './generator';
import { watchBooked } from './load/booked';
import { createGivingBackThere, createOpening, createPayingAs, createRefunding } from './load/counters';
import type { Counter } from './load/orders';
import { addRound, cpuTable, notPacedYet, perSecond, type Paced } from './pacing';
import { number, type Finding } from './report';
import type { Stack } from './stack';

export interface RefundsPlan {
  /** Refunds of each kind whose calls and events are counted. */
  readonly samples: number;
  readonly inFlight: number;
  readonly rounds: number;
  /** Payments of a round, all of which are then given back; and how many of them begin before anything is measured. */
  readonly payments: number;
  readonly warmUp: number;
  /** Payments, and their refunds, before the first round. */
  readonly firstWarmUp: number;
  readonly members: number;
}

interface Till {
  readonly what: string;
  readonly counter: Counter;
  /** Who of the simulator's people pays; a closed tab leaves each gateway one way to tell us. */
  readonly payer: string;
  /** At whose site a refund can be made that we are told of; null: nobody tells of it. */
  readonly site: 'paypal-standard' | 'paypal-checkout' | null;
}

/** Payments through one gateway, and the refunds of the same payments. */
interface Contest {
  readonly what: string;
  readonly payments: Paced;
  readonly refunds: Paced;
}

/** What it costs to give a whole payment back: questions asked, events, and refunds per second beside payments per second. */
export async function measureRefunds(
  { stack, generator, proxy }: { stack: Stack; generator: Generator; proxy: CountingProxy },
  plan: RefundsPlan,
): Promise<Finding> {
  const checkoutApp = { clientId: 'refunds-app', clientSecret: 'bench-secret' };
  const checkout = await openPaypalCounter(stack, 'paypal-checkout', checkoutApp, plan.members);
  const kkiapay = await openKkiapayCounter(stack, plan.members);
  const nvp = { username: 'bench-api', password: 'bench-password', signature: 'bench-signature' };
  const standard = await openPaypalCounter(
    stack,
    'paypal-standard',
    { receiverId: 'BENCHCLUB0003', nvp },
    plan.members,
  );
  const tills: readonly Till[] = [
    { what: 'PayPal Checkout', counter: checkout, payer: 'hana', site: 'paypal-checkout' },
    { what: 'KKiaPay', counter: kkiapay, payer: 'gaston', site: null },
    { what: 'PayPal Standard', counter: standard, payer: 'hana', site: 'paypal-standard' },
  ];

  const counted: Counted[] = [];
  for (const till of tills) {
    const refund = createRefunding(till.counter.shop);
    counted.push(await count(stack, proxy, `${till.what}, asked for here`, till, refund, plan.samples));
  }
  for (const till of tills) {
    if (till.site === null) continue;
    const refund = createGivingBackThere(till.site, till.counter.simulatorUrl);
    counted.push(await count(stack, proxy, `${till.what}, adopted`, till, refund, plan.samples));
  }

  const contests: Contest[] = [];
  for (const { what } of tills)
    contests.push({ what, payments: notPacedYet(`${what}: payment`), refunds: notPacedYet('its refund') });
  for (const till of tills) await payAndRefund(stack, generator, till, plan, plan.firstWarmUp, null);
  for (let round = 0; round < plan.rounds; round++)
    for (const [index, till] of tills.entries())
      await payAndRefund(stack, generator, till, plan, plan.payments, contests[index] ?? null);
  return describe(stack.title, plan, counted, contests);
}

/** Payments are made first and told to their end; then each is given back, and the first refund is not counted. */
async function count(
  stack: Stack,
  proxy: CountingProxy,
  what: string,
  { counter, payer }: Till,
  giveBack: (paymentId: string) => Promise<void>,
  samples: number,
): Promise<Counted> {
  const open = createOpening(counter);
  const payAs = createPayingAs(counter);
  const paid = watchBooked(stack.databaseUrl, 5);
  const refunded = watchBooked(stack.databaseUrl, 5, 'refunded');
  const pay = async (): Promise<string> => {
    const opened = await open();
    await payAs(opened, payer);
    await paid.untilBooked(opened.id);
    return opened.id;
  };
  const refund = async (paymentId: string): Promise<void> => {
    await giveBack(paymentId);
    await refunded.untilBooked(paymentId);
  };
  try {
    const first = await pay();
    const ids: string[] = [];
    while (ids.length < samples) ids.push(await pay());
    await refund(first);
    await untilQuiet(stack);
    const before = await historiesOf(stack, ids);
    proxy.take();
    for (const id of ids) await refund(id);
    await untilQuiet(stack);
    const questions = [...proxy.take()];
    const after = await historiesOf(stack, ids);
    const [events, runs] = [after.events - before.events, after.runs - before.runs];
    return perSample(what, samples, { questions, events, runs });
  } finally {
    await paid.close();
    await refunded.close();
  }
}

/** So many payments, and when all are told to their end, their refunds; what they took is added to `contest`. */
async function payAndRefund(
  stack: Stack,
  generator: Generator,
  { counter, payer }: Till,
  { inFlight, warmUp }: RefundsPlan,
  payments: number,
  contest: Contest | null,
): Promise<void> {
  const { databaseUrl } = stack;
  const marks: Record<string, number>[] = [];
  const onMark = (): void => void marks.push(stack.cpu());

  const order = { counter, payer, count: payments, inFlight, warmUp, databaseUrl };
  const sold = await generator.run('counterSales', order, onMark);
  await untilQuiet(stack); // what is left of the payments must not be their refunds' burden
  if (contest) addRound(contest.payments, sold.pace, marks.splice(0));
  marks.length = 0;

  const returns = { shop: counter.shop, paymentIds: sold.paymentIds, inFlight, warmUp, databaseUrl };
  const refunded = await generator.run('counterRefunds', returns, onMark);
  await untilQuiet(stack);
  if (contest) addRound(contest.refunds, refunded, marks);
}

function describe(
  title: string,
  plan: RefundsPlan,
  counted: readonly Counted[],
  contests: readonly Contest[],
): Finding {
  const paced = contests.flatMap(({ payments, refunds }) => [payments, refunds]);
  const failures = paced.flatMap(({ pace }) => pace.firstFailure ?? []);
  return {
    title: `Refunds: ${title}`,
    notes: [
      `Calls and events: ${plan.samples} payments of each kind, each given back as a whole, one after the other, once all were told to their end; of all runs that the refund caused.`,
      'asked for here: POST /v1/payments/:id/refunds. adopted: made at the gateway’s own site and told by webhook or IPN (KKiaPay tells nobody).',
      `Per second: payments of closed tabs from POST /v1/payments to paid, then the same payments from POST /v1/payments/:id/refunds to refunded, ${plan.inFlight} in flight; PayPal Standard by its NVP API.`,
      'The simulator and the counting of its calls share the machine, so only the ratios say something.',
      ...(failures.length > 0 ? [`Failures: ${failures.join('; ')}`] : []),
    ],
    tables: [
      {
        title: 'per refund of a whole payment',
        ...tableOf(counted),
      },
      {
        title: `per second, ${plan.inFlight} in flight`,
        columns: ['gateway', 'payments/s', 'refunds/s', 'refunds/payments', 'payment p50', 'refund p50', 'failed'],
        rows: contests.map(({ what, payments, refunds }) => [
          what,
          number(perSecond(payments), 1),
          number(perSecond(refunds), 1),
          number(perSecond(refunds) / perSecond(payments), 2),
          `${number(payments.pace.p50Ms)} ms`,
          `${number(refunds.pace.p50Ms)} ms`,
          String(payments.pace.failed + refunds.pace.failed),
        ]),
      },
      cpuTable('CPU milliseconds', paced),
    ],
    data: { counted, contests },
  };
}
