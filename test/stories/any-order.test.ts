import fc from 'fast-check';
import type { Fact, GatewayFact } from '../../workflows/domain/fact';
import { keyOf } from '../../workflows/domain/fact';
import { decide, refundableOf, sumsOf, summarize } from '../../workflows/domain/payment';
import type { PaymentInput, PaymentSummary } from '../../workflows/domain/payment';
import { surplusOf } from '../../workflows/domain/payment/sums';
import { excessOf, surplusOtherwise } from '../../workflows/domain/position';
import { planRefund, previewRefund } from '../../workflows/domain/refund-plan';
import type { RefundWish } from '../../workflows/domain/refund-plan';
import {
  captured,
  disputeAdjusted,
  disputeClosed,
  disputeFee,
  disputeOpened,
  disputeUpdated,
  eur,
  expired,
  fee,
  NOON,
  paymentWith,
  refunded,
  refundFailed,
  refundFee,
  refundPending,
  refundRequested,
  reversalCancelled,
  reversed,
  usd,
} from '../domain/builders';
import { offBy, openBooks } from './bookkeeper';
import type { Books } from './bookkeeper';

/** Two payments of one cart, each through a gateway of its own; what gateways call their money begins with the payment's letter. */
const PAYMENTS = { A: 'pay_1', B: 'pay_2' } as const;
type Letter = keyof typeof PAYMENTS;
const letters = Object.keys(PAYMENTS) as Letter[];

const moments = [NOON, '2026-03-01T08:00:00.000Z', '2026-03-03T08:00:00.000Z', '2026-03-04T08:00:00.000Z', null];
const aMoment = fc.constantFrom(...moments);
const someMoney = fc.constantFrom(eur(5000), eur(2000), eur(500), eur(6000));
/** What moves back under this name: one movement has one currency, and those of the third are in another than most money came. */
const named = (references: readonly string[]) =>
  fc
    .constantFrom(...references)
    .chain((reference) =>
      fc.tuple(fc.constant(reference), reference.endsWith('3') ? fc.constant(usd(700)) : someMoney),
    );
const one = <T>(...of: T[]) => fc.constantFrom(...of);

