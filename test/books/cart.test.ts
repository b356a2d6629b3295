import fc from 'fast-check';
import { addCharge, attach, cancelCharge } from '../../books/cart';
import { captured, eur, fee } from '../domain/builders';
import {
  balances,
  cartOf,
  entries,
  everything,
  inTransaction,
  messageState,
  newClub,
  newId,
  newMember,
  newMessage,
  newPayment,
  openBooks,
  owe,
  readCart,
  tell,
  tellUnmatched,
} from './bookkeeping';
import { brokenInvariants } from '../support/audit';
import type { Books, Club } from './bookkeeping';

let db: Books;
let club: Club;
let member: string;
beforeAll(async () => {
  db = await openBooks();
});
beforeEach(async () => {
  club = await newClub(db);
  member = await newMember(db, club);
});
afterEach(async () => expect(await brokenInvariants(db)).toEqual({}));
afterAll(() => db.close());

/** A payment of this amount in the cart, from a transaction of its own; gives its terms. */
async function paid(amount: number, memberId = member) {
  const payment = await newPayment(db, club, memberId, { amount });
  await tell(db, payment, captured(newId('ref'), eur(amount)));
  return payment;
}

const cancel = (chargeId: string) =>
  cancelCharge(db, {
    commandId: newId('cmd'),
    merchantId: club.merchantId,
    memberId: member,
    chargeId,
    currency: 'EUR',
    note: null,
  });

describe('a charge that is cancelled', () => {
  test('gives what was paid of it back as credit, and the credit pays what else is open', async () => {
    const outing = await owe(db, club, member, 1000, { category: 'outing' });
    await paid(1000);
    await owe(db, club, member, 600);
    expect(await cancel(outing)).toBe('recorded');
    expect((await entries(db, club)).slice(1)).toEqual([
      'charge_cancelled: +1000 income:outing, -1000 member_credit',
      'credit_used: +600 member_credit, -600 income:fee',
    ]);
    expect(await cartOf(db, member)).toEqual({ paid: [0, 600], paylines: [1000], credit: 400 });
    expect((await readCart(db, member)).charges).toEqual([]);
  });

  test('has one entry for each payline that had paid it, in the books of that payline’s payment', async () => {
    const outing = await owe(db, club, member, 1000, { category: 'outing' });
    const payments = [await paid(300), await paid(700)];
    await cancel(outing);
    const { rows } = await db.sql.query<{ payment_id: string }>(
      "SELECT payment_id FROM entries WHERE merchant_id = $1 AND kind = 'charge_cancelled' ORDER BY id",
      [club.merchantId],
    );
    expect(rows.map((row) => row.payment_id)).toEqual(payments.map(({ id }) => id));
    expect(await cartOf(db, member)).toMatchObject({ credit: 1000 });
  });

  test('is paid by nothing that comes later', async () => {
    const outing = await owe(db, club, member, 1000);
    await cancel(outing);
    await paid(400);
    expect(await cartOf(db, member)).toEqual({ paid: [0], paylines: [400], credit: 400 });
  });

  test('by twenty at once is cancelled once, while money comes for it', async () => {
    const outing = await owe(db, club, member, 1000);
    const [answers] = await Promise.all([
      Promise.all(Array.from({ length: 20 }, () => cancel(outing))),
      paid(700),
      paid(600),
    ]);
    expect(answers.filter((answer) => answer === 'recorded')).toHaveLength(1);
    expect(new Set(answers)).toEqual(new Set(['recorded', 'already_cancelled']));
    expect(await cartOf(db, member)).toMatchObject({ paid: [0], credit: 1300 });
  });
});

