import fc from 'fast-check';
import type { CartNeed, Allocation, Cart, OpenCharge } from '../../workflows/domain/cart';
import { allocate, EMPTY_CART, NO_NEED } from '../../workflows/domain/cart';
import { book, bookUnmatched, cartNeeded } from '../../workflows/domain/booking';
import type { Booking, Operation } from '../../workflows/domain/booking';
import type { Fact, GatewayFact } from '../../workflows/domain/fact';
import {
  chargeCancelled,
  creditUsed,
  disputeFeeCharged,
  disputeLost,
  feeCharged,
  feeReturned,
  paymentCaptured,
  paymentRefunded,
  paymentReversed,
  paymentSuspended,
  refundFailed,
  reversalCancelled,
  suspenseReleased,
  suspenseWrittenOff,
} from '../../workflows/domain/ledger';
import type { Entry, Share } from '../../workflows/domain/ledger';
import { MAX_AMOUNT } from '../../workflows/domain/money';
import { decide, evolve } from '../../workflows/domain/payment';
import type { Payment, PaymentInput, PaymentTerms } from '../../workflows/domain/payment';
import {
  accepted,
  attemptFailed,
  captured,
  disputeOpened,
  eur,
  failed,
  fee,
  lost,
  NOON,
  paymentWith,
  pending,
  refunded,
  refundFailed as refundBounced,
  reversalCancelled as moneyBack,
  reversed,
  usd,
} from './builders';

const GATEWAY = 'paypal-standard';

/** Entries as an accountant writes them: kind | debit | credit | amount, one line per credit. */
function written(entries: readonly Entry[]): string[] {
  return entries.flatMap(({ kind, postings }) => {
    const debits = postings.filter((posting) => posting.side === 'debit');
    expect(debits).toHaveLength(1); // so that every credit has its counterpart on its line
    return postings
      .filter((posting) => posting.side === 'credit')
      .map(({ account, amount, currency }) => [kind, debits[0]!.account, account, `${amount} ${currency}`].join(' | '));
  });
}

interface Story {
  readonly owed?: readonly (readonly [category: string, open: number])[];
  readonly named?: readonly string[];
  readonly late?: PaymentTerms['latePayments'];
  readonly told: readonly (GatewayFact | 'expire' | 'accept')[];
}

/** Runs a story as the payment's run does: decide, evolve, book each new fact on what is then open. */
function tell({
  owed = [
    ['fee', 3000],
    ['insurance', 2000],
  ],
  named = [],
  late = 'credit',
  told,
}: Story): { entries: Entry[]; bookings: Booking[] } {
  let payment = paymentWith([], { latePayments: late, charges: named });
  let cart: Cart = {
    ...EMPTY_CART,
    charges: owed.map(([category, open], sequence) => ({
      id: `${category}${sequence}`,
      category,
      open,
      dueOn: '2026-01-01',
      sequence,
    })),
  };
  const bookings: Booking[] = [];
  for (const [index, item] of told.entries()) {
    const input: PaymentInput =
      item === 'expire'
        ? { kind: 'expire', at: NOON }
        : item === 'accept'
          ? { kind: 'resolve', commandId: `cmd_${index}`, at: NOON }
          : { kind: 'facts', facts: [item], at: NOON };
    const decision = decide(payment, input);
    for (const fact of decision.outcome === 'accepted' ? decision.facts : []) {
      const booking = book(payment, fact, GATEWAY, cart);
      payment = evolve(payment, fact);
      cart = booking.cart;
      bookings.push(booking);
    }
  }
  return { entries: bookings.flatMap(({ operations }) => entriesOf(operations)), bookings };
}

function entriesOf(operations: readonly Operation[]): Entry[] {
  return operations.flatMap((operation) => (operation.op === 'entry' ? [operation.entry] : []));
}