/** What a gateway may say of the payment of this letter. Only its first sum fits, so that it does not depend on arrival which is accepted. */
function told(letter: Letter): fc.Arbitrary<GatewayFact> {
  const name = (reference: string) => `${letter}-${reference}`;
  const aSum = one('TX1', 'TX1', 'TX1', 'TX2').map(name);
  const aCase = one('CASE1', 'CASE2').map(name);
  /** One movement is of one sum. */
  const parentOf = (reference: string) => name(reference === 'RF2' ? 'TX2' : 'TX1');
  const refundNews = fc.record({
    occurredAt: aMoment,
    feeReturned: one(0, 100),
    refundId: one(undefined, undefined, name('ref_1'), name('ref_2')),
  });
  const moved = fc.record({ parent: aSum, occurredAt: aMoment, fees: one(0, 0, 100) });
  const adjusted = fc.record({ parent: aSum, occurredAt: aMoment, qualifier: one('', 'credit') });
  return fc.oneof(
    { weight: 4, arbitrary: fc.constant(captured(name('TX1'))) },
    one(captured(name('TX2'), eur(4500)), captured(name('TX3'), usd(5000))),
    one('TX1', 'TX2').map((reference) => fee(name(reference))),
    {
      weight: 3,
      arbitrary: fc
        .tuple(named(['RF1', 'RF1', 'RF2', 'RF2', 'RV1', 'RV1', 'RF3']), refundNews)
        .map(([[reference, money], { refundId, ...news }]) =>
          refunded(name(reference), money, {
            ...news,
            parent: parentOf(reference),
            ...(refundId !== undefined && { refundId }),
          }),
        ),
    },
    fc
      .tuple(one('RF1', 'RF2'), someMoney)
      .map(([reference, money]) => refundPending(name(reference), money, { parent: parentOf(reference) })),
    fc
      .tuple(one('RF1', 'RF2', 'ref_1'), someMoney)
      .map(([reference, money]) => refundFailed(name(reference), money, { parent: parentOf(reference) })),
    {
      weight: 3,
      arbitrary: fc
        .tuple(named(['RV1', 'RV1', 'RV2', 'RV2', 'RV3']), moved, one(undefined, undefined, name('CASE1')))
        .map(([[reference, money], { fees, ...about }, caseId]) =>
          reversed(name(reference), money, { ...about, feeReturned: fees, ...(caseId !== undefined && { caseId }) }),
        ),
    },
    {
      weight: 2,
      arbitrary: fc
        .tuple(named(['RC1', 'RC1', 'RC2', 'RC2', 'RC3']), moved)
        .map(([[reference, money], { fees, ...about }]) =>
          reversalCancelled(name(reference), money, { ...about, feeCharged: fees }),
        ),
    },
    fc
      .tuple(aSum, aCase, aMoment)
      .map(([sum, caseId, occurredAt]) => disputeOpened(sum, caseId, { occurredAt, stage: 'inquiry' })),
    fc
      .tuple(aSum, aCase, aMoment)
      .map(([sum, caseId, occurredAt]) => disputeUpdated(sum, caseId, { occurredAt, claimed: 5000 })),
    fc
      .tuple(aSum, aCase, aMoment, one(true, true, false), one(undefined, 2000))
      .map(([sum, caseId, occurredAt, isLost, kept]) =>
        disputeClosed(sum, caseId, { occurredAt, lost: isLost, ...(kept !== undefined && { refunded: kept }) }),
      ),
    fc
      .tuple(one('ADJ1', 'ADJ2'), one(eur(500), eur(5000)), adjusted)
      .map(([reference, money, about]) => disputeAdjusted(name(reference), money, about)),
    one('RF1', 'RF2').map((reference) => refundFee(name(reference), eur(30), parentOf(reference))),
    fc.constant({ ...disputeFee(1600, name('CASE1')), gatewayReference: name('TX1') }),
  );
}

function openBoth(): Books {
  const books = openBooks();
  books.open(paymentWith([], { id: PAYMENTS.A, gateway: 'paypal-standard' }));
  books.open(paymentWith([], { id: PAYMENTS.B, gateway: 'kkiapay', latePayments: 'refund' }));
  return books;
}

/** One thing that happens to the cart, to a payment, or at its gateway. */
type Step =
  | { readonly kind: 'told'; readonly letter: Letter; readonly fact: Fact }
  | { readonly kind: 'charge'; readonly category: string; readonly amount: number }
  | { readonly kind: 'cancel'; readonly charge: number }
  | { readonly kind: 'attach'; readonly amount: number }
  | { readonly kind: 'accept'; readonly letter: Letter }
  | { readonly kind: 'expire'; readonly letter: Letter }
  | { readonly kind: 'decide_dispute'; readonly letter: Letter; readonly outcome: 'lost' | 'withdrawn' }
  | { readonly kind: 'refund'; readonly letter: Letter; readonly part: number; readonly charge: number | null };

const aLetter = fc.constantFrom(...letters);
const aTelling: fc.Arbitrary<Step> = aLetter.chain((letter) =>
  told(letter).map((fact): Step => ({ kind: 'told', letter, fact })),
);
const aCharge: fc.Arbitrary<Step> = fc.record({
  kind: fc.constant('charge' as const),
  category: one('membership', 'outing'),
  amount: one(1500, 3000, 5000),
});
const aStep: fc.Arbitrary<Step> = fc.oneof(
  { weight: 8, arbitrary: aTelling },
  { weight: 2, arbitrary: aCharge },
  fc.record({ kind: fc.constant('cancel' as const), charge: fc.nat(5) }),
  fc.record({ kind: fc.constant('attach' as const), amount: one(700, 3000) }),
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('accept' as const), letter: aLetter }) },
  fc.record({ kind: fc.constant('expire' as const), letter: aLetter }),
  fc.record({
    kind: fc.constant('decide_dispute' as const),
    letter: aLetter,
    outcome: one<'lost' | 'withdrawn'>('lost', 'withdrawn'),
  }),
  fc.record({
    kind: fc.constant('refund' as const),
    letter: aLetter,
    part: one(1, 1, 0.5),
    charge: fc.option(fc.nat(3)),
  }),
);
const aLife = fc.array(aStep, { minLength: 1, maxLength: 25 });

