import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Fact } from '../../workflows/domain/fact';
import type { Entry } from '../../workflows/domain/ledger';
import { describeMoney, minorUnitDecimals } from '../../workflows/domain/money';
import { summarize } from '../../workflows/domain/payment';
import {
  accepted,
  captured,
  disputeFee,
  disputeOpened,
  eur,
  expired,
  fee,
  lost,
  paymentWith,
  refunded,
  refundFailed,
  refundFee,
  refundRequested,
  reversalCancelled,
  reversed,
  writtenOff,
} from '../domain/builders';
import { openBooks } from './bookkeeper';
import type { Books } from './bookkeeper';

/** A story as an accountant reads it: what happened, what was written, and how things stand at the end. */
interface Story {
  readonly title: string;
  tell(say: Narrator): void;
}
interface Narrator {
  charge(id: string, label: string, category: string, amount: number): void;
  pay(id: string, amount: number, over?: Parameters<typeof paymentWith>[1]): void;
  told(id: string, what: string, ...facts: Fact[]): void;
  cancel(id: string, what: string): void;
  unmatched(what: string, ...facts: Fact[]): void;
  attach(what: string, amount: number): void;
}

const full = [captured('TX1', eur(5000)), fee('TX1', eur(195))];
function paid(say: Narrator, amount = 5000): void {
  say.charge('chg_m', 'Membership', 'membership', amount);
  say.pay('pay_1', amount);
  say.told('pay_1', `The member pays ${amount / 100}.`, captured('TX1', eur(amount)), fee('TX1', eur(195)));
}

