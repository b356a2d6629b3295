import { brokenInvariants } from '../support/audit';
import { call, Merchant, untilStatus } from '../support/client';
import { ipn, payAs } from '../support/paypal';
import { deliver, untilSettled } from '../support/quiet';
import { startWorld } from '../support/world';
import type { World } from '../support/world';

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(async () => {
  const broken = await brokenInvariants(world);
  await world.stop();
  expect(broken).toEqual({});
});

const PATH = '/v1/gateway-accounts/paypal-standard';
interface Account {
  readonly enabled: boolean;
  readonly checks: readonly { readonly name: string; readonly ok: boolean | null; readonly detail: string }[];
}

/** A merchant who entered the address of their PayPal account, and nothing else. */
const byEmail = (): Promise<Merchant> =>
  Merchant.create(world, {}, { receiverId: undefined, pdtIdentityToken: undefined });
const enter = async (merchant: Merchant, fields: object): Promise<Account> => {
  const { body } = await call<Account>(world.baseUrl, merchant.secretKey, 'PUT', PATH, {
    environment: 'simulator',
    ...fields,
  });
  return body;
};
const receiverOf = ({ checks }: Account) => checks.find(({ name }) => name === 'receiver_id');
const account = async (merchant: Merchant): Promise<Account> =>
  (await merchant.get<{ data: Account[] }>('/v1/gateway-accounts')).body.data[0]!;
const pay = async (merchant: Merchant) => merchant.pay(await merchant.member([['fee', 3000]]));
const businessOf = async (merchant: Merchant) => (await pay(merchant)).nextAction?.fields['business'];

test.concurrent(
  'an account that is known by its address is paid at once, and learns its merchant id by that',
  async () => {
    const merchant = await byEmail();
    const before = await account(merchant);
    expect(before.enabled).toBe(true);
    expect(receiverOf(before)).toMatchObject({ ok: null, detail: expect.stringContaining('t…@club.example') });
    expect(await businessOf(merchant)).toBe('treasurer@club.example');

    const payment = await pay(merchant);
    await payAs(merchant, payment);
    expect(await untilStatus(merchant, payment.id, 'paid')).toMatchObject({ captured: 3000, attention: null });
    const learned = receiverOf(await account(merchant));
    expect(learned).toMatchObject({ ok: true });
    const id = /merchant id is (\w+),/.exec(learned!.detail)?.[1];
    expect(await businessOf(merchant)).toBe(id);
    const { body } = await merchant.get<{ data: object[] }>('/v1/audit?actor=paypal-standard');
    expect(body.data).toMatchObject([
      { action: 'gateway_account.changed', actor: { kind: 'gateway' }, after: { withheld: ['learned'] } },
    ]);
  },
);

test.concurrent(
  'the learned id is pinned: money for another one is put before a person, whatever address it names',
  async () => {
    const merchant = await byEmail();
    const [first, early, late] = [await pay(merchant), await pay(merchant), await pay(merchant)];
    await deliver(merchant, ipn(merchant, first));
    await untilStatus(merchant, first.id, 'paid');

    await deliver(merchant, ipn(merchant, late, { receiver_id: 'SOMEBODYELSE1' }));
    const [message] = await untilSettled(merchant, 2);
    expect(message).toMatchObject({ state: 'attention', reason: 'receiver_mismatch', amount: null });
    expect(await merchant.payment(late.id)).toMatchObject({ status: 'awaiting_payer', captured: 0 });

    await deliver(merchant, ipn(merchant, early)); // opened before anything was learned
    expect(await untilStatus(merchant, early.id, 'paid')).toMatchObject({ captured: 3000 });
  },
);

test.concurrent('of two receivers that are told at once, one is learned and the other is nobody of ours', async () => {
  const merchant = await byEmail();
  const payments = await Promise.all(Array.from({ length: 4 }, () => pay(merchant)));
  await Promise.all(
    payments.map((payment, nth) => deliver(merchant, ipn(merchant, payment, { receiver_id: `RECEIVER0000${nth}` }))),
  );
  const ends = (await untilSettled(merchant, 4)).map(({ state, reason }) => `${state} ${reason ?? ''}`.trim()).sort();
  expect(ends).toEqual([
    'applied',
    'attention receiver_mismatch',
    'attention receiver_mismatch',
    'attention receiver_mismatch',
  ]);
  expect(receiverOf(await account(merchant))).toMatchObject({ ok: true });
});

test.concurrent('a payer who is paid themselves, and names our address, teaches nothing', async () => {
  const merchant = await byEmail();
  const payment = await pay(merchant);
  await deliver(
    merchant,
    ipn(merchant, payment, { receiver_id: 'THIEF00000001', receiver_email: 'thief@other.example' }),
  );
  expect(await untilSettled(merchant, 1)).toMatchObject([{ state: 'attention', reason: 'receiver_mismatch' }]);
  expect(receiverOf(await account(merchant))).toMatchObject({ ok: null });
  await deliver(merchant, ipn(merchant, payment));
  expect(await untilStatus(merchant, payment.id, 'paid')).toMatchObject({ captured: 3000 });
});

test.concurrent(
  'entered anew, the address keeps what was learned by it; another address or an id forgets it',
  async () => {
    const merchant = await byEmail();
    const payment = await pay(merchant);
    await deliver(merchant, ipn(merchant, payment));
    await untilStatus(merchant, payment.id, 'paid');

    const kept = await enter(merchant, {
      receiverEmails: ['new@club.example', 'Treasurer@club.example'],
      pdtIdentityToken: 'identity-token',
    });
    expect(receiverOf(kept)).toMatchObject({ ok: true, detail: expect.stringContaining(merchant.seller.id) });
    const forgotten = await enter(merchant, { receiverEmails: ['new@club.example'] });
    expect(receiverOf(forgotten)).toMatchObject({ ok: null, detail: expect.stringContaining('n…@club.example') });
    expect(
      receiverOf(await enter(merchant, { receiverId: 'ENTERED000001', receiverEmails: ['new@club.example'] })),
    ).toBeUndefined();
    expect(receiverOf(await enter(merchant, { receiverEmails: ['new@club.example'] }))).toMatchObject({ ok: null });
  },
);