/** The stories, as the books tell them. The last column of a story's lines always sums to what the gateway holds for us. */
const stories: [string, Story, string][] = [
  [
    'the whole balance, less the gateway’s fee',
    { told: [captured(), fee()] },
    `
    payment_captured | gateway_clearing:paypal-standard | income:fee | 3000 EUR
    payment_captured | gateway_clearing:paypal-standard | income:insurance | 2000 EUR
    fee_charged | gateway_fees:paypal-standard | gateway_clearing:paypal-standard | 195 EUR`,
  ],
  [
    'more than is owed: the surplus is the member’s credit',
    { owed: [['fee', 3000]], told: [captured()] },
    `
    payment_captured | gateway_clearing:paypal-standard | income:fee | 3000 EUR
    payment_captured | gateway_clearing:paypal-standard | member_credit | 2000 EUR`,
  ],
  [
    'one cent more than is owed',
    { owed: [['fee', 4999]], told: [captured()] },
    `
    payment_captured | gateway_clearing:paypal-standard | income:fee | 4999 EUR
    payment_captured | gateway_clearing:paypal-standard | member_credit | 1 EUR`,
  ],
  [
    'paid in advance, with nothing owed',
    { owed: [], told: [captured()] },
    `
    payment_captured | gateway_clearing:paypal-standard | member_credit | 5000 EUR`,
  ],
  [
    'two charges of one category are one income line',
    {
      owed: [
        ['outing', 1000],
        ['outing', 4000],
      ],
      told: [captured()],
    },
    `
    payment_captured | gateway_clearing:paypal-standard | income:outing | 5000 EUR`,
  ],
  [
    'a charge named by the member comes before an older one',
    {
      owed: [
        ['fee', 4000],
        ['insurance', 2000],
      ],
      named: ['insurance1'],
      told: [captured()],
    },
    `
    payment_captured | gateway_clearing:paypal-standard | income:insurance | 2000 EUR
    payment_captured | gateway_clearing:paypal-standard | income:fee | 3000 EUR`,
  ],
  [
    'the fee is told before its capture',
    { owed: [], told: [fee(), captured()] },
    `
    fee_charged | gateway_fees:paypal-standard | gateway_clearing:paypal-standard | 195 EUR
    payment_captured | gateway_clearing:paypal-standard | member_credit | 5000 EUR`,
  ],
  [
    'told three times, booked once',
    { owed: [], told: [captured(), captured(), captured()] },
    `
    payment_captured | gateway_clearing:paypal-standard | member_credit | 5000 EUR`,
  ],
  [
    'too little waits in suspense, with its fee',
    { told: [captured('TX1', eur(4999)), fee()] },
    `
    payment_suspended | gateway_clearing:paypal-standard | suspense | 4999 EUR
    fee_charged | gateway_fees:paypal-standard | gateway_clearing:paypal-standard | 195 EUR`,
  ],
  [
    'too little, accepted by a person',
    { told: [captured('TX1', eur(4999)), 'accept'] },
    `
    payment_suspended | gateway_clearing:paypal-standard | suspense | 4999 EUR
    suspense_accepted | suspense | income:fee | 3000 EUR
    suspense_accepted | suspense | income:insurance | 1999 EUR`,
  ],
  [
    'another currency waits in suspense, and accepting it is refused',
    { told: [captured('TX1', usd(5000)), 'accept'] },
    `
    payment_suspended | gateway_clearing:paypal-standard | suspense | 5000 USD`,
  ],
  [
    'paid twice: the second sum waits in suspense',
    { owed: [['fee', 5000]], told: [captured('TX1'), captured('TX2')] },
    `
    payment_captured | gateway_clearing:paypal-standard | income:fee | 5000 EUR
    payment_suspended | gateway_clearing:paypal-standard | suspense | 5000 EUR`,
  ],
  [
    'paid twice, and the second sum accepted as credit',
    { owed: [['fee', 5000]], told: [captured('TX1'), captured('TX2'), 'accept'] },
    `
    payment_captured | gateway_clearing:paypal-standard | income:fee | 5000 EUR
    payment_suspended | gateway_clearing:paypal-standard | suspense | 5000 EUR
    suspense_accepted | suspense | member_credit | 5000 EUR`,
  ],
  [
    'a misfit, then the right sum, then the misfit accepted',
    { owed: [['fee', 6000]], told: [captured('TX1', eur(10)), captured('TX2'), 'accept'] },
    `
    payment_suspended | gateway_clearing:paypal-standard | suspense | 10 EUR
    payment_captured | gateway_clearing:paypal-standard | income:fee | 5000 EUR
    suspense_accepted | suspense | income:fee | 10 EUR`,
  ],
  [
    'money after expiry is credited like any other',
    { owed: [['fee', 5000]], told: ['expire', captured()] },
    `
    payment_captured | gateway_clearing:paypal-standard | income:fee | 5000 EUR`,
  ],
  [
    'money after expiry under the refund policy waits in suspense',
    { late: 'refund', told: ['expire', captured()] },
    `
    payment_suspended | gateway_clearing:paypal-standard | suspense | 5000 EUR`,
  ],
  ['holds, failures and tries move no money', { told: [pending(), attemptFailed(), failed(), 'expire'] }, ''],
  [
    'a capture told with another amount is booked as it was first told',
    { owed: [['fee', 5000]], told: [captured(), captured('TX1', eur(1))] },
    `
    payment_captured | gateway_clearing:paypal-standard | income:fee | 5000 EUR`,
  ],
];

