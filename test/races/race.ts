/**
 * Races: what comes of one payment when two parties want something of it at once, in many interleavings of their steps. Each
 * seed is a payment of its own, on a real worker, PostgreSQL and HTTP; `npm test` runs 20 of them for each pair of parties, and
 * `npm run test:long` all 200. What every failing seed came to is printed with its steps; to run it alone:
 *
 *     RACE_SEED=17 npm test -- test/races -t 'cancel × capture'
 *
 * What a seed fixes, and what not, is said at {@link Interleaving}.
 */
import { isDeepStrictEqual } from 'node:util';
import { brokenInvariants } from '../support/audit';
import { eventually, net } from '../support/client';
import type { CartView, PaymentView } from '../support/client';
import { Interleaving, Interleavings } from '../support/interleaving';
import { IS_LONG } from '../support/long';
import { describeRun } from '../support/runs';
import { startWorld } from '../support/world';
import type { World } from '../support/world';
import type { AtGateway, Stage } from './stages';

/** How many payments race at once. */
const SIDE_BY_SIDE = 10;
const alone = process.env['RACE_SEED'];
const SEEDS =
  alone === undefined ? Array.from({ length: IS_LONG ? 200 : 20 }, (_, place) => place + 1) : [Number(alone)];
if (IS_LONG) jest.setTimeout(1_800_000); // ends only what hangs

/** What a party was answered: `201`, `409 refund_in_flight`; null where nothing is. */
export type Party = (stage: Stage, race: Interleaving) => Promise<string | null>;

/** Where a race has come to rest. Sums in minor units. */
export interface End {
  readonly status: string;
  readonly reason: string | null;
  readonly captured: number;
  readonly refunded: number;
  readonly disputed: number;
  /** Whether we closed the payment before money was known. */
  readonly closed: boolean;
  /** Origin, status and amount of each refund, in the order of the alphabet. */
  readonly refunds: readonly string[];
  /** How many were granted what they asked for, and how many refused. The others were not answered in time. */
  readonly granted: number;
  readonly refused: number;
  readonly due: number;
  readonly credit: number;
}

/** One way in which a pair meets: the parties, and every end that is right. */
export interface Race {
  readonly open: (world: World) => Promise<Stage>;
  readonly parties: Readonly<Record<string, Party>>;
  readonly ends: Readonly<Record<string, Partial<End>>>;
}

/** Runs the races of this file in one world. Each seed runs one race of its pair, in turn. */
export function testRaces(workers: 1 | 2, pairs: Readonly<Record<string, readonly Race[]>>): void {
  const interleavings = new Interleavings();
  let world: World;
  beforeAll(async () => {
    world = await startWorld({ workers, interleavings });
  });
  afterAll(async () => {
    const broken = await brokenInvariants(world);
    await world.stop();
    expect(broken).toEqual({});
  });

  test.each(Object.entries(pairs))('%s', async (_name, races) => {
    const failures: string[] = [];
    const left = [...SEEDS];
    const runAll = async () => {
      for (let seed = left.shift(); seed !== undefined; seed = left.shift()) {
        const failure = await run(world, interleavings, races[seed % races.length]!, seed);
        if (failure !== null) failures.push(failure);
      }
    };
    await Promise.all(Array.from({ length: SIDE_BY_SIDE }, runAll));
    expect(failures.join('\n\n')).toBe('');
  });
}

/** One race; gives what went wrong, or null. */
async function run(world: World, interleavings: Interleavings, race: Race, seed: number): Promise<string | null> {
  const interleaving = new Interleaving(seed);
  try {
    const stage = await race.open(world);
    interleavings.begin(interleaving, [stage.payment.workflowId, stage.door]);
    const answers = await Promise.all(Object.values(race.parties).map((party) => party(stage, interleaving)));
    let last: Seen | null = null;
    const seen = await eventually(async () => (last = await look(world, stage, interleaving)), isAtRest).catch(() => {
      throw new Error(`it never came to rest: ${JSON.stringify(last)}`);
    });
    expectTrueBooks(seen);
    const end = endOf(seen, answers);
    const isRight = Object.values(race.ends).some((right) => isEnd(end, right));
    if (!isRight)
      throw new Error(`no right end: ${JSON.stringify({ ...end, answers, timeline: seen.payment.timeline })}`);
    return null;
  } catch (error) {
    return `seed ${seed}: ${String(error)}\n  ${interleaving.journal.join('\n  ')}`;
  } finally {
    interleavings.end(interleaving);
  }
}