/** Lives the steps; after each, `look`. */
function live(steps: readonly Step[], look: (books: Books) => void): Books {
  const books = openBoth();
  for (const [place, step] of steps.entries()) {
    act(books, step, place);
    look(books);
  }
  return books;
}

function act(books: Books, step: Step, place: number): void {
  switch (step.kind) {
    case 'told':
      books.tell(PAYMENTS[step.letter], step.fact);
      break;
    case 'charge':
      books.charge(`chg_${books.charges().length}`, step.category, step.category, step.amount);
      break;
    case 'cancel': {
      const charge = books.charges()[step.charge];
      if (charge && !charge.cancelled) books.cancel(charge.id);
      break;
    }
    case 'attach':
      books.unmatched(captured(`stray-${place}`, eur(step.amount)));
      books.attach(`ntf_${place}`, eur(step.amount));
      break;
    case 'expire':
      obey(books, step.letter, { kind: 'expire', at: NOON });
      break;
    case 'accept':
      obey(books, step.letter, { kind: 'resolve', commandId: `cmd_${place}`, at: NOON });
      break;
    case 'decide_dispute': {
      const open = summarize(books.payment(PAYMENTS[step.letter])).disputes.find(({ status }) => status === 'open');
      const { outcome } = step;
      if (open)
        obey(books, step.letter, {
          kind: 'resolve_dispute',
          commandId: `cmd_${place}`,
          disputeId: open.id,
          outcome,
          at: NOON,
        });
      break;
    }
    case 'refund': {
      const sum = sumsOf(books.payment(PAYMENTS[step.letter])).find((one) => refundableOf(one) > 0);
      const charge = step.charge === null ? undefined : books.charges()[step.charge];
      if (sum)
        obey(books, step.letter, {
          kind: 'refund',
          commandId: `cmd_${place}`,
          refundId: `${step.letter}-ref_1`,
          capture: sum.reference,
          amount: Math.ceil(refundableOf(sum) * step.part),
          charges: charge && !charge.cancelled ? [charge.id] : [],
          at: NOON,
        });
      break;
    }
  }
}

function obey(books: Books, letter: Letter, input: PaymentInput): void {
  const decision = decide(books.payment(PAYMENTS[letter]), input);
  for (const fact of decision.outcome === 'accepted' ? decision.facts : []) books.tell(PAYMENTS[letter], fact);
}

const balance = (books: Books, account: string, currency = 'EUR') =>
  books.balances().get(`${account} ${currency}`) ?? 0;
const incomeOf = (books: Books) =>
  [...books.balances()].filter(([account]) => account.startsWith('income:')).map(([, amount]) => amount);
const sum = (amounts: readonly number[]) => amounts.reduce((all, amount) => all + amount, 0);
const summaries = (books: Books): PaymentSummary[] =>
  letters.map((letter) => summarize(books.payment(PAYMENTS[letter])));

function checkBooks(books: Books): void {
  for (const { postings } of books.entries) {
    expect(postings.length).toBeGreaterThanOrEqual(2);
    expect(offBy(postings)).toBe(0);
    for (const { amount } of postings) expect(amount).toBeGreaterThan(0);
  }
  for (const income of incomeOf(books)) expect(income).toBeLessThan(0);
  expect(balance(books, 'member_credit')).toBeLessThanOrEqual(0);
  expect(balance(books, 'disputed_funds')).toBeGreaterThanOrEqual(0);
}

