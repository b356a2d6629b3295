import { call, eventually } from '../support/client';
import type { Reply } from '../support/client';
import { approveAs, visit } from '../support/gateways';
import { payAs } from '../support/paypal';
import type { World } from '../support/world';
import type { End, Party, Race } from './race';
import {
  AMOUNT,
  captureOf,
  openedByCheckout,
  openedByStandard,
  paidByCheckout,
  paidByKkiapay,
  paidByStandard,
} from './stages';
import type { Stage, Terms } from './stages';

const answerOf = ({ status, body }: Reply<{ readonly code?: string }>): string =>
  [status, body.code].filter((word) => word !== undefined).join(' ');

const ask =
  (path: string, body: object = {}): Party =>
  ({ merchant, payment }, race) =>
    race.step(path, async () => answerOf(await merchant.post(`/v1/payments/${payment.id}/${path}`, body)));

const refund = (amount?: number): Party => ask('refunds', amount === undefined ? {} : { amount });
const cancel = ask('cancel');

/** Something happens at PayPal Checkout's own pages, unless what comes first has made it impossible. */
const atPayPal =
  (event: object): Party =>
  async (stage, race) => {
    const path = `/control/paypal-checkout/captures/${captureOf(stage)}/events`;
    await race.step('at PayPal', () => call(stage.merchant.world.simulator.url, null, 'POST', path, event));
    return null;
  };

const approve: Party = async ({ merchant, payment }, race) => {
  const back = await race.step('approves', () => approveAs(merchant, payment));
  await race.step('comes back', () => visit(back));
  return null;
};
const pay: Party = async ({ merchant, payment }, race) => {
  await race.step('pays', () => payAs(merchant, payment));
  return null;
};

/** Close to the payer's deadline, before it or after. */
const atDeadline =
  (party: Party): Party =>
  async (stage, race) => {
    const at = Date.parse(stage.payment.expiresAt) + (race.draw('how close to the deadline') - 0.5) * 400;
    await eventually(
      async () => Date.now(),
      (now) => now >= at,
    );
    return party(stage, race);
  };

const WHOLE_BACK = { status: 'refunded', refunded: AMOUNT, due: AMOUNT, credit: 0 } as const;
const PART_BACK = { status: 'partially_refunded', credit: 0 } as const;
const NOTHING_BACK = { refunded: 0, due: 0, credit: 0 } as const;

const refundRefund: readonly Race[] = [
  {
    open: paidByCheckout,
    parties: { first: refund(), second: refund() },
    ends: { 'one is given': { ...WHOLE_BACK, refunds: [`merchant succeeded ${AMOUNT}`], refused: 1 } },
  },
  {
    open: paidByCheckout,
    parties: { first: refund(4000), second: refund(4000) },
    ends: { 'one is given, and of what is left not enough': { ...PART_BACK, refunded: 4000, due: 4000, refused: 1 } },
  },
  {
    open: paidByCheckout,
    parties: { first: refund(3000), second: refund(4000) },
    ends: {
      'one after the other': {
        ...WHOLE_BACK,
        refunds: ['merchant succeeded 3000', 'merchant succeeded 4000'],
        refused: 0,
      },
      'the smaller was in flight': { ...PART_BACK, refunded: 3000, refunds: ['merchant succeeded 3000'], refused: 1 },
      'the larger was in flight': { ...PART_BACK, refunded: 4000, refunds: ['merchant succeeded 4000'], refused: 1 },
    },
  },
  {
    open: paidByKkiapay,
    parties: { first: refund(), second: refund() },
    ends: { 'one is given': { ...WHOLE_BACK, refunds: [`merchant succeeded ${AMOUNT}`], refused: 1 } },
  },
  {
    open: paidByStandard,
    parties: { first: refund(), second: refund() },
    ends: { 'one is given': { ...WHOLE_BACK, refunds: [`merchant succeeded ${AMOUNT}`], refused: 1 } },
  },
];

const refundAdoption: readonly Race[] = [
  {
    open: paidByCheckout,
    parties: { ours: refund() },
    ends: { 'the message is about ours': { ...WHOLE_BACK, refunds: [`merchant succeeded ${AMOUNT}`], refused: 0 } },
  },
  {
    open: paidByStandard,
    parties: { ours: refund(3000) },
    ends: {
      'the message is about ours': { ...PART_BACK, refunded: 3000, refunds: ['merchant succeeded 3000'], refused: 0 },
    },
  },
  {
    open: paidByCheckout,
    parties: { ours: refund(3000), 'one of the same sum at PayPal': atPayPal({ kind: 'refund', amount: '30.00' }) },
    ends: {
      'both are given, and told apart': {
        ...PART_BACK,
        refunded: 6000,
        refunds: ['gateway succeeded 3000', 'merchant succeeded 3000'],
        refused: 0,
      },
    },
  },
  {
    open: paidByCheckout,
    parties: { ours: refund(AMOUNT), 'a part at PayPal': atPayPal({ kind: 'refund', amount: '20.00' }) },
    ends: {
      'ours came first, and nothing was left': {
        ...WHOLE_BACK,
        refunds: [`merchant succeeded ${AMOUNT}`],
        refused: 0,
      },
      'the part came first, and ours was refused here': {
        ...PART_BACK,
        refunded: 2000,
        refunds: ['gateway succeeded 2000'],
        refused: 1,
      },
      'the part came first, and ours was refused later': {
        ...PART_BACK,
        refunded: 2000,
        refunds: ['gateway succeeded 2000', `merchant failed ${AMOUNT}`],
        refused: 0,
      },
    },
  },
];

