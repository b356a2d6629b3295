import { loadPayment, loadPayments } from '../../books/facts';
import { summarize } from '../../workflows/domain/payment';
import { captured, disputeOpened, eur, fee, pending, refunded, usd } from '../domain/builders';
import { load, newClub, newMember, newPayment, openBooks, tell, tellUnmatched } from './bookkeeping';
import { brokenInvariants } from '../support/audit';
import type { Books, Club } from './bookkeeping';

let db: Books;
let club: Club;
let member: string;
beforeAll(async () => {
  db = await openBooks();
  club = await newClub(db);
  member = await newMember(db, club);
});
afterAll(async () => {
  expect(await brokenInvariants(db)).toEqual({});
  await db.close();
});

test('a payment is read as it was agreed', async () => {
  const terms = await newPayment(db, club, member, {
    amount: 999_999_999_999,
    latePayments: 'refund',
    charges: ['chg_b', 'chg_a'],
  });
  const loaded = await load(db, terms);
  expect(loaded.terms).toEqual(terms);
  expect(loaded.row).toMatchObject({
    ...terms,
    method: null,
    nextAction: { kind: 'form' },
    returnUrl: null,
    cancelUrl: null,
  });
});

test('facts are read as they were recorded, in recorded order, and say the same', async () => {
  const terms = await newPayment(db, club, member);
  const told = [
    pending('A1', 'echeck', { occurredAt: null }),
    captured('A1', eur(5000), { occurredAt: '2026-03-01T00:00:00.000Z' }),
    fee('A1'),
    captured('A2', usd(3)),
    disputeOpened('A1', 'PP-D-9'),
  ];
  for (const fact of told) await tell(db, terms, fact);
  const { facts } = await load(db, terms);
  const withoutClock = facts.map(({ recordedAt, ...fact }) => {
    expect(recordedAt).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    return fact;
  });
  expect(withoutClock.slice(1)).toEqual(told);
  expect(facts.map((fact) => fact.recordedAt)).toEqual(facts.map((fact) => fact.recordedAt).sort());
  expect(summarize({ terms, facts })).toMatchObject({ status: 'disputed', captured: 5000, fee: 195 });
});

test('a fact bound later stands where it was bound, not where it was first recorded', async () => {
  const terms = await newPayment(db, club, member);
  const back = { ...refunded('RF-B', eur(100)), parent: 'B1' };
  await tellUnmatched(db, club, [back]);
  await tell(db, terms, captured('B1'));
  await tell(db, terms, back);
  await tell(db, terms, fee('B1'));
  const { facts } = await load(db, terms);
  expect(facts.map((fact) => fact.kind)).toEqual([
    'checkout_opened',
    'payment_captured',
    'payment_refunded',
    'fee_charged',
  ]);
  expect(summarize({ terms, facts })).toMatchObject({ refunded: 100, status: 'partially_refunded' });
});

test('another merchant’s payment is no payment', async () => {
  const terms = await newPayment(db, club, member);
  const stranger = await newClub(db);
  expect(await loadPayment(db, terms.id, stranger.merchantId)).toBeNull();
  expect((await loadPayment(db, terms.id, club.merchantId))?.terms).toEqual(terms);
  expect(await loadPayment(db, 'pay_of_nobody')).toBeNull();
});

test('several payments come in the order asked, without those unknown', async () => {
  const [one, two] = [await newPayment(db, club, member), await newPayment(db, club, member)];
  const loaded = await loadPayments(db, [two.id, 'pay_of_nobody', one.id]);
  expect(loaded.map((payment) => payment.terms.id)).toEqual([two.id, one.id]);
  expect(await loadPayments(db, [])).toEqual([]);
});
