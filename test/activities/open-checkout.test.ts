import { MockActivityEnvironment } from '@temporalio/testing';
import { createActivities } from '../../activities';
import { createVault } from '../../vault/vault';
import { memoryCache } from '../gateways/gateway-context';
import { eventually } from '../support/client';
import { kkiapayMerchant } from '../support/gateways';
import { ENCRYPTION_KEY, startWorld } from '../support/world';
import type { World } from '../support/world';

let world: World;
/** No worker opens them: each answer takes its whole patience, so all are asked for at once. */
let created: string[];
beforeAll(async () => {
  world = await startWorld({ workers: 0 });
  created = await Promise.all(Array.from({ length: 8 }, createPrompt));
});
afterAll(() => world.stop());

/** A worker whose gateway answers as given; `asked` counts what reached it. */
function worker(answer: () => Promise<Response>) {
  const asked: string[] = [];
  const activities = createActivities({
    db: world.db,
    vault: createVault(ENCRYPTION_KEY),
    gateways: {
      simulatorUrl: 'http://gateway.invalid',
      simulatorPublicUrl: 'http://gateway.invalid',
      partners: {},
      fetch: async (input) => {
        asked.push(input instanceof Request ? input.url : new URL(input).href);
        return answer();
      },
      now: Date.now,
      cache: memoryCache(),
    },
    throttle: async () => 0,
    announce: () => undefined,
  });
  return { asked, open: (paymentId: string) => new MockActivityEnvironment().run(activities.openCheckout, paymentId) };
}

let phones = 0;
async function createPrompt(): Promise<string> {
  const merchant = await kkiapayMerchant(world);
  const phone = `+22961${String((phones += 1)).padStart(6, '2')}`;
  const payment = await merchant.pay(await merchant.member([['fee', 3000]]), {
    gateway: 'kkiapay',
    method: 'mobile_money',
    phone,
  });
  expect(payment).toMatchObject({ status: 'created', nextAction: null }); // no worker runs
  return payment.id;
}
/** A payment whose prompt nobody has sent yet. */
function createdPrompt(): string {
  const id = created.pop();
  if (id === undefined) throw new Error('more tests than prompts');
  return id;
}
const pendingAs = (id: string) => async () =>
  Response.json({ internalTransactionId: id, status: 'PENDING', providerCommonName: 'MTN' });
const never = async (): Promise<Response> => {
  throw new Error('nobody should ask');
};
async function referenceOf(id: string): Promise<string | null> {
  const { rows } = await world.db.sql.query<{ reference: string | null }>(
    'SELECT checkout_reference AS reference FROM payments WHERE id = $1',
    [id],
  );
  return rows[0]?.reference ?? null;
}

test('a prompt that was sent is not sent again by whoever repeats the step, and its reference is kept', async () => {
  const id = createdPrompt();
  const first = worker(pendingAs('kk_first'));
  await expect(first.open(id)).resolves.toEqual({ outcome: 'opened', handed: 'prompt' });
  const second = worker(never);
  await expect(second.open(id)).resolves.toEqual({ outcome: 'opened', handed: 'prompt' });
  expect([first.asked.length, second.asked.length, await referenceOf(id)]).toEqual([1, 0, 'kk_first']);
});

test('a worker that died while it asked leaves the payment with its payer, and no second prompt', async () => {
  const id = createdPrompt();
  await world.db.sql.query('UPDATE payments SET asked_at = now() WHERE id = $1', [id]); // all that such a worker leaves behind
  const next = worker(never);
  await expect(next.open(id)).resolves.toEqual({ outcome: 'opened', handed: 'prompt' });
  expect([next.asked, await referenceOf(id)]).toEqual([[], null]);
});

test('a prompt whose run was renewed while KKiaPay was asked is not sent again, and the reference that comes late is kept', async () => {
  const id = createdPrompt();
  let arrive: (answer: Response) => void = () => undefined;
  const first = worker(() => new Promise<Response>((resolve) => (arrive = resolve)));
  const opening = first.open(id);
  await eventually(
    async () => first.asked.length,
    (count) => count === 1,
  );
  const second = worker(never);
  await expect(second.open(id)).resolves.toEqual({ outcome: 'opened', handed: 'prompt' });
  arrive(await pendingAs('kk_late')());
  await expect(opening).resolves.toEqual({ outcome: 'opened', handed: 'prompt' });
  expect([first.asked.length, second.asked.length, await referenceOf(id)]).toEqual([1, 0, 'kk_late']);
});

test('a prompt that never left may be sent by the next try', async () => {
  const id = createdPrompt();
  const away = worker(async () => {
    throw new TypeError('fetch failed', { cause: { code: 'ECONNREFUSED' } });
  });
  await expect(away.open(id)).rejects.toMatchObject({ type: 'no_connection' });
  await expect(worker(pendingAs('kk_later')).open(id)).resolves.toEqual({ outcome: 'opened', handed: 'prompt' });
  expect(await referenceOf(id)).toBe('kk_later');
});

test.each([
  [
    'the connection broke',
    async () => Promise.reject(new TypeError('fetch failed', { cause: { code: 'ECONNRESET' } })),
  ],
  ['KKiaPay is ill', async () => new Response('<h1>no</h1>', { status: 500 })],
  ['it answered something else', async () => Response.json({ hello: 'you' })],
] as const)(
  'after %s nobody knows whether the phone rang: the payer is waited for, and the prompt is not repeated',
  async (_what, answer) => {
    const id = createdPrompt();
    const first = worker(answer);
    await expect(first.open(id)).resolves.toEqual({ outcome: 'opened', handed: 'prompt' });
    const again = worker(never);
    await expect(again.open(id)).resolves.toEqual({ outcome: 'opened', handed: 'prompt' });
    expect([first.asked.length, again.asked.length]).toEqual([1, 0]);
  },
);

test('a clear no is told as such', async () => {
  const id = createdPrompt();
  const answer = async () => Response.json({ status: 'FAILED', failureCode: 'processing_error' });
  await expect(worker(answer).open(id)).resolves.toEqual({ outcome: 'refused', reason: 'processing_error' });
});