describe('the books, story by story', () => {
  test.each(stories)('%s', (_, story, golden) => {
    expect(written(tell(story).entries)).toEqual(
      golden
        .split('\n')
        .map((line) => line.trim())
        .filter(Boolean),
    );
  });

  test('a later charge uses the member’s credit', () => {
    expect(written([creditUsed(eur(700), 'outing')])).toEqual([
      'credit_used | member_credit | income:outing | 700 EUR',
    ]);
  });

  test('unmatched money that is given to a member', () => {
    const owed: OpenCharge[] = [{ id: 'chg', category: 'fee', open: 3000, dueOn: '2026-01-01', sequence: 1 }];
    expect(written([suspenseReleased('suspense_attached', eur(5000), allocate(5000, owed))])).toEqual([
      'suspense_attached | suspense | income:fee | 3000 EUR',
      'suspense_attached | suspense | member_credit | 2000 EUR',
    ]);
  });

  test('money of no payment is suspended, whatever is open', () => {
    expect(written(entriesOf(bookUnmatched(captured(), GATEWAY)))).toEqual([
      'payment_suspended | gateway_clearing:paypal-standard | suspense | 5000 EUR',
    ]);
  });
});

describe('a payline is made exactly where the member’s cart is touched', () => {
  test.each(stories)('%s', (_, story) => {
    for (const { operations } of tell(story).bookings) {
      const isForMember = entriesOf(operations).some(
        ({ kind }) => kind === 'payment_captured' || kind === 'suspense_accepted',
      );
      expect(operations.some(({ op }) => op === 'payline')).toBe(isForMember);
    }
  });

  const paid = paymentWith([captured('TX1')]);
  const layOf = (lays: number) => ({ ...NO_NEED, lays });
  const OFF_ITSELF = { ...NO_NEED, of: 'pay_1' };
  test.each<[string, Payment, Fact, CartNeed | null]>([
    ['the sum that fits is laid on what is open', paymentWith(), captured('TX1'), layOf(5000)],
    ['a second sum waits in suspense', paid, captured('TX2'), null],
    ['a fee is the merchant’s', paid, fee('TX1'), null],
    ['a hold moves nothing', paymentWith(), pending('TX1'), null],
    ['a refund takes what the payment had paid', paid, refunded(), OFF_ITSELF],
    ['a reversal is held, and takes nothing off the cart', paid, reversed(), null],
    [
      'a loss takes what the payment had paid',
      paymentWith([captured(), disputeOpened(), reversed()]),
      lost(),
      OFF_ITSELF,
    ],
    [
      'a refund that comes back is laid on what is open',
      paymentWith([captured(), refunded()]),
      refundBounced(),
      layOf(5000),
    ],
    [
      'what came back after a loss is laid on what is open',
      paymentWith([captured(), disputeOpened(), reversed(), lost()]),
      moneyBack(),
      layOf(5000),
    ],
    ['a refund of money in suspense', paymentWith([captured('TX1', eur(1))]), refunded('RF1', eur(1)), null],
    [
      'an accepted sum is laid on what is open',
      paymentWith([captured('TX1', eur(1))]),
      accepted('TX1', eur(1)),
      layOf(1),
    ],
  ])('%s', (_, payment, fact, needed) => {
    expect(cartNeeded(payment, fact)).toEqual(needed);
  });
});

/** An entry as an accountant writes it, a posting a line. */
const linesOf = ({ kind, postings }: Entry) => [
  kind,
  ...postings.map(({ side, account, amount }) => `${side} ${account} ${amount}`),
];
const CLEARING = 'gateway_clearing:paypal-standard';
const share = (over: Partial<Share> = {}): Share => ({ suspense: 0, writtenOff: 0, member: [], ...over });
const ofMember = [
  { category: null, amount: 1000 },
  { category: 'fee', amount: 3000 },
  { category: 'fee', amount: 500 },
  { category: 'outing', amount: 500 },
];