function checkCart(books: Books): void {
  const lines = sum(books.paylines.map(({ amount }) => amount));
  expect(lines).toBe(-sum(incomeOf(books)) - balance(books, 'member_credit') || 0);
  expect(books.credit()).toBe(-balance(books, 'member_credit') || 0);
  expect(books.credit()).toBeGreaterThanOrEqual(0);
  const owed = books.charges().filter(({ cancelled }) => !cancelled);
  expect(sum(owed.map(({ amount, due }) => amount - due))).toBe(-sum(incomeOf(books)) || 0);
  if (books.credit() > 0) expect(owed.filter(({ due }) => due > 0)).toEqual([]);
}

/** The accounts say of the payments' money what the payments say of themselves. */
function checkPayments(books: Books): void {
  for (const currency of ['EUR', 'USD'] as const) {
    const sums = summaries(books).flatMap((summary) => summary.sums.filter(({ money }) => money.currency === currency));
    const excess = sum(letters.map((letter) => excessOf(books.payment(PAYMENTS[letter]), currency)));
    const waiting = sum(
      sums.map(({ money, accepted, refunded, lost }) => Math.max(0, money.amount - accepted - refunded - lost)),
    );
    expect(balance(books, 'disputed_funds', currency)).toBe(sum(sums.map(({ held }) => held)));
    const cameOtherwise = sum(letters.map((letter) => surplusOtherwise(books.payment(PAYMENTS[letter]), currency)));
    const surplus = sum(sums.map(surplusOf)) + cameOtherwise;
    expect(-balance(books, 'suspense', currency) || 0).toBe(waiting + surplus - excess || 0);
  }
  const isWrittenOff = books.entries.some(({ kind }) => kind === 'suspense_written_off');
  for (const { captured: came, refunded: gone, chargedBack, attentions } of summaries(books))
    if (gone + chargedBack > came && !isWrittenOff)
      expect(attentions.map(({ code }) => code)).toContain('refund_exceeds_payment');
}

describe('whatever happens to two payments of one cart', () => {
  test('the books balance, and no account stands on its wrong side', () => {
    fc.assert(
      fc.property(aLife, (steps) => void live(steps, checkBooks)),
      { numRuns: 300 },
    );
  });

  test('the cart is the books, and no credit is idle beside an open charge', () => {
    fc.assert(
      fc.property(aLife, (steps) => void live(steps, checkCart)),
      { numRuns: 300 },
    );
  });

  test('what is held, waits and exceeds is in the accounts', () => {
    fc.assert(
      fc.property(aLife, (steps) => void live(steps, checkPayments)),
      { numRuns: 300 },
    );
  });
});

/** What gateways told, in two orders, the second with repetitions; our own requests come before. */
const twoOrders = fc
  .uniqueArray(
    aLetter.chain((letter) => told(letter).map((fact) => ({ letter, fact }))),
    { maxLength: 12, selector: ({ fact }) => keyOf(fact) },
  )
  .chain((all) =>
    fc.record({
      first: fc.constant(all),
      second: fc
        .subarray(all)
        .chain((again) => fc.shuffledSubarray([...all, ...again], { minLength: all.length + again.length })),
      isAsked: fc.boolean(),
      isExpired: fc.boolean(),
    }),
  );

