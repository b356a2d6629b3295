import { randomInt } from 'node:crypto';
import type { Account, Driver, GivingBack, Telling, Till, Visit } from './driver';
import { hears, json, ODD_PAYMENT } from './oddities';
import type { Letter } from './post-office';
import type { OpenPayment, Shop } from './shop';

/** What KKiaPay says of a transaction that the payer's browser named. */
function tells(over: Record<string, unknown>): Telling & { readonly money: string } {
  const money = 'odd_money';
  const transaction = {
    transactionId: money,
    type: 'DEBIT',
    status: 'SUCCESS',
    source: 'MOBILE_MONEY',
    amount: 3000,
    fees: 0,
    partnerId: ODD_PAYMENT,
    state: ODD_PAYMENT,
    performed_at: '2026-10-05T15:01:49.499Z',
    ...over,
  };
  const raw = { channel: 'poll', headers: {}, body: Buffer.from(`transaction_id=${money}`) } as const;
  return { asked: hears(raw), money, answer: () => json(transaction) };
}

const common = {
  gateway: 'kkiapay',
  currency: 'XOF',
  amount: 3000,
  cannotWrite: { currency: 'EUR', amount: 3000 },
  account,
  otherCurrency: { none: 'KKiaPay knows no money but XOF' },
  afterwards: { none: 'KKiaPay tells of no cases, and takes nothing back' },
  nameCall: ({ url }) => url.pathname.replace(/^.*\/api\/v1\//, ''),
  asksAboutMoney: () => true,
  forge,
  odd: {
    fee: tells({ fees: 95.5 }),
    givenBack: tells({ status: 'REVERTED' }),
    onlyReversed: { none: 'only what succeeded can be reverted, so REVERTED does say that the money came' },
    refused: { none: 'the widget opens and takes without us' },
  },
} as const satisfies Partial<Driver>;

/** KKiaPay's widget in the payer's browser; the merchant bears the fees. */
export const kkiapayWidgetDriver: Driver = {
  ...common,
  way: 'widget',
  fee: 57, // 1.9 % at the simulator
  handed: 'widget',
  setUp: (shop) => setUp(shop, { feesBorneByMerchant: true }),
  order: () => ({}),

  pay: (shop, payment, over) => payAs('awa', shop, payment, over),
  pend: (shop, payment) => payAs('fatou', shop, payment),
  settle,
  tryInVain: (shop, payment) => payAs('benoit', shop, payment),
  decline: { none: 'in the widget a payer may always try again' },
  async story(shop, payment) {
    await payAs('benoit', shop, payment);
    const { returnUrl } = await payAs('awa', shop, payment);
    return { letters: await shop.box.untilHolding(2), returnUrl };
  },
  foundUntold: { none: 'KKiaPay lists nothing: without an id that was heard there is nothing to ask about' },
  givingBack: giving(),
  count: async (shop, payment) => ({ openings: null, takings: (await successesOf(shop, payment)).length }),
};

/** KKiaPay's prompt on the payer's phone, which the merchant starts; the payer bears the fees. */
export const kkiapayPromptDriver: Driver = {
  ...common,
  way: 'prompt',
  fee: 0,
  handed: 'prompt',
  setUp: (shop) => setUp(shop, { feesBorneByMerchant: false }),
  // A number of MTN Benin's, and one that nobody else is asked at.
  order: () => ({ method: 'mobile_money', phone: `+22901 61 ${String(randomInt(1e6)).padStart(6, '0')}` }),

  async pay(shop, payment, over) {
    const id = (await transactionsOf(shop, payment))[0]?.id ?? 'none';
    if (over && !('amount' in over)) throw new Error('KKiaPay knows no money but XOF');
    await shop.control('POST', `/kkiapay/transactions/${id}/settle`, { status: 'SUCCESS', ...(over && { over }) });
    return { reference: id, returnUrl: null };
  },
  pend: { none: 'a prompt is pending until its payer answers, and no money is held meanwhile' },
  settle,
  tryInVain: { none: 'a prompt is the only try of its payment' },
  async decline(shop, payment) {
    const failure = { status: 'FAILED', failureCode: 'payment_declined' };
    await shop.control('POST', `/kkiapay/transactions/${payment.id}/settle`, failure);
  },
  async story(shop, payment) {
    await this.pay(shop, payment);
    await this.pay(shop, payment); // told once more, with another time in it
    return { letters: await shop.box.untilHolding(2), returnUrl: null };
  },
  foundUntold: true,
  givingBack: { none: 'money of a prompt is given back as that of the widget is' },
  odd: {
    ...common.odd,
    phone: '+229 01 61 00 00 00',
    refused: { verb: 'startCheckout', answer: () => json({ status: 'INVENTED_WORD' }, 422) },
  },
  count: async (shop, payment) => ({
    openings: (await transactionsOf(shop, payment)).length,
    takings: (await successesOf(shop, payment)).length,
  }),
};

/** In KKiaPay's dashboard, and by what it is told of the next refund. */
function giving(): GivingBack {
  const next = (till: Till, over: object) => till.control('POST', '/kkiapay/next', { call: 'revert', ...over });
  return {
    async charge(till, paymentId, { amount }) {
      const { publicKey, privateKey, secret } = till.account.fields;
      await till.control('PUT', `/kkiapay/accounts/${String(publicKey)}`, { privateKey, secret });
      const params = { key: publicKey, amount, sandbox: true, data: paymentId, partnerId: paymentId };
      const { transactionId } = await till.control<{ transactionId: string }>('POST', '/kkiapay/pay', {
        payer: 'awa',
        params,
      });
      return transactionId;
    },
    async given(till, capture) {
      const { status, amount } = await till.control<{ status: string; amount: number }>(
        'GET',
        `/kkiapay/transactions/${capture}`,
      );
      return status === 'REVERTED' ? [amount] : [];
    },
    moves: (url) => url.endsWith('/transactions/revert'),
    pend: (till) => next(till, { later: true }),
    settle: (till, capture) => till.control('POST', `/kkiapay/transactions/${capture}/revert`),
    fails: { none: 'KKiaPay has no word for a revert that failed after it was accepted' },
    refuse: { word: 'invalid_transaction_type', next: (till) => next(till, { refusal: 'INVALID_TRANSACTION_TYPE' }) },
    forget: { none: 'KKiaPay knows no keys' },
    wait: (till) => next(till, { refusal: 'INSUFFICIENT_FUND' }),
  };
}

function account(number: number): Account {
  const canary = (name: string) => `${name}-canary-${String(number).padStart(5, '0')}`;
  const [publicKey, privateKey, secret, webhookSecret] = [
    canary('public'),
    canary('tpk'),
    canary('tsk'),
    canary('hook'),
  ];
  return {
    fields: { publicKey, privateKey, secret, webhookSecret },
    secrets: [privateKey, secret, webhookSecret],
    marks: [publicKey],
  };
}

/** The address and the secret of webhooks are typed in KKiaPay's dashboard. */
async function setUp(shop: Shop, settings: { feesBorneByMerchant: boolean }): Promise<void> {
  const { publicKey, privateKey, secret, webhookSecret } = shop.account.fields;
  const dashboard = { ...settings, privateKey, secret, webhookSecret, webhookUrl: shop.box.url };
  await shop.control('PUT', `/kkiapay/accounts/${String(publicKey)}`, dashboard);
}

/** The payer's browser can change whatever the widget is opened with. */
async function payAs(
  payer: string,
  shop: Shop,
  { nextAction }: OpenPayment,
  over?: { amount: number } | { currency: string },
): Promise<Visit> {
  if (nextAction?.kind !== 'widget') throw new Error(`a widget was expected, and not ${nextAction?.kind ?? 'nothing'}`);
  const { transactionId, callbackUrl } = await shop.control<{ transactionId: string; callbackUrl: string | null }>(
    'POST',
    '/kkiapay/pay',
    {
      payer,
      params: { ...nextAction.params, ...over },
    },
  );
  return { reference: transactionId, returnUrl: callbackUrl };
}

async function settle(shop: Shop, _payment: OpenPayment, { reference }: Visit, how: 'paid' | 'failed'): Promise<void> {
  const settlement = how === 'paid' ? { status: 'SUCCESS' } : { status: 'FAILED', failureCode: 'processing_error' };
  await shop.control('POST', `/kkiapay/transactions/${reference}/settle`, settlement);
}

interface TransactionView {
  readonly id: string;
  readonly status: string;
  readonly partnerId: string;
}
async function transactionsOf(shop: Shop, payment: OpenPayment): Promise<TransactionView[]> {
  const { data } = await shop.control<{ data: TransactionView[] }>('GET', '/kkiapay/transactions');
  return data.filter(({ partnerId }) => partnerId === payment.id);
}
const successesOf = async (shop: Shop, payment: OpenPayment) =>
  (await transactionsOf(shop, payment)).filter(({ status }) => status === 'SUCCESS');

/** Whoever has seen one webhook knows the secret; what they write is still no more than a hint. */
function forge(_shop: Shop, payment: OpenPayment, genuine: Letter) {
  const claims = JSON.parse(genuine.body.toString()) as Record<string, unknown>;
  const write = (over: Record<string, unknown>, headers: Record<string, string> = {}) => ({
    headers: { ...genuine.headers, ...headers },
    body: Buffer.from(JSON.stringify({ ...claims, partnerId: payment.id, stateData: payment.id, ...over })),
  });
  const invented = { transactionId: 'forged123', performedAt: '2026-01-05T10:00:00.000Z' };
  return [
    { lie: 'another secret', letter: write({}, { 'x-kkiapay-secret': 'guessed' }), end: 'refused' },
    { lie: 'no secret', letter: write({}, { 'x-kkiapay-secret': '' }), end: 'refused' },
    { lie: 'a transaction that does not exist', letter: write(invented), end: 'invalid' },
    { lie: 'another payment’s transaction, made out to be this one’s', letter: write({}), end: 'harmless' },
  ] as const;
}