describe('a new charge uses the member’s credit', () => {
  test('as far as it reaches, oldest payline first, one entry per payline, each of that payline’s payment', async () => {
    const payments = [await paid(300), await paid(500), await paid(900)];
    await owe(db, club, member, 1000, { category: 'outing' });
    expect((await entries(db, club)).slice(3)).toEqual([
      'credit_used: +300 member_credit, -300 income:outing',
      'credit_used: +500 member_credit, -500 income:outing',
      'credit_used: +200 member_credit, -200 income:outing',
    ]);
    const { rows } = await db.sql.query(
      "SELECT payment_id FROM entries WHERE merchant_id = $1 AND kind = 'credit_used' ORDER BY id",
      [club.merchantId],
    );
    expect(rows.map((row: { payment_id: string }) => row.payment_id)).toEqual(payments.map((payment) => payment.id));
    expect(await cartOf(db, member)).toEqual({ paid: [1000], paylines: [300, 500, 900], credit: 700 });
  });

  test('and owes what the credit does not reach', async () => {
    await paid(300);
    await owe(db, club, member, 1000);
    expect(await cartOf(db, member)).toEqual({ paid: [300], paylines: [300], credit: 0 });
  });

  test('without credit it is owed, and the books do not move', async () => {
    await owe(db, club, member, 1000);
    expect(await entries(db, club)).toEqual([]);
    expect((await readCart(db, member)).charges).toMatchObject([{ open: 1000, category: 'fee' }]);
  });

  test('a charge that was added cannot be added again', async () => {
    await paid(300);
    const id = await owe(db, club, member, 100);
    const before = await everything(db);
    const again = {
      id,
      merchantId: club.merchantId,
      memberId: member,
      label: 'x',
      category: 'fee',
      amount: 100,
      currency: 'EUR',
      dueOn: null,
    };
    await expect(addCharge(db, again)).rejects.toThrow('charges_pkey');
    expect(await everything(db)).toEqual(before);
  });

  test('a charge for a member without a cart is a bug that writes nothing', async () => {
    await expect(owe(db, club, newId('mem'), 100)).rejects.toThrow('has no cart');
  });

  test('inside the caller’s transaction it vanishes with it', async () => {
    const before = await everything(db);
    const work = inTransaction(db, async (tx) => {
      await owe(tx, club, member, 100);
      throw new Error('changed my mind');
    });
    await expect(work).rejects.toThrow('changed my mind');
    expect(await everything(db)).toEqual(before);
  });
});

describe('unmatched money', () => {
  async function unmatched(amount = 5000) {
    const message = await newMessage(db, club);
    const money = captured(newId('ref'), eur(amount));
    await tellUnmatched(db, club, [money, fee(money.gatewayReference)], {
      id: message,
      state: 'unmatched',
      about: money,
    });
    const { rows } = await db.sql.query<{ id: number }>(
      'SELECT id FROM facts WHERE gateway_reference = $1 AND kind = $2',
      [money.gatewayReference, money.kind],
    );
    return {
      notificationId: message,
      merchantId: club.merchantId,
      memberId: member,
      factId: rows[0]!.id,
      money: eur(amount),
    };
  }

  test('is in suspense at once, with its fee', async () => {
    const { notificationId } = await unmatched();
    expect(await balances(db, club)).toEqual({
      'gateway_clearing EUR': 4805,
      'gateway_fees EUR': 195,
      'suspense EUR': -5000,
    });
    expect(await messageState(db, notificationId)).toEqual({ state: 'unmatched', payment: null, waits: false });
  });

  test('attached to a member it is a payline of no payment, and pays what is open', async () => {
    await owe(db, club, member, 3000);
    const money = await unmatched();
    expect(await attach(db, money)).toBe('recorded');
    expect(await balances(db, club)).toMatchObject({
      'suspense EUR': 0,
      'income:fee EUR': -3000,
      'member_credit EUR': -2000,
    });
    expect(await cartOf(db, member)).toEqual({ paid: [3000], paylines: [5000], credit: 2000 });
    const { rows } = await db.sql.query('SELECT payment_id FROM paylines WHERE member_id = $1', [member]);
    expect(rows).toEqual([{ payment_id: null }]);
    expect(await messageState(db, money.notificationId)).toMatchObject({ state: 'applied' });
  });

  test('attached twice at once, to two members, goes to one of them', async () => {
    const money = await unmatched();
    const members = [member, await newMember(db, club)];
    const outcomes = await Promise.all(members.map((memberId) => attach(db, { ...money, memberId })));
    expect(outcomes.sort()).toEqual(['not_unmatched', 'recorded']);
    const before = await everything(db);
    expect(await attach(db, money)).toBe('not_unmatched');
    expect(await everything(db)).toEqual(before);
  });

  test('a later charge uses the credit it left, in an entry of no payment', async () => {
    await attach(db, await unmatched(1000));
    await owe(db, club, member, 400, { category: 'outing' });
    const { rows } = await db.sql.query(
      "SELECT payment_id FROM entries WHERE merchant_id = $1 AND kind = 'credit_used'",
      [club.merchantId],
    );
    expect(rows).toEqual([{ payment_id: null }]);
    expect(await cartOf(db, member)).toEqual({ paid: [400], paylines: [1000], credit: 600 });
  });
});