describe('what goes back, and what comes back of it', () => {
  test.each<[string, Entry, readonly string[]]>([
    [
      'a refund: credit, then income by category, and what went beyond it',
      paymentRefunded(GATEWAY, eur(5200), share({ member: ofMember, suspense: 200 })),
      [
        'payment_refunded',
        'debit member_credit 1000',
        'debit income:fee 3500',
        'debit income:outing 500',
        'debit suspense 200',
        `credit ${CLEARING} 5200`,
      ],
    ],
    [
      'a refund of suspended money',
      paymentRefunded(GATEWAY, eur(5000), share({ suspense: 5000 })),
      ['suspense_refunded', 'debit suspense 5000', `credit ${CLEARING} 5000`],
    ],
    [
      'a refund that failed, of which a part had been written off',
      refundFailed(GATEWAY, eur(5300), share({ member: ofMember, suspense: 100, writtenOff: 200 })),
      [
        'refund_failed',
        `debit ${CLEARING} 5300`,
        'credit member_credit 1000',
        'credit income:fee 3500',
        'credit income:outing 500',
        'credit suspense 100',
        'credit refund_costs 200',
      ],
    ],
    [
      'a fee that came back',
      feeReturned(GATEWAY, eur(160)),
      ['fee_returned', `debit ${CLEARING} 160`, 'credit gateway_fees:paypal-standard 160'],
    ],
    [
      'a reversal',
      paymentReversed(GATEWAY, { held: 5000, suspense: 0 }, 'EUR'),
      ['payment_reversed', 'debit disputed_funds 5000', `credit ${CLEARING} 5000`],
    ],
    [
      'a reversal of which a part had come back before',
      paymentReversed(GATEWAY, { held: 3000, suspense: 2000 }, 'EUR'),
      ['payment_reversed', 'debit suspense 2000', 'debit disputed_funds 3000', `credit ${CLEARING} 5000`],
    ],
    [
      'a reversal that was cancelled',
      reversalCancelled(GATEWAY, eur(5000), share()),
      ['reversal_cancelled', `debit ${CLEARING} 5000`, 'credit disputed_funds 5000'],
    ],
    [
      'one cancelled beyond what is held',
      reversalCancelled(GATEWAY, eur(5000), share({ suspense: 2000 })),
      ['reversal_cancelled', `debit ${CLEARING} 5000`, 'credit disputed_funds 3000', 'credit suspense 2000'],
    ],
    [
      'one cancelled after it was lost',
      reversalCancelled(GATEWAY, eur(5000), share({ member: [{ category: 'fee', amount: 5000 }] })),
      ['reversal_cancelled', `debit ${CLEARING} 5000`, 'credit income:fee 5000'],
    ],
    [
      'what was lost is held again, and nothing came',
      reversalCancelled(GATEWAY, eur(0), share({ suspense: 5000 })),
      ['reversal_cancelled', 'debit disputed_funds 5000', 'credit suspense 5000'],
    ],
    [
      'a loss',
      disputeLost(eur(5000), share({ member: ofMember })),
      [
        'dispute_lost',
        'debit member_credit 1000',
        'debit income:fee 3500',
        'debit income:outing 500',
        'credit disputed_funds 5000',
      ],
    ],
    [
      'a fee for a case',
      disputeFeeCharged(GATEWAY, eur(1600)),
      ['dispute_fee_charged', 'debit dispute_losses 1600', `credit ${CLEARING} 1600`],
    ],
    [
      'a charge that is owed no more',
      chargeCancelled('EUR', share({ member: [{ category: 'outing', amount: 2000 }] })),
      ['charge_cancelled', 'debit income:outing 2000', 'credit member_credit 2000'],
    ],
    [
      'what a person gave up',
      suspenseWrittenOff(eur(1000)),
      ['suspense_written_off', 'debit refund_costs 1000', 'credit suspense 1000'],
    ],
  ])('%s', (_, entry, lines) => {
    expect(linesOf(entry)).toEqual(lines);
  });
});

describe('every entry that can be built', () => {
  const anAmount = fc.integer({ min: 1, max: MAX_AMOUNT });
  const aMoney = fc.record({ amount: anAmount, currency: fc.constantFrom('EUR', 'XOF', 'JPY') });
  const aCart = fc
    .array(fc.record({ category: fc.constantFrom('fee', 'insurance', 'outing'), open: anAmount }), { maxLength: 6 })
    .map((charges) =>
      charges.map((charge, sequence) => ({ ...charge, id: String(sequence), dueOn: '2026-01-01', sequence })),
    );
  const anEntry = fc
    .record({ money: aMoney, cart: aCart, which: fc.integer({ min: 0, max: 5 }) })
    .map(({ money, cart, which }): { entry: Entry; whole: number } => {
      const allocation: Allocation = allocate(money.amount, cart);
      const entries = [
        paymentCaptured(GATEWAY, money, allocation),
        feeCharged(GATEWAY, money),
        paymentSuspended(GATEWAY, money),
        suspenseReleased('suspense_accepted', money, allocation),
        suspenseReleased('suspense_attached', money, allocation),
        creditUsed(money, 'fee'),
      ];
      return { entry: entries[which]!, whole: money.amount };
    });

  test('balances in its one currency, over two postings or more, each above zero and on an account of its own', () => {
    fc.assert(
      fc.property(anEntry, ({ entry: { postings }, whole }) => {
        const sideOf = (side: 'debit' | 'credit') => postings.filter((posting) => posting.side === side);
        const total = (side: 'debit' | 'credit') => sideOf(side).reduce((sum, posting) => sum + posting.amount, 0);
        expect(postings.length).toBeGreaterThanOrEqual(2);
        expect(total('debit')).toBe(whole);
        expect(total('credit')).toBe(whole);
        expect(new Set(postings.map((posting) => posting.currency)).size).toBe(1);
        expect(new Set(postings.map((posting) => posting.account)).size).toBe(postings.length);
        for (const posting of postings) expect(posting.amount).toBeGreaterThan(0);
      }),
    );
  });
});