const STORIES: Readonly<Record<string, Story>> = {
  '05-misfit-accepted': {
    title: 'Another amount than asked is accepted',
    tell(say) {
      say.charge('chg_m', 'Membership', 'membership', 5000);
      say.pay('pay_1', 5000);
      say.told('pay_1', 'The payer sends 45.00 instead of 50.00.', captured('TX1', eur(4500)), fee('TX1', eur(178)));
      say.told('pay_1', 'The treasurer accepts it.', accepted('TX1', eur(4500)));
    },
  },
  '06-late-and-paid-meanwhile': {
    title: 'Late money of a charge that was paid meanwhile',
    tell(say) {
      say.pay('pay_1', 5000);
      say.told('pay_1', 'The time to pay is over; then the money comes.', expired(), ...full);
    },
  },
  '07-late-refunded-by-policy': {
    title: 'Late money goes back by itself',
    tell(say) {
      say.charge('chg_m', 'Membership', 'membership', 5000);
      say.pay('pay_1', 5000, { latePayments: 'refund' });
      say.told('pay_1', 'The time is over; the money comes, and waits.', expired(), ...full);
      say.told('pay_1', 'It is given back.', refunded('RF1', eur(5000)));
    },
  },
  '08-duplicate-refunded': {
    title: 'A second sum for one payment goes back, and a part of its fee',
    tell(say) {
      paid(say);
      say.told('pay_1', 'The payer pays once more.', captured('TX2', eur(5000)), fee('TX2', eur(195)));
      say.told(
        'pay_1',
        'The second sum is given back.',
        refunded('RF2', eur(5000), { parent: 'TX2', feeReturned: 160 }),
      );
    },
  },
  '09-refund-fee-kept': {
    title: 'A refund; the gateway keeps its fee',
    tell(say) {
      paid(say);
      say.told('pay_1', 'All of it is given back.', refunded('RF1', eur(5000)));
    },
  },
  '10-refund-fee-partly-back': {
    title: 'A refund; the gateway gives a part of its fee back',
    tell(say) {
      paid(say);
      say.told('pay_1', 'All of it is given back.', refunded('RF1', eur(5000), { feeReturned: 160 }));
    },
  },
  'refund-with-a-fee-of-its-own': {
    title: 'A refund; the gateway keeps its fee and charges another for giving back',
    tell(say) {
      paid(say);
      say.told(
        'pay_1',
        'All of it is given back, and 0.30 is charged for that.',
        refunded('RF1', eur(5000)),
        refundFee('RF1', eur(30)),
      );
    },
  },
  '11-part-over-two-charges': {
    title: 'A part goes back, over two charges',
    tell(say) {
      say.charge('chg_m', 'Membership', 'membership', 5000);
      say.charge('chg_i', 'Insurance', 'insurance', 3000);
      say.pay('pay_1', 8000);
      say.told('pay_1', 'Both are paid.', captured('TX1', eur(8000)), fee('TX1', eur(283)));
      say.told('pay_1', '40.00 is given back.', refunded('RF1', eur(4000)));
    },
  },
  '12-credit-first': {
    title: 'Paid in advance, used later, given back: credit falls first',
    tell(say) {
      say.charge('chg_m', 'Membership', 'membership', 5000);
      say.pay('pay_1', 8000);
      say.told('pay_1', '80.00 comes for 50.00.', captured('TX1', eur(8000)), fee('TX1', eur(283)));
      say.charge('chg_o', 'Outing', 'outing', 2000);
      say.told('pay_1', '40.00 is given back.', refunded('RF1', eur(4000)));
    },
  },
  '13-other-credit-pays-what-reopens': {
    title: 'What a refund makes due again is paid by other credit',
    tell(say) {
      paid(say);
      say.pay('pay_2', 3000);
      say.told('pay_2', 'The member pays 30.00 in advance.', captured('TX2', eur(3000)));
      say.told('pay_1', 'The first payment is given back.', refunded('RF1', eur(5000)));
    },
  },
  '14-refund-bounces': {
    title: 'Given back, paid again, and then the refund bounces',
    tell(say) {
      paid(say);
      say.told('pay_1', 'All of it is given back.', refunded('RF1', eur(5000)));
      say.pay('pay_2', 5000);
      say.told('pay_2', 'The member pays again.', captured('TX2', eur(5000)));
      say.told('pay_1', 'The refund comes back from the bank.', refundFailed());
    },
  },
  '15-reversal-won': {
    title: 'Taken back, and won',
    tell(say) {
      paid(say);
      say.told(
        'pay_1',
        'A case is opened, and the money is taken.',
        disputeOpened('TX1', 'PP-D-1'),
        reversed('RV1', eur(5000)),
      );
      say.told('pay_1', 'It comes back.', reversalCancelled('RC1', eur(5000)));
    },
  },
  '16-lost-with-fee': {
    title: 'Taken back, with a fee, and lost',
    tell(say) {
      paid(say);
      say.told(
        'pay_1',
        'The money is taken, and a fee for the case.',
        disputeOpened('TX1', 'PP-D-1'),
        reversed('RV1', eur(5000)),
        disputeFee(1600),
      );
      say.told('pay_1', 'The gateway decides for the payer.', lost());
    },
  },
  '17-lost-after-part-refund': {
    title: 'A part was given back before the rest was lost',
    tell(say) {
      paid(say, 10000);
      say.told('pay_1', '40.00 is given back.', refunded('RF1', eur(4000)));
      say.told('pay_1', 'The rest is taken.', reversed('RV1', eur(6000)), disputeOpened('TX1', 'PP-D-1'));
      say.told('pay_1', 'It is lost.', lost());
    },
  },
  '18-cancelled-twice': {
    title: 'More comes back than was taken',
    tell(say) {
      paid(say);
      say.told('pay_1', 'Taken, and back.', reversed('RV1', eur(5000)), reversalCancelled('RC1', eur(5000)));
      say.told('pay_1', 'And back once more.', reversalCancelled('RC2', eur(5000)));
    },
  },
  '19-lost-then-won': {
    title: 'Lost, and won after all',
    tell(say) {
      paid(say);
      say.told('pay_1', 'Taken, and lost.', disputeOpened('TX1', 'PP-D-1'), reversed('RV1', eur(5000)), lost());
      say.told('pay_1', 'The gateway gives it back.', reversalCancelled('RC1', eur(5000)));
    },
  },
  '24-unmatched-attached': {
    title: 'Money of no payment is given to a member',
    tell(say) {
      say.charge('chg_d', 'Donation', 'donation', 3000);
      say.unmatched('Money comes that names no payment.', captured('TX9', eur(3000)), fee('TX9', eur(122)));
      say.attach('The treasurer knows whose it is.', 3000);
    },
  },
  '26-payer-bears-the-fee': {
    title: 'A refund less the fee that the gateway keeps',
    tell(say) {
      paid(say);
      say.told('pay_1', 'The payer bears the fee.', refunded('RF1', eur(4805)));
    },
  },
  '30-reversal-of-suspended': {
    title: 'Money in suspense is taken back and lost',
    tell(say) {
      say.pay('pay_1', 5000);
      say.told('pay_1', 'The payer sends 30.00.', captured('TX1', eur(3000)));
      say.told('pay_1', 'It is taken, and lost.', reversed('RV1', eur(3000)), disputeOpened('TX1', 'PP-D-1'), lost());
    },
  },
  'cancelled-charge-with-refund': {
    title: 'The outing does not take place: its charge is cancelled with the refund',
    tell(say) {
      say.charge('chg_m', 'Membership', 'membership', 5000);
      say.charge('chg_o', 'Outing', 'outing', 2000);
      say.pay('pay_1', 7000);
      say.told('pay_1', 'Both are paid.', captured('TX1', eur(7000)));
      say.told(
        'pay_1',
        '20.00 is given back, and the outing is owed no more.',
        refundRequested('ref_1', eur(2000), { charges: ['chg_o'] }),
        refunded('RF1', eur(2000), { refundId: 'ref_1' }),
      );
    },
  },
  'cancelled-charge-alone': {
    title: 'A paid charge is cancelled: the money is credit, and pays what else is open',
    tell(say) {
      say.charge('chg_o', 'Outing', 'outing', 2000);
      say.pay('pay_1', 2000);
      say.told('pay_1', 'It is paid.', captured('TX1', eur(2000)));
      say.charge('chg_m', 'Membership', 'membership', 1500);
      say.cancel('chg_o', 'The outing is cancelled.');
    },
  },
  'refund-exceeds-payment': {
    title: 'More was given back at the gateway than had come',
    tell(say) {
      paid(say);
      say.told('pay_1', '60.00 goes back for 50.00.', refunded('RF1', eur(6000)));
      say.told('pay_1', 'The treasurer writes the rest off.', writtenOff(eur(1000)));
    },
  },
};

