import { ApplicationFailure } from '@temporalio/common';
import { MockActivityEnvironment } from '@temporalio/testing';
import { createActivities } from '../../activities';
import type { Verification } from '../../activities/verify';
import { memoryCache } from '../gateways/gateway-context';
import { createVault } from '../../vault/vault';
import { call, Merchant } from '../support/client';
import type { PaymentView } from '../support/client';
import { encode, ipn, newTransactionId, postRaw } from '../support/paypal';
import { ENCRYPTION_KEY, startWorld } from '../support/world';
import type { World } from '../support/world';

let world: World;
beforeAll(async () => {
  world = await startWorld({ workers: 0 });
});
afterAll(() => world.stop());

/** The activities, with a gateway that answers as given. */
function hands(answer: () => Response, pauseMs = 0) {
  return createActivities({
    db: world.db,
    vault: createVault(ENCRYPTION_KEY),
    gateways: {
      simulatorUrl: 'http://gateway.invalid',
      simulatorPublicUrl: 'http://gateway.invalid',
      partners: {},
      fetch: async () => answer(),
      now: Date.now,
      cache: memoryCache(),
    },
    throttle: async () => pauseMs,
    announce: () => undefined,
  });
}

/** Runs the activity once. */
function verify(
  notificationId: string,
  paymentId: string | null,
  answer: () => Response,
  pauseMs = 0,
): Promise<Verification> {
  const { verifyNotification } = hands(answer, pauseMs);
  return new MockActivityEnvironment().run(verifyNotification, { notificationId, paymentId });
}

async function failureOf(attempt: Promise<unknown>): Promise<ApplicationFailure> {
  const failure = await attempt.then(
    () => null,
    (error: unknown) => error,
  );
  if (!(failure instanceof ApplicationFailure)) throw new Error(`not an ApplicationFailure: ${String(failure)}`);
  return failure;
}

async function storedIpn(): Promise<{ merchant: Merchant; payment: PaymentView; id: string }> {
  const merchant = await Merchant.create(world);
  const payment = await merchant.pay(await merchant.member([['fee', 5000]]));
  await postRaw(merchant, encode(ipn(merchant, payment)));
  const [stored] = await merchant.notifications();
  if (!stored) throw new Error('the message was not stored');
  return { merchant, payment, id: stored.id };
}

test('a message that the gateway calls true gives its facts, and stays received until they are recorded', async () => {
  const { merchant, payment, id } = await storedIpn();
  const verification = await verify(id, payment.id, () => new Response('VERIFIED'));
  expect(verification).toMatchObject({
    outcome: 'facts',
    facts: [
      { kind: 'payment_captured', amount: 5000, currency: 'EUR' },
      { kind: 'fee_charged', amount: 195 },
    ],
  });
  expect(await merchant.notifications()).toMatchObject([{ id, state: 'received', attempts: 1 }]);
});

test('a message that the gateway calls INVALID is settled, and is not asked about again', async () => {
  const { merchant, payment, id } = await storedIpn();
  expect(await verify(id, payment.id, () => new Response('INVALID'))).toEqual({
    outcome: 'settled',
    state: 'invalid',
    reason: 'not_verified',
  });
  const again = await verify(id, payment.id, () => {
    throw new Error('it was asked again');
  });
  expect(again).toMatchObject({ outcome: 'settled' });
  expect(await merchant.notifications()).toMatchObject([{ id, state: 'invalid', reason: 'not_verified', attempts: 1 }]);
});

test('a refund that was recorded since its message came is not asked about', async () => {
  const { merchant, payment, id } = await storedIpn();
  const refund = ipn(merchant, payment, {
    payment_status: 'Refunded',
    parent_txn_id: newTransactionId(),
    mc_gross: '-50.00',
    mc_fee: undefined,
    reason_code: 'refund',
  });
  await postRaw(merchant, encode(refund));
  await postRaw(merchant, encode({ ...refund, ipn_track_id: 'told-once-more' }));
  const [first, second] = (await merchant.notifications()).filter((stored) => stored.id !== id);

  const verified = await verify(first!.id, payment.id, () => new Response('VERIFIED'));
  if (verified.outcome !== 'facts') throw new Error(`not verified: ${verified.outcome}`);
  const { loadPayment, recordFacts } = hands(() => new Response('VERIFIED'));
  const { terms } = await loadPayment(payment.id);
  await recordFacts({ on: terms, facts: verified.facts });

  const asked = () => {
    throw new Error('it was asked about');
  };
  expect(await verify(second!.id, payment.id, asked)).toMatchObject({ outcome: 'settled', state: 'duplicate' });
});