describe('charges and payments side by side', () => {
  test('a charge that read the cart before a payment was booked decides again', async () => {
    const payment = await newPayment(db, club, member);
    let waiting: Promise<unknown> = Promise.resolve();
    await inTransaction(db, async (tx) => {
      await tell(tx, payment, captured(newId('ref')));
      waiting = owe(db, club, member, 700);
    });
    await waiting;
    expect(await cartOf(db, member)).toEqual({ paid: [700], paylines: [5000], credit: 4300 });
  });

  /** One thing that happens to one of a new club's members; everything of a case happens at once. */
  const anEvent = fc.record({
    member: fc.nat(2),
    kind: fc.constantFrom('charge', 'charge', 'payment', 'payment', 'repeated payment', 'misfit', 'unmatched'),
    amount: fc.integer({ min: 1, max: 900 }),
    category: fc.constantFrom('a', 'b', 'c'),
    second: fc.constantFrom('a', 'b', 'c'),
  });

  test('whatever happens at once, the books hold and every sum is in exactly one place', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(anEvent, { minLength: 4, maxLength: 14 }), async (events) => {
        const crowd = await newClub(db);
        const members = await Promise.all([0, 1, 2].map(() => newMember(db, crowd)));
        await Promise.all(
          events.map(async ({ member: which, kind, amount, category, second }) => {
            const memberId = members[which]!;
            const reference = newId('ref');
            switch (kind) {
              case 'charge':
                await owe(db, crowd, memberId, amount, { category });
                return owe(db, crowd, memberId, amount, { category: second });
              case 'unmatched':
                return tellUnmatched(db, crowd, [captured(reference, eur(amount)), fee(reference, eur(1))]);
              default: {
                const payment = await newPayment(db, crowd, memberId, {
                  amount: kind === 'misfit' ? amount + 1 : amount,
                });
                const told = [captured(reference, eur(amount)), fee(reference, eur(1))];
                const times = kind === 'repeated payment' ? 3 : 1;
                return Promise.all(Array.from({ length: times }, () => tell(db, payment, ...told)));
              }
            }
          }),
        );
        expect(await brokenInvariants(db)).toEqual({});
        const total = (...kinds: string[]) =>
          events.filter((event) => kinds.includes(event.kind)).reduce((sum, event) => sum + event.amount, 0);
        const inCarts = await Promise.all(members.map((memberId) => cartOf(db, memberId)));
        expect(inCarts.flatMap((cart) => cart.paylines).reduce((sum, amount) => sum + amount, 0)).toBe(
          total('payment', 'repeated payment'),
        );
        expect(total('misfit', 'unmatched') + ((await balances(db, crowd))['suspense EUR'] ?? 0)).toBe(0);
      }),
      { numRuns: 25 },
    );
  });
});