describe('an accountant reads', () => {
  test.each(Object.entries(STORIES))('%s', (name, story) => {
    const page = tell(story);
    const file = path.join(__dirname, 'pages', `${name}.txt`);
    if (process.env['WRITE_STORIES'] === '1') writeFileSync(file, page);
    expect(page).toBe(readFileSync(file, 'utf8'));
  });
});

function tell(story: Story): string {
  const lines = [story.title, '='.repeat(story.title.length), ''];
  const books = openBooks();
  const write = (what: string, entries: readonly Entry[]) => {
    lines.push(what, ...entries.flatMap(asLines), '');
  };
  story.tell({
    charge: (id, label, category, amount) => {
      write(`Charged: ${label}, ${describeMoney(eur(amount))}.`, books.charge(id, label, category, amount));
    },
    pay: (id, amount, over) => {
      books.open(paymentWith([], { id, amount, ...over }));
    },
    told: (id, what, ...facts) => {
      write(
        what,
        facts.flatMap((fact) => books.tell(id, fact)),
      );
    },
    cancel: (id, what) => {
      write(what, books.cancel(id));
    },
    unmatched: (what, ...facts) => {
      write(
        what,
        facts.flatMap((fact) => books.unmatched(fact)),
      );
    },
    attach: (what, amount) => {
      write(what, books.attach('ntf_1', eur(amount)));
    },
  });
  return [...lines, ...endOf(books), ''].join('\n');
}

function asLines({ kind, postings }: Entry): string[] {
  return [
    `  ${kind}`,
    ...postings.map(
      ({ side, account, amount }) => `    ${side.padEnd(7)}${account.padEnd(36)}${decimal(amount).padStart(10)}`,
    ),
  ];
}

function endOf(books: Books): string[] {
  return [
    'At the end',
    ...books
      .charges()
      .map(
        ({ label, amount, due, cancelled }) =>
          `  ${label.padEnd(41)}${decimal(amount).padStart(10)}  ${cancelled ? 'cancelled' : due === 0 ? 'paid' : `${decimal(due)} due`}`,
      ),
    `  Credit${''.padEnd(35)}${decimal(books.credit()).padStart(10)}`,
    ...[...books.balances()]
      .sort()
      .map(([account, balance]) => `  ${account.padEnd(41)}${decimal(balance).padStart(10)}`),
    ...['pay_1', 'pay_2'].flatMap((id) => standing(books, id)),
  ];
}

function standing(books: Books, id: string): string[] {
  try {
    const { status, attentions } = summarize(books.payment(id));
    return [`  ${id} is ${status}${attentions.map(({ code }) => `, ${code}`).join('')}`];
  } catch {
    return [];
  }
}

function decimal(amount: number): string {
  return (amount / 10 ** minorUnitDecimals('EUR')).toFixed(2);
}