test.each([
  ['an error page', () => new Response('<h1>oops</h1>', { status: 500 }), 'http_500', undefined],
  ['a page that says VERIFIED among other words', () => new Response('not VERIFIED'), 'unreadable_answer', undefined],
  [
    'a redirect',
    () => new Response(null, { status: 302, headers: { location: 'http://elsewhere.invalid' } }),
    'redirected',
    undefined,
  ],
  [
    'a request to come back in 7 seconds',
    () => new Response('', { status: 429, headers: { 'retry-after': '7' } }),
    'http_429',
    7_000,
  ],
  [
    'a request to come back at once',
    () => new Response('', { status: 503, headers: { 'retry-after': '0' } }),
    'http_503',
    undefined, // Temporal would take a delay of nothing for the end of all tries
  ],
])(
  'no answer is no verdict: %s is tried again and leaves the message as it is',
  async (_what, answer, type, nextRetryDelay) => {
    const { merchant, payment, id } = await storedIpn();
    const failure = await failureOf(verify(id, payment.id, answer));
    expect({ type: failure.type, nonRetryable: failure.nonRetryable, nextRetryDelay: failure.nextRetryDelay }).toEqual({
      type,
      nonRetryable: false,
      nextRetryDelay,
    });
    expect(await merchant.notifications()).toMatchObject([{ id, state: 'received', attempts: 1 }]);
  },
);

test('a flood waits its turn in the outbox, without a question to the gateway and without a run that sleeps', async () => {
  const { merchant, payment, id } = await storedIpn();
  const waits = async () => {
    const { rows } = await world.db.sql.query<{ told: boolean; pause: number }>(
      'SELECT told_at IS NOT NULL AS told, round(extract(epoch FROM due_at - now()))::int AS pause FROM outbox WHERE subject_id = $1',
      [id],
    );
    return rows;
  };
  const throttled = () => verify(id, payment.id, () => new Response('VERIFIED'), 3_600_000);
  expect(await throttled()).toEqual({ outcome: 'settled', state: 'put_back', reason: null });
  expect(await merchant.notifications()).toMatchObject([{ id, state: 'received', attempts: 0 }]);
  expect(await waits()).toMatchObject([{ told: false, pause: expect.closeTo(3_600, -2) }]);
});

test('what was settled meanwhile, or proved to be of another payment, is not put back', async () => {
  const { merchant, payment, id } = await storedIpn();
  const other = await merchant.pay(await merchant.member([['fee', 5000]]));
  const elsewhere = { outcome: 'settled', state: 'settled', reason: null };
  expect(await verify(id, other.id, () => new Response('VERIFIED'), 3_600_000)).toEqual(elsewhere);
  await verify(id, payment.id, () => new Response('INVALID'));
  expect(await verify(id, payment.id, () => new Response('VERIFIED'), 3_600_000)).toEqual(elsewhere);
  const { rows } = await world.db.sql.query('SELECT FROM outbox WHERE throttled');
  expect(rows).toHaveLength(1); // the one of the test before
});

test('PDT is asked four times, ever further apart, and is then left to IPN and a person', async () => {
  const merchant = await Merchant.create(world);
  const payment = await merchant.pay(await merchant.member([['fee', 5000]]));
  await call(world.baseUrl, null, 'GET', `/return/${payment.id}?tx=8AB12345CD678901E`);
  const [stored] = await merchant.notifications();
  const ask = () => verify(stored?.id ?? '', payment.id, () => new Response('', { status: 503 }));

  const pauses: unknown[] = [];
  for (let i = 0; i < 3; i++) pauses.push((await failureOf(ask())).nextRetryDelay);
  expect(pauses).toEqual([15_000, 120_000, 900_000]);
  expect(await ask()).toEqual({ outcome: 'settled', state: 'attention', reason: 'pdt_unanswered' });
  expect((await merchant.payment(payment.id)).status).toBe('awaiting_payer');
});