interface Seen {
  readonly payment: PaymentView & { readonly chargedBack: number };
  readonly refunds: readonly { readonly origin: string; readonly status: string; readonly amount: number }[];
  readonly cart: CartView;
  readonly entries: Awaited<ReturnType<Stage['merchant']['entries']>>;
  readonly messages: readonly { readonly state: string }[];
  readonly run: string;
  readonly gateway: AtGateway;
}

/** Looks when for a moment nothing has moved. */
async function look(world: World, { merchant, member, payment, atGateway }: Stage, race: Interleaving): Promise<Seen> {
  await race.quiet();
  const [run, gateway, messages, shown, refunds, cart, entries] = await Promise.all([
    describeRun(world, payment),
    atGateway(),
    merchant.notifications(),
    merchant.payment(payment.id),
    merchant.get<{ data: Seen['refunds'] }>(`/v1/payments/${payment.id}/refunds`),
    merchant.cart(member),
    merchant.entries(),
  ]);
  return {
    payment: shown as Seen['payment'],
    refunds: refunds.body.data,
    cart,
    entries,
    messages,
    run: run.status.name,
    gateway,
  };
}

const isAtRest = ({ run, gateway, messages, refunds }: Seen): boolean =>
  run !== 'RUNNING' &&
  gateway.isSilent &&
  messages.every(({ state }) => state !== 'received') &&
  refunds.every(({ status }) => status !== 'pending');

/** True of every end: the gateway has moved what we say it has, each sum is booked once, and the cart is the books. */
function expectTrueBooks({ payment, refunds, cart, entries, gateway }: Seen): void {
  const { captured, refunded, disputed } = payment;
  expect({ captured, refunded, disputed }).toEqual({
    captured: gateway.taken,
    refunded: gateway.back,
    disputed: gateway.held,
  });
  const booked = (...kinds: string[]) => entries.filter(({ kind }) => kinds.includes(kind)).length;
  expect(booked('payment_captured', 'payment_suspended')).toBe(captured > 0 ? 1 : 0);
  expect(booked('fee_charged')).toBeLessThanOrEqual(1);
  expect(booked('payment_refunded', 'suspense_refunded')).toBe(
    refunds.filter(({ status }) => status === 'succeeded').length,
  );
  expect(booked('payment_reversed')).toBe(disputed > 0 ? 1 : 0);

  const accounts = new Set(entries.flatMap(({ postings }) => postings.map(({ account }) => account)));
  const netOf = (prefix: string) =>
    [...accounts].filter((name) => name.startsWith(prefix)).reduce((sum, name) => sum + net(entries, name), 0);
  expect(netOf('gateway_clearing:') + netOf('gateway_fees:')).toBe(captured - refunded - disputed);
  expect(netOf('disputed_funds')).toBe(disputed);
  expect(cart.credit).toBe(-netOf('member_credit') || 0);
  expect(cart.paylines.reduce((sum, { amount }) => sum + amount, 0)).toBe(
    -netOf('income:') - netOf('member_credit') || 0,
  );
  expect(cart.balance).toBe(cart.credit - cart.due);
}

function endOf({ payment, refunds, cart }: Seen, answers: readonly (string | null)[]): End {
  const { status, reason, captured, refunded, disputed, timeline } = payment;
  return {
    status,
    reason,
    captured,
    refunded,
    disputed,
    closed: timeline.some(({ kind }) => kind === 'payment_cancelled' || kind === 'payment_expired'),
    refunds: refunds.map((refund) => `${refund.origin} ${refund.status} ${refund.amount}`).sort(),
    granted: answers.filter((answer) => answer === '200' || answer === '201').length,
    refused: answers.filter((answer) => answer?.startsWith('409 ')).length,
    due: cart.due,
    credit: cart.credit,
  };
}

const isEnd = (end: End, right: Partial<End>): boolean =>
  Object.entries(right).every(([name, value]) => isDeepStrictEqual(end[name as keyof End], value));