const HELD = { status: 'disputed', disputed: AMOUNT, ...NOTHING_BACK } as const;
const refundDispute: readonly Race[] = [
  {
    open: paidByCheckout,
    parties: { refund: refund(), case: atPayPal({ kind: 'dispute' }) },
    ends: {
      'the money is back, and the case stays open': {
        status: 'disputed',
        disputed: 0,
        refunded: AMOUNT,
        due: AMOUNT,
        refunds: [`merchant succeeded ${AMOUNT}`],
        refused: 0,
      },
      'the case came first': { status: 'disputed', disputed: 0, ...NOTHING_BACK, refunds: [], refused: 1 },
      'the case came while the refund began': {
        status: 'disputed',
        disputed: 0,
        ...NOTHING_BACK,
        refunds: [`merchant failed ${AMOUNT}`],
        refused: 0,
      },
    },
  },
  {
    open: paidByCheckout,
    parties: { refund: refund(), reversal: atPayPal({ kind: 'reverse' }) },
    ends: {
      'the refund came first, and nothing was left': {
        ...WHOLE_BACK,
        refunds: [`merchant succeeded ${AMOUNT}`],
        refused: 0,
      },
      'the reversal came first': { ...HELD, refunds: [], refused: 1 },
      'the reversal came while the refund began': { ...HELD, refunds: [`merchant failed ${AMOUNT}`], refused: 0 },
    },
  },
  {
    open: paidByCheckout,
    parties: { refund: refund(3000), reversal: atPayPal({ kind: 'reverse' }) },
    ends: {
      'the refund came first, and the rest is held': {
        status: 'disputed',
        disputed: 4000,
        refunded: 3000,
        due: 3000,
        refunds: ['merchant succeeded 3000'],
        refused: 0,
      },
      'the reversal came first': { ...HELD, refunds: [], refused: 1 },
      'the reversal came while the refund began': { ...HELD, refunds: ['merchant failed 3000'], refused: 0 },
    },
  },
];

const IN_TIME = {
  status: 'paid',
  reason: null,
  closed: false,
  captured: AMOUNT,
  ...NOTHING_BACK,
  refunds: [],
} as const;
const LATE = {
  'closed first: late money is the member’s': {
    status: 'paid',
    reason: 'late_payment',
    closed: true,
    captured: AMOUNT,
    ...NOTHING_BACK,
    refunds: [],
  },
} as const;
const SENT_BACK = {
  'closed first: late money goes back by itself': {
    closed: true,
    captured: AMOUNT,
    ...WHOLE_BACK,
    refunds: [`policy succeeded ${AMOUNT}`],
  },
} as const;

/** Money that comes while the payment is closed. */
function closing(
  status: 'cancelled' | 'expired',
  wish: Terms,
  when: (party: Party) => Party,
  closers: Readonly<Record<string, Party>>,
): readonly Race[] {
  const row = (
    open: (world: World, terms: Terms, wish: Terms) => Promise<Stage>,
    payer: Party,
    latePayments: 'credit' | 'refund',
    isTakenByUs: boolean,
  ): Race => {
    const late = Object.entries(latePayments === 'credit' ? LATE : SENT_BACK).map(
      ([name, end]): [string, Partial<End>] => [name, { ...end, refused: 0 }],
    );
    return {
      open: (world) => open(world, { latePayments }, wish),
      parties: { payer: when(payer), ...closers },
      ends: {
        'taken in time': { ...IN_TIME, granted: 0 },
        ...Object.fromEntries(late),
        ...(isTakenByUs && {
          'closed first, and nothing is taken': {
            status,
            closed: true,
            captured: 0,
            due: AMOUNT,
            refunds: [],
            refused: 0,
          },
        }),
      },
    };
  };
  return [
    row(openedByCheckout, approve, 'credit', true),
    row(openedByCheckout, approve, 'refund', true),
    row(openedByStandard, pay, 'credit', false),
    row(openedByStandard, pay, 'refund', false),
  ];
}

const cancelCapture = closing('cancelled', {}, (party) => party, { merchant: cancel });
const expiryCapture = closing('expired', { expiresInMs: 2500 }, atDeadline, {});

/** Who races whom, by the promise that is kept in whichever order they come. */
export const REFUNDS = {
  'refund × refund: what two ask for at once is given back once': refundRefund,
  'refund × adoption: the message about a refund of ours is no second one': refundAdoption,
  'refund × dispute: nothing goes back twice': refundDispute,
} as const;
export const CLOSINGS = {
  'cancel × capture: taken in time, taken late, or not taken': cancelCapture,
  'expiry × capture: taken in time, taken late, or not taken': expiryCapture,
} as const;