/** How it ends: all that must not depend on the order in which gateways tell. */
function endOf(
  tellings: readonly { readonly letter: Letter; readonly fact: Fact }[],
  { isAsked, isExpired }: { readonly isAsked: boolean; readonly isExpired: boolean },
) {
  const books = openBoth();
  books.charge('chg_m', 'Membership', 'membership', 3000);
  for (const letter of letters) {
    if (isAsked)
      books.tell(
        PAYMENTS[letter],
        refundRequested(`${letter}-ref_1`, eur(2000), { parent: `${letter}-TX1`, charges: ['chg_m'] }),
      );
    if (isExpired) books.tell(PAYMENTS[letter], expired());
  }
  for (const { letter, fact } of tellings) books.tell(PAYMENTS[letter], fact);
  return {
    payments: summaries(books).map(({ status, refunded: gone, disputed, chargedBack, refundable }) => ({
      status,
      gone,
      disputed,
      chargedBack,
      refundable,
    })),
    clearing: ['paypal-standard', 'kkiapay'].map((gateway) => balance(books, `gateway_clearing:${gateway}`)),
    fees: ['paypal-standard', 'kkiapay'].map((gateway) => balance(books, `gateway_fees:${gateway}`)),
    held: balance(books, 'disputed_funds'),
    suspense: balance(books, 'suspense'),
    otherwise: [...books.balances()].filter(([account]) => account.endsWith('USD')).sort(),
    member: sum(incomeOf(books)) + balance(books, 'member_credit'),
  };
}

test('the order in which gateways tell does not matter, nor how often', () => {
  fc.assert(
    fc.property(twoOrders, ({ first, second, ...our }) => {
      expect(endOf(second, our)).toEqual(endOf(first, our));
    }),
    { numRuns: 1_000 },
  );
});

test('a loss that proves to be a refund, and whose correction then takes money of its own, is in the books by each', () => {
  const parent = 'A-TX1';
  const tellings = [
    captured(parent),
    disputeAdjusted('A-ADJ1', eur(500), { parent }),
    reversed('A-RV1', eur(5000), { parent }),
    refunded('A-RV1', eur(5000), { parent }),
  ].map((fact) => ({ kind: 'told', letter: 'A', fact }) as const);
  const books = live(tellings, (all) => {
    checkBooks(all);
    checkPayments(all);
  });
  expect(balance(books, 'disputed_funds')).toBe(500);
  expect(balance(books, 'gateway_clearing:paypal-standard')).toBe(-500);
});

describe('a preview says what the booking then does', () => {
  const ability = {
    gateway: 'partial',
    account: 'partial',
    feesReturned: 'none',
    refundAt: '',
    writes: () => true,
  } as const;

  test('entries, what is due again, and the credit', () => {
    fc.assert(
      fc.property(aLife, aLetter, one(null, 500, 2000), fc.subarray([0, 1, 2]), (steps, letter, amount, named) => {
        const books = live(steps, () => undefined);
        const payment = books.payment(PAYMENTS[letter]);
        const cart = books.cart();
        const charges = named.flatMap((place) => books.charges()[place]?.id ?? []);
        const wish: RefundWish = { amount, charges };
        const situation = { payment, cart, ability, feesBorneBy: 'payer', inFlight: false } as const;
        const plan = planRefund(situation, wish);
        fc.pre(plan.possible && !summarize(payment).refunds.some(({ status }) => status === 'pending'));
        const preview = previewRefund(situation, plan);
        const before = { charges: books.charges(), credit: books.credit() };
        const money = eur(plan.amount);
        books.tell(
          PAYMENTS[letter],
          refundRequested('ref_new', money, { parent: plan.capture, charges: plan.charges }),
        );
        const entries = books.tell(
          PAYMENTS[letter],
          refunded('RF-new', money, { parent: plan.capture, refundId: 'ref_new' }),
        );
        expect(preview.entries).toEqual(entries);
        expect(preview.creditReduced).toBe(Math.max(0, before.credit - books.credit()));
        const dueAgain = books
          .charges()
          .filter(({ cancelled }) => !cancelled)
          .map(({ id, due }) => ({ id, amount: due - (before.charges.find((charge) => charge.id === id)?.due ?? 0) }))
          .filter(({ amount: more }) => more > 0);
        expect([...preview.chargesDueAgain].sort((a, b) => (a.id < b.id ? -1 : 1))).toEqual(dueAgain);
      }),
      { numRuns: 200 },
    );
  });
});
