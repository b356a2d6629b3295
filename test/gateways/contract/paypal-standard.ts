import type { Money } from '../../../workflows/domain/money';
import { call } from '../../support/client';
import type { Account, Driver, GivingBack, Telling, Till, Visit } from './driver';
import { hears, looksAt, ODD_PAYMENT } from './oddities';
import { accepted } from './shop';
import type { OpenPayment, Shop } from './shop';

const EVENTS = {
  case: { kind: 'dispute', caseType: 'dispute' },
  taken: { kind: 'reverse' },
  won: { kind: 'win' },
  lost: { kind: 'lose' },
  given: { kind: 'refund', told: 'as_reversal' },
};
const ODD_MONEY = 'ODDMONEY000000001';

/** A genuine message, at the first account of this process. */
function tells(over: Record<string, string>): Telling & { readonly money: string } {
  const fields = {
    payment_status: 'Completed',
    txn_type: 'web_accept',
    txn_id: ODD_MONEY,
    mc_gross: '30.00',
    mc_fee: '1.27',
    mc_currency: 'EUR',
    receiver_id: 'CONTRACT00000',
    custom: ODD_PAYMENT,
    test_ipn: '1',
    charset: 'utf-8',
    ...over,
  };
  const raw = { channel: 'ipn', headers: {}, body: Buffer.from(new URLSearchParams(fields).toString()) } as const;
  return { asked: hears(raw), money: ODD_MONEY, answer: () => new Response('VERIFIED') };
}

/** PayPal Payments Standard: a form, IPN messages, and a PDT return. */
const common: Omit<Driver, 'account' | 'foundUntold' | 'givingBack'> = {
  odd: {
    fee: tells({ mc_fee: '1,95' }),
    givenBack: tells({
      payment_status: 'Partially_Refunded',
      txn_type: '',
      txn_id: 'ODDREFUND00000001',
      parent_txn_id: ODD_MONEY,
      mc_gross: '-5.00',
      mc_fee: '',
    }),
    onlyReversed: tells({ payment_status: 'Reversed', reason_code: 'chargeback' }),
    refused: { none: 'a form asks nobody, and PayPal takes the money by itself' },
  },
  gateway: 'paypal-standard',
  currency: 'EUR',
  amount: 3000,
  fee: 127, // 3.4 % and 0.25 EUR, at the simulator
  handed: 'form',
  cannotWrite: { currency: 'HUF', amount: 1050 },

  afterwards: {
    charge: async (till, paymentId, money, url) => ({
      capture: await charge(till, paymentId, money, { notify_url: url }),
      known: {},
    }),
    happen: (till, capture, what) => till.control('POST', `/payments/${capture}/events`, EVENTS[what]),
    tellsOfGiven: 1,
    channel: 'ipn',
  },

  setUp: async () => undefined, // where messages go travels with each form
  order: () => ({}),

  pay: (shop, payment, over) => payAs('anne', shop, payment, over),
  pend: (shop, payment) => payAs('bruno', shop, payment),
  async settle(shop, _payment, { reference }, how) {
    const event = how === 'paid' ? { status: 'Completed', fee: '1.27' } : { status: 'Failed' };
    await shop.control('POST', `/payments/${reference}/events`, event);
  },
  async tryInVain(shop, payment) {
    const { outcome } = await submit('denis', shop, payment);
    if (outcome !== 'declined') throw new Error(`the card was not declined: ${outcome}`);
  },
  decline: { none: 'PayPal’s page keeps a payer whose card is declined; only what was pending fails for good' },
  async story(shop, payment) {
    const visit = await payAs('bruno', shop, payment);
    await this.settle(shop, payment, visit, 'paid');
    return { letters: await shop.box.untilHolding(2), returnUrl: visit.returnUrl };
  },
  otherCurrency: 'USD',

  forge(_shop, payment, genuine) {
    const fields = new URLSearchParams(genuine.body.toString('latin1'));
    fields.set('custom', payment.id);
    fields.set('invoice', payment.id);
    const retold = { ...genuine, body: Buffer.from(fields.toString()) };
    fields.set('txn_id', 'FORGED00000000001');
    const invented = { ...genuine, body: Buffer.from(fields.toString()) };
    return [
      { lie: 'a true message, made out to be about this payment', letter: retold, end: 'harmless' },
      { lie: 'a transaction that does not exist', letter: invented, end: 'invalid' },
    ];
  },

  count: async (shop, payment) => {
    const { data } = await shop.control<{ data: { invoice: string }[] }>('GET', '/payments');
    return { openings: null, takings: data.filter(({ invoice }) => invoice === payment.id).length };
  },
  nameCall: ({ body }) => {
    const fields = new URLSearchParams(body);
    return fields.get('cmd') ?? fields.get('METHOD') ?? 'unknown';
  },
  asksAboutMoney: ({ body }) => !body.startsWith('cmd=_notify-validate'),
};

/** An account without API credentials: PayPal cannot be asked about a payment. */
export const paypalStandardDriver: Driver = {
  ...common,
  account,
  foundUntold: { none: 'without API credentials PayPal cannot be asked' },
  givingBack: { none: 'without API credentials money is given back at PayPal’s own site' },
};

/** An account with the credentials of PayPal's API for name-value pairs. */
export const paypalStandardWithApiDriver: Driver = {
  ...common,
  way: 'with API credentials',
  account(number) {
    const { fields, secrets, marks } = account(number);
    const [username, password, signature] = [
      `api-user-${number}-of-the-contract`,
      `api-password-canary-${number}`,
      `api-signature-canary-${number}`,
    ];
    return {
      fields: { ...fields, nvp: { username, password, signature } },
      secrets: [...secrets, password, signature],
      marks: [...marks, username],
    };
  },
  foundUntold: true,
  givingBack: giving(),
  odd: {
    ...common.odd,
    onlyReversed: {
      asked: looksAt('none', { amount: 3000, currency: 'EUR' }, [ODD_MONEY]),
      answer: (_path, sent) =>
        new Response(
          sent.get('METHOD') === 'TransactionSearch'
            ? 'ACK=Success'
            : `ACK=Success&TRANSACTIONID=${ODD_MONEY}&PAYMENTSTATUS=Reversed&AMT=30.00&FEEAMT=1.27&CURRENCYCODE=EUR&CUSTOM=${ODD_PAYMENT}`,
        ),
    },
  },
};

/** At PayPal's pages, and by what it is told of the next refund. */
function giving(): GivingBack {
  const next = (till: Till, over: object) => till.control('POST', '/next', { call: 'refund', ...over });
  return {
    charge: (till, paymentId, money) => charge(till, paymentId, money),
    async given(till, capture) {
      const { movements } = await till.control<{ movements: { amount: string; status: string }[] }>(
        'GET',
        `/payments/${capture}`,
      );
      return movements
        .filter(({ status }) => status !== 'Failed')
        .map(({ amount }) => Math.round(-Number(amount) * 100));
    },
    moves: (_url, body) => body.includes('METHOD=RefundTransaction'),
    pend: (till) => next(till, { status: 'PENDING' }),
    settle: (till, capture, how) =>
      till.control('POST', `/payments/${capture}/events`, {
        kind: 'settle_refund',
        status: how === 'done' ? 'COMPLETED' : 'FAILED',
      }),
    fails: true,
    refuse: { word: 'permission_denied', next: (till) => next(till, { error: '10007' }) },
    forget: (till) => till.control('POST', '/forget-refund-keys'),
    wait: { none: 'PayPal refuses what the balance cannot pay' },
  };
}

async function charge(
  { account: { fields: known }, control }: Till,
  paymentId: string,
  { amount, currency }: Money,
  over: Readonly<Record<string, string>> = {},
): Promise<string> {
  const fields = {
    cmd: '_xclick',
    business: String(known['receiverId']),
    item_name: 'Club',
    amount: (amount / 100).toFixed(2),
    currency_code: currency,
    tax: '0',
    invoice: paymentId,
    custom: paymentId,
    ...over,
  };
  const { txnId } = await control<{ txnId: string }>('POST', '/pay', { buyer: 'anne', fields });
  return txnId;
}

function account(number: number): Account {
  const receiverId = `CONTRACT${String(number).padStart(5, '0')}`;
  const pdtIdentityToken = `pdt-canary-of-${receiverId}`;
  return {
    fields: { receiverId, receiverEmails: [`${receiverId.toLowerCase()}@club.example`], pdtIdentityToken },
    secrets: [pdtIdentityToken],
    marks: [receiverId],
  };
}

async function payAs(
  buyer: string,
  shop: Shop,
  payment: OpenPayment,
  over?: { amount: number } | { currency: string },
): Promise<Visit> {
  const { txnId, returnUrl } = await submit(buyer, shop, payment, over);
  if (txnId === null) throw new Error(`${buyer} did not pay`);
  return { reference: txnId, returnUrl };
}

/** The payer can change every field of the form. */
async function submit(
  buyer: string,
  { box, world }: Shop,
  { nextAction }: OpenPayment,
  over?: { amount: number } | { currency: string },
) {
  if (nextAction?.kind !== 'form') throw new Error(`a form was expected, and not ${nextAction?.kind ?? 'nothing'}`);
  const changed =
    over === undefined
      ? {}
      : 'amount' in over
        ? { amount: (over.amount / 100).toFixed(2) }
        : { currency_code: over.currency };
  const fields = { ...nextAction.fields, ...changed, notify_url: box.url };
  return accepted(
    await call<{ outcome: string; txnId: string | null; returnUrl: string | null }>(
      world.simulator.url,
      null,
      'POST',
      '/control/pay',
      {
        buyer,
        fields,
      },
    ),
  );
}
