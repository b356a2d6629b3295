import { fieldsOf, openShop, type Merchant } from './merchant';

let shop: Merchant;
beforeEach(async () => {
  shop = await openShop();
});
afterEach(() => shop.stop());

const USER = { USER: 'api-user', PWD: 'api-password', SIGNATURE: 'api-signature', VERSION: '124' };

const monthly = (over: Record<string, string> = {}) => {
  const form: Record<string, string> = shop.form({
    cmd: '_xclick-subscriptions',
    a3: '10.00',
    p3: '1',
    t3: 'M',
    src: '1',
    sra: '1',
    no_note: '1',
    rm: '1',
    ...over,
  });
  delete form['amount'];
  return form;
};

interface Agreed {
  readonly outcome: string;
  readonly subscrId: string;
  readonly txnId: string;
  readonly returnUrl: string | null;
}

async function agree(over: Record<string, string> = {}, buyer = 'anne'): Promise<Agreed> {
  const answer = await shop.control('POST', '/pay', { buyer, fields: monthly(over) });
  if (answer.status !== 200) throw new Error(JSON.stringify(answer.body));
  await shop.idle();
  return answer.body as Agreed;
}

async function happen(id: string, kind: string, more: Record<string, unknown> = {}): Promise<void> {
  const answer = await shop.control('POST', `/subscriptions/${id}/events`, { kind, ...more });
  if (answer.status !== 201) throw new Error(JSON.stringify(answer.body));
  await shop.idle();
}

const refused = async (id: string, kind: string) => {
  const { status, body } = await shop.control('POST', `/subscriptions/${id}/events`, { kind });
  return { status, code: (body as { code: string }).code };
};

async function ask(METHOD: string, fields: Record<string, string>, user = USER): Promise<Record<string, string>> {
  const answer = await fetch(`${shop.simulator.url}/paypal/nvp`, {
    method: 'POST',
    body: new URLSearchParams({ METHOD, ...user, ...fields }),
  });
  const told = Object.fromEntries(new URLSearchParams(await answer.text()));
  await shop.idle();
  return told;
}
const profile = (id: string) => ask('GetRecurringPaymentsProfileDetails', { PROFILEID: id });
const manage = (id: string, ACTION: string) =>
  ask('ManageRecurringPaymentsProfileStatus', { PROFILEID: id, ACTION, NOTE: 'asked for' });

const messages = () => shop.receiver.received.map(fieldsOf);
const names = () => messages().map((message) => message['txn_type'] ?? message['payment_status']);
const last = () => messages().at(-1)!;
const seen = async (id: string) => (await shop.control('GET', `/subscriptions/${id}`)).body as Record<string, unknown>;
/** Months of our era, so that their difference counts across a new year. */
const months = (date: Date) => 12 * date.getUTCFullYear() + date.getUTCMonth();
const inRecurringNames = () =>
  shop.control('PUT', '/accounts/SELLER0000001', { subscriptionNames: 'recurring_payment' });

/** What differs from message to message and means nothing here. */
const UNIQUE = {
  verify_sign: expect.stringMatching(/^[\w-]{56}$/) as string,
  ipn_track_id: expect.stringMatching(/^[0-9a-f]{13}$/) as string,
};
/** What PayPal writes as `05:22:41 Mar 10, 2026 PDT`, to the second. */
const momentOf = (text: string | undefined) => {
  const [, zone] = / (P[SD]T)$/.exec(text ?? '') ?? [];
  return Date.parse((text ?? '').replace(/P[SD]T$/, zone === 'PDT' ? 'GMT-0700' : 'GMT-0800'));
};
const toTheSecond = (at: string | undefined) => Math.floor(Date.parse(at ?? '') / 1000) * 1000;
const DAY_MS = 24 * 60 * 60 * 1000;
const DATE = expect.stringMatching(/^\d\d:\d\d:\d\d [A-Z][a-z]{2} \d\d, \d{4} P[SD]T$/) as string;
const OF_EVERY_MESSAGE = { charset: 'utf-8', notify_version: '3.9', test_ipn: '1', ...UNIQUE };
const ANNE = {
  payer_id: expect.stringMatching(/^[A-Z0-9]{13}$/) as string,
  payer_status: 'verified',
  payer_email: 'anne@buyer.example',
  first_name: 'Anne',
  last_name: 'Martin',
  residence_country: 'FR',
};
const SELLER = { business: 'seller0000001', receiver_email: 'seller0000001@merchant.example' };
const BOUGHT = { item_name: 'Annual fee', item_number: '', custom: 'pay_1', invoice: 'inv-1', mc_currency: 'EUR' };
const TERMS = { period3: '1 M', amount3: '', mc_amount3: '10.00', recurring: '1', reattempt: '1', subscr_date: DATE };

describe('the form', () => {
  it.each([
    [{ a3: '' }, 'a3 is missing'],
    [{ a3: '1,00' }, 'a3 &#34;1,00&#34; is not an amount of EUR'],
    [{ p3: '' }, 'p3 is missing'],
    [{ p3: '0' }, 'p3 &#34;0&#34; is not a positive whole number'],
    [{ p3: '25' }, 'p3 &#34;25&#34; is more than 24 for M'],
    [{ t3: '' }, 't3 is missing'],
    [{ t3: 'Q' }, 't3 &#34;Q&#34; is not D, W, M or Y'],
    [{ srt: '1' }, 'srt &#34;1&#34; is not from 2 to 52'],
    [{ src: '0', srt: '3' }, 'srt needs src=1'],
    [{ no_note: '0' }, 'no_note is 1 for subscriptions'],
    [{ a1: '1.00', p1: '1', t1: 'M' }, 'a1: trial periods that cost something are not played'],
    [{ a1: '0' }, 'p1 is missing'],
    [{ p1: '1', t1: 'M' }, 'a1 is missing'],
    [{ a1: '0', p1: '91', t1: 'D' }, 'p1 &#34;91&#34; is more than 90 for D'],
    [{ a1: '0', p1: '1', t1: 'D', a2: '0', p2: '1' }, 't2 is missing'],
    [{ a2: '0', p2: '1', t2: 'D' }, 'a2 needs a1'],
    [{ business: '' }, 'business &#34;&#34; is neither'],
  ])('with %j is answered with the error page', async (over, problem) => {
    const page = await shop.webscr(monthly(over));
    expect(page.status).toBe(400);
    expect(page.text).toContain('Things don’t appear to be working');
    expect(page.text).toContain(problem);
  });

  it('shows what is paid, how often and how many times, and takes one agreement however often it is clicked', async () => {
    const { text, url } = await shop.webscr(monthly({ p3: '3', srt: '4' }));
    expect(text).toContain('Agree to pay 10.00 EUR every 3 months');
    expect(text).toContain('4 times');
    expect(text).toContain('href="http://shop.example/cancel/pay_1"');
    const click = async (buyer: string) =>
      (await fetch(`${url}/pay`, { method: 'POST', body: new URLSearchParams({ buyer }) })).text();
    expect(await click('denis')).toContain('was declined');
    expect(await click('anne')).toContain('Anne agreed to pay');
    const agreed = await click('bruno');
    expect(agreed).toMatch(/content="\d+; url=http:\/\/shop\.example\/return\/pay_1"/);
    await shop.idle();
    expect(names()).toEqual(['subscr_signup', 'subscr_payment']);
  });

  it('whose invoice was paid already is refused', async () => {
    await agree();
    expect((await shop.webscr(monthly())).text).toContain('already been paid');
    await expect(agree()).rejects.toThrow('invoice_used');
  });
});

describe('agreeing', () => {
  it('is told by subscr_signup, without a transaction, and then the first payment is taken', async () => {
    const { subscrId, txnId, outcome, returnUrl } = await agree({ srt: '12' });
    expect(subscrId).toMatch(/^I-[A-Z0-9]{12}$/);
    // PDT is not designed for subscriptions: the address comes back as it was.
    expect({ outcome, returnUrl }).toEqual({ outcome: 'agreed', returnUrl: 'http://shop.example/return/pay_1' });
    expect(await shop.pdt(txnId, 'token')).toContain('4003');
    const [signup, payment] = messages();
    expect(signup).toEqual({
      txn_type: 'subscr_signup',
      subscr_id: subscrId,
      recur_times: '12',
      ...TERMS,
      ...BOUGHT,
      ...ANNE,
      ...SELLER,
      ...OF_EVERY_MESSAGE,
    });
    expect(payment).toEqual({
      txn_type: 'subscr_payment',
      txn_id: txnId,
      subscr_id: subscrId,
      payment_status: 'Completed',
      payment_type: 'instant',
      payment_date: DATE,
      mc_gross: '10.00',
      mc_fee: '0.59',
      payment_gross: '',
      payment_fee: '',
      protection_eligibility: 'Eligible',
      transaction_subject: '',
      receiver_id: 'SELLER0000001',
      ...BOUGHT,
      ...ANNE,
      ...SELLER,
      ...OF_EVERY_MESSAGE,
    });
  });

  it('is stood by: both messages verify, byte for byte', async () => {
    await agree();
    const [signup, payment] = shop.receiver.received;
    expect((await shop.postBack(signup!.body)).text).toBe('VERIFIED');
    expect((await shop.postBack(payment!.body)).text).toBe('VERIFIED');
    expect((await shop.postBack(Buffer.concat([signup!.body, Buffer.from('&x=1')]))).text).toBe('INVALID');
  });

  it('says the amount without mc_ for the dollar only', async () => {
    await agree({ currency_code: 'USD' });
    expect(messages()[0]).toMatchObject({ amount3: '10.00', mc_amount3: '10.00' });
    expect(messages()[1]).toMatchObject({ payment_gross: '10.00' });
  });

  it('may be told after the first payment: by the rules of delivery, or by who agrees', async () => {
    await shop.control('POST', '/delivery', { reorder: true });
    await agree();
    expect(names()).toEqual(['subscr_payment', 'subscr_signup']);
    await shop.control('DELETE', '/delivery');
    await agree({ invoice: 'inv-2' }, 'jana');
    expect(names().slice(2)).toEqual(
      Array.from({ length: 3 }, () => ['subscr_payment', 'subscr_payment', 'subscr_signup']).flat(),
    );
  });

  it('may be told twice, and a lost message is found in the list of the subscription', async () => {
    await shop.control('POST', '/delivery', { drop: 1, duplicates: 1 });
    const { subscrId } = await agree();
    expect(names()).toEqual(['subscr_payment', 'subscr_payment']);
    const { messages: sent } = (await seen(subscrId)) as unknown as { messages: { id: string; state: string }[] };
    const lost = sent.find(({ state }) => state === 'Lost');
    await shop.control('POST', `/messages/${lost!.id}/replay`, {});
    await shop.idle();
    expect(names().at(-1)).toBe('subscr_signup');
  });

  it('with an eCheck is pending until it clears', async () => {
    const { subscrId, txnId } = await agree({}, 'bruno');
    expect(last()).toMatchObject({ payment_status: 'Pending', pending_reason: 'echeck' });
    expect(await profile(subscrId)).toMatchObject({ STATUS: 'Pending' });
    await shop.happen(txnId, { status: 'Completed' });
    expect(last()).toMatchObject({ txn_type: 'subscr_payment', txn_id: txnId, payment_status: 'Completed' });
    expect(await profile(subscrId)).toMatchObject({ STATUS: 'Active' });
  });
});

describe('a subscription with free trials', () => {
  const LATER = { a1: '0', p1: '13', t1: 'W', a2: '0', p2: '1', t2: 'D' };
  const daysAfterStart = (state: Record<string, unknown>, at: unknown) =>
    (Date.parse(at as string) - Date.parse(state['startedAt'] as string)) / DAY_MS;

  it('shows its payer how long nothing is paid, and from when on', async () => {
    const { text, url } = await shop.webscr(monthly(LATER));
    expect(text).toContain('Agree to pay 10.00 EUR every month');
    expect(text).toContain('after 13 weeks and 1 day without payment');
    const agreed = await fetch(`${url}/pay`, { method: 'POST', body: new URLSearchParams({ buyer: 'anne' }) });
    expect(await agreed.text()).toMatch(/due on \d{4}-\d\d-\d\d/);
  });

  it('is told with its trials, and takes the first payment when they are over', async () => {
    const { subscrId, txnId } = await agree({ ...LATER, srt: '2' });
    expect(txnId).toBeNull();
    expect(messages()).toEqual([
      {
        txn_type: 'subscr_signup',
        subscr_id: subscrId,
        recur_times: '2',
        period1: '13 W',
        amount1: '',
        mc_amount1: '0.00',
        period2: '1 D',
        amount2: '',
        mc_amount2: '0.00',
        ...TERMS,
        ...BOUGHT,
        ...ANNE,
        ...SELLER,
        ...OF_EVERY_MESSAGE,
      },
    ]);
    const before = await seen(subscrId);
    expect(before).toMatchObject({ status: 'Active', cycles: 0, trials: ['13 W', '1 D'], payments: [] });
    expect(daysAfterStart(before, before['nextPaymentAt'])).toBe(92);
    await happen(subscrId, 'collect');
    await happen(subscrId, 'collect');
    expect(names()).toEqual(['subscr_signup', 'subscr_payment', 'subscr_payment', 'subscr_eot']);
    const { payments, ...after } = (await seen(subscrId)) as { payments: { at: string }[] };
    expect(daysAfterStart(after, payments[0]!.at)).toBe(92);
  });

  it('says what they cost without mc_ for the dollar only', async () => {
    await agree({ a1: '0', p1: '1', t1: 'M', currency_code: 'USD' });
    expect(last()).toMatchObject({ period1: '1 M', amount1: '0.00', mc_amount1: '0.00' });
    expect(last()).not.toHaveProperty('period2');
  });

  it('is a profile in its trial until the first payment is due', async () => {
    await inRecurringNames();
    const { subscrId } = await agree({ a1: '0', p1: '6', t1: 'D' });
    expect(last()).toMatchObject({
      txn_type: 'recurring_payment_profile_created',
      period_type: 'Trial',
      amount_per_cycle: '0.00',
    });
    const { nextPaymentAt } = (await seen(subscrId)) as { nextPaymentAt: string };
    expect(momentOf(last()['next_payment_date'])).toBe(toTheSecond(nextPaymentAt));
    await happen(subscrId, 'fail');
    expect(last()).toMatchObject({
      txn_type: 'recurring_payment_failed',
      period_type: 'Regular',
      amount_per_cycle: '10.00',
    });
  });

  it('may be cancelled before anything was paid', async () => {
    const { subscrId } = await agree(LATER);
    await happen(subscrId, 'cancel');
    expect(names()).toEqual(['subscr_signup', 'subscr_cancel']);
  });

  it('is told as often, and as late, as its payer lets things be told', async () => {
    await agree(LATER, 'jana');
    expect(names()).toEqual(['subscr_signup', 'subscr_signup', 'subscr_signup']);
  });
});

describe('PayPal’s time at a subscription', () => {
  it.each([
    ['cancel', {}, ['subscr_date']],
    ['modify', { amount: '15.00' }, ['subscr_date', 'subscr_effective']],
  ])('is that of %s, in the message that tells of it', async (kind, more, fields) => {
    const { subscrId } = await agree();
    const signedUp = momentOf(messages()[0]!['subscr_date']);
    await happen(subscrId, 'collect');
    await happen(subscrId, kind, more);
    const { now, startedAt } = (await seen(subscrId)) as { now: string; startedAt: string };
    expect(signedUp).toBe(toTheSecond(startedAt));
    for (const field of fields) expect(momentOf(last()[field])).toBe(toTheSecond(now));
    expect(momentOf(last()['subscr_date']) - signedUp).toBeGreaterThanOrEqual(28 * DAY_MS);
  });

  it.each([
    ['subscr', 'fail', 'retry_at'],
    ['recurring_payment', 'skip', 'next_payment_date'],
    ['recurring_payment', 'fail', 'next_payment_date'],
  ])('of a next try of %s after %s is five days after the try', async (family, kind, field) => {
    const { subscrId } = await agree();
    await shop.control('PUT', `/subscriptions/${subscrId}`, { names: family });
    await happen(subscrId, kind);
    const { now } = (await seen(subscrId)) as { now: string };
    expect(momentOf(last()[field])).toBe(toTheSecond(now) + 5 * DAY_MS);
  });
});

describe('the payments that follow', () => {
  it('have transactions of their own and the dates of their periods, until the last ends it', async () => {
    const { subscrId } = await agree({ srt: '3' });
    await happen(subscrId, 'collect');
    await happen(subscrId, 'collect');
    expect(names()).toEqual(['subscr_signup', 'subscr_payment', 'subscr_payment', 'subscr_payment', 'subscr_eot']);
    const paid = messages().filter((message) => message['txn_type'] === 'subscr_payment');
    expect(new Set(paid.map((message) => message['txn_id'])).size).toBe(3);
    expect(last()).toEqual({
      txn_type: 'subscr_eot',
      subscr_id: subscrId,
      ...BOUGHT,
      ...ANNE,
      ...SELLER,
      ...OF_EVERY_MESSAGE,
    });
    const { payments, ...state } = (await seen(subscrId)) as { payments: { at: string }[] };
    expect(state).toMatchObject({ status: 'Expired', cycles: 3, nextPaymentAt: null });
    const [first, , third] = payments.map(({ at }) => new Date(at));
    expect(months(third!) - months(first!)).toBe(2);
    expect(await refused(subscrId, 'collect')).toEqual({ status: 409, code: 'not_possible' });
  });

  it('may be of another sum, in another currency', async () => {
    const { subscrId } = await agree();
    await happen(subscrId, 'collect', { amount: '12.50' });
    expect(last()).toMatchObject({ mc_gross: '12.50', mc_currency: 'EUR' });
    await happen(subscrId, 'collect', { amount: '10.00', currency: 'USD' });
    expect(last()).toMatchObject({ mc_gross: '10.00', mc_currency: 'USD', payment_gross: '10.00' });
  });

  it('are of the new amount once it was modified', async () => {
    const { subscrId } = await agree();
    await happen(subscrId, 'modify', { amount: '15.00' });
    expect(last()).toEqual({
      txn_type: 'subscr_modify',
      subscr_id: subscrId,
      subscr_effective: DATE,
      ...TERMS,
      mc_amount3: '15.00',
      ...BOUGHT,
      ...ANNE,
      ...SELLER,
      ...OF_EVERY_MESSAGE,
    });
    await happen(subscrId, 'collect');
    expect(last()).toMatchObject({ txn_type: 'subscr_payment', mc_gross: '15.00' });
  });

  it('can be refunded, taken back and disputed like any other', async () => {
    const { subscrId, txnId } = await agree();
    await shop.happen(txnId, { kind: 'refund', amount: '4.00' });
    expect(last()).toMatchObject({
      payment_status: 'Refunded',
      mc_gross: '-4.00',
      parent_txn_id: txnId,
      subscr_id: subscrId,
      custom: 'pay_1',
    });
    expect(last()).not.toHaveProperty('txn_type');
    await shop.happen(txnId, { kind: 'dispute' });
    expect(last()).toMatchObject({ txn_type: 'new_case', txn_id: txnId, subscr_id: subscrId });
    await shop.happen(txnId, { kind: 'reverse' });
    expect(last()).toMatchObject({ payment_status: 'Reversed', mc_gross: '-6.00', parent_txn_id: txnId });
    await shop.happen(txnId, { kind: 'win' });
    expect(last()).toMatchObject({ payment_status: 'Canceled_Reversal', mc_gross: '6.00', parent_txn_id: txnId });
  });

  it('may have any field written over', async () => {
    const { subscrId } = await agree();
    await happen(subscrId, 'collect', { over: { subscr_id: null, mc_gross: '1.00' } });
    expect(last()).toMatchObject({ txn_type: 'subscr_payment', mc_gross: '1.00' });
    expect(last()).not.toHaveProperty('subscr_id');
  });
});

describe('a payment that fails', () => {
  it('is told with the day of the next try, and may succeed then', async () => {
    const { subscrId } = await agree();
    await happen(subscrId, 'fail');
    expect(last()).toEqual({
      txn_type: 'subscr_failed',
      subscr_id: subscrId,
      payment_gross: '',
      mc_gross: '10.00',
      retry_at: DATE,
      ...BOUGHT,
      ...ANNE,
      ...SELLER,
      ...OF_EVERY_MESSAGE,
    });
    const { now, nextPaymentAt, outstanding } = (await seen(subscrId)) as Record<string, string>;
    expect(Date.parse(nextPaymentAt!) - Date.parse(now!)).toBe(5 * 24 * 60 * 60 * 1000);
    expect(outstanding).toBe('10.00');
    await happen(subscrId, 'recover');
    expect(last()).toMatchObject({ txn_type: 'subscr_payment', mc_gross: '10.00' });
    expect(await seen(subscrId)).toMatchObject({ outstanding: '0.00', failures: 0, cycles: 2 });
  });

  it('is tried again over what was due then, whatever is due from now on', async () => {
    const { subscrId } = await agree();
    await happen(subscrId, 'fail');
    await happen(subscrId, 'modify', { amount: '15.00' });
    await happen(subscrId, 'recover');
    expect(last()).toMatchObject({ txn_type: 'subscr_payment', mc_gross: '10.00' });
    expect(await seen(subscrId)).toMatchObject({ outstanding: '0.00', amount: '15.00' });
  });

  it('three times ends the subscription', async () => {
    const { subscrId } = await agree();
    for (const kind of ['fail', 'skip', 'fail']) await happen(subscrId, kind);
    expect(names().slice(2)).toEqual(['subscr_failed', 'subscr_failed', 'subscr_failed', 'subscr_eot']);
    expect(messages().at(-2)).not.toHaveProperty('retry_at');
    expect(await seen(subscrId)).toMatchObject({ status: 'Cancelled' });
    expect(await profile(subscrId)).toMatchObject({ STATUS: 'Cancelled', FAILEDPAYMENTCOUNT: '3' });
  });

  it('ends it at once where the form asked for no further try', async () => {
    const { subscrId } = await agree({ sra: '0' });
    await happen(subscrId, 'fail');
    expect(names().slice(2)).toEqual(['subscr_failed', 'subscr_eot']);
  });
});

describe('the end', () => {
  it('by the payer is told once or twice, and its term ends later', async () => {
    const { subscrId } = await agree();
    await happen(subscrId, 'cancel', { twice: true });
    const [first, second] = messages().slice(2);
    expect(first).toEqual({
      txn_type: 'subscr_cancel',
      subscr_id: subscrId,
      ...TERMS,
      ...BOUGHT,
      ...ANNE,
      ...SELLER,
      ...OF_EVERY_MESSAGE,
    });
    expect(second!['txn_type']).toBe('subscr_cancel');
    expect(second!['ipn_track_id']).not.toBe(first!['ipn_track_id']);
    await happen(subscrId, 'eot');
    expect(last()).toMatchObject({ txn_type: 'subscr_eot' });
    expect(await seen(subscrId)).toMatchObject({ status: 'Cancelled' });
    expect((await refused(subscrId, 'cancel')).status).toBe(409);
  });

  it('of a fixed term may be told at its very start, and payments still come', async () => {
    const { subscrId } = await agree({ srt: '2' });
    await happen(subscrId, 'eot', { early: true });
    await happen(subscrId, 'collect');
    expect(names().slice(2)).toEqual(['subscr_eot', 'subscr_payment', 'subscr_eot']);
  });
});

describe('an account that gets the recurring names', () => {
  const OF_THE_PROFILE = {
    rp_invoice_id: 'inv-1',
    product_name: 'Annual fee',
    product_type: '1',
    payment_cycle: 'Monthly',
    period_type: 'Regular',
    amount: '10.00',
    amount_per_cycle: '10.00',
    initial_payment_amount: '0.00',
    currency_code: 'EUR',
    time_created: DATE,
  };

  it('is told of a profile instead of a subscription, without custom, invoice and item', async () => {
    await inRecurringNames();
    const { subscrId, txnId } = await agree();
    const profileNow = {
      ...OF_THE_PROFILE,
      recurring_payment_id: subscrId,
      profile_status: 'Active',
      outstanding_balance: '0.00',
      next_payment_date: DATE,
    };
    expect(messages()).toEqual([
      { txn_type: 'recurring_payment_profile_created', ...profileNow, ...ANNE, ...SELLER, ...OF_EVERY_MESSAGE },
      {
        txn_type: 'recurring_payment',
        txn_id: txnId,
        ...profileNow,
        payment_status: 'Completed',
        payment_type: 'instant',
        payment_date: DATE,
        mc_gross: '10.00',
        mc_fee: '0.59',
        mc_currency: 'EUR',
        payment_gross: '',
        payment_fee: '',
        tax: '0.00',
        shipping: '0.00',
        protection_eligibility: 'Eligible',
        transaction_subject: '',
        receiver_id: 'SELLER0000001',
        ...ANNE,
        ...SELLER,
        ...OF_EVERY_MESSAGE,
      },
    ]);
  });

  it('sees three skips, a suspension, and what was not paid recovered', async () => {
    await inRecurringNames();
    const { subscrId } = await agree();
    for (const kind of ['skip', 'skip', 'skip']) await happen(subscrId, kind);
    expect(names().slice(2)).toEqual([
      'recurring_payment_skipped',
      'recurring_payment_skipped',
      'recurring_payment_skipped',
      'recurring_payment_suspended_due_to_max_failed_payment',
    ]);
    expect(messages()[2]).toEqual({
      txn_type: 'recurring_payment_skipped',
      ...OF_THE_PROFILE,
      recurring_payment_id: subscrId,
      profile_status: 'Active',
      outstanding_balance: '10.00',
      next_payment_date: DATE,
      ...ANNE,
      ...SELLER,
      ...OF_EVERY_MESSAGE,
    });
    expect(last()).toMatchObject({
      profile_status: 'Suspended',
      outstanding_balance: '10.00',
      next_payment_date: 'N/A',
    });
    await happen(subscrId, 'recover', { fails: true });
    expect(last()).toMatchObject({ txn_type: 'recurring_payment_outstanding_payment_failed' });
    await happen(subscrId, 'recover');
    expect(last()).toMatchObject({
      txn_type: 'recurring_payment_outstanding_payment',
      payment_status: 'Completed',
      mc_gross: '10.00',
      outstanding_balance: '0.00',
      profile_status: 'Active',
    });
  });

  it('sees a failure, a suspension, a cancellation and an end by their names', async () => {
    await inRecurringNames();
    const { subscrId } = await agree({ srt: '2' });
    await happen(subscrId, 'modify', { amount: '12.00' });
    await happen(subscrId, 'fail');
    await happen(subscrId, 'suspend');
    await happen(subscrId, 'reactivate');
    await happen(subscrId, 'collect');
    const other = await agree({ invoice: 'inv-2' });
    await happen(other.subscrId, 'cancel');
    expect(names().slice(2)).toEqual([
      'recurring_payment_failed',
      'recurring_payment_suspended',
      'recurring_payment',
      'recurring_payment_expired',
      'recurring_payment_profile_created',
      'recurring_payment',
      'recurring_payment_profile_cancel',
    ]);
    expect(messages()[4]).toMatchObject({ amount_per_cycle: '12.00', mc_gross: '12.00' });
  });

  it('may be one subscription only, from one day on', async () => {
    const { subscrId } = await agree();
    const changed = await shop.control('PUT', `/subscriptions/${subscrId}`, { names: 'recurring_payment' });
    expect(changed).toMatchObject({ status: 200, body: { names: 'recurring_payment' } });
    await happen(subscrId, 'collect');
    expect(names()).toEqual(['subscr_signup', 'subscr_payment', 'recurring_payment']);
  });
});

describe('NVP', () => {
  it('tells how a subscription stands', async () => {
    const { subscrId } = await agree({ srt: '12', p3: '2' });
    await happen(subscrId, 'fail');
    const { startedAt, nextPaymentAt, payments } = (await seen(subscrId)) as {
      startedAt: string;
      nextPaymentAt: string;
      payments: { at: string }[];
    };
    const second = (at: string) => at.replace(/\.\d+Z$/, 'Z');
    expect(await profile(subscrId)).toMatchObject({
      ACK: 'Success',
      PROFILEID: subscrId,
      STATUS: 'Active',
      DESC: 'Annual fee',
      PROFILEREFERENCE: 'inv-1',
      PROFILESTARTDATE: second(startedAt),
      NEXTBILLINGDATE: second(nextPaymentAt),
      NUMCYCLESCOMPLETED: '1',
      NUMCYCLESREMAINING: '11',
      OUTSTANDINGBALANCE: '10.00',
      FAILEDPAYMENTCOUNT: '1',
      LASTPAYMENTDATE: second(payments[0]!.at),
      LASTPAYMENTAMT: '10.00',
      AMT: '10.00',
      CURRENCYCODE: 'EUR',
      BILLINGPERIOD: 'Month',
      BILLINGFREQUENCY: '2',
    });
  });

  it('suspends, reactivates and cancels, each told by its message where PayPal has one', async () => {
    const { subscrId } = await agree();
    expect(await manage(subscrId, 'Suspend')).toMatchObject({ ACK: 'Success', PROFILEID: subscrId });
    expect(last()).toMatchObject({ txn_type: 'recurring_payment_suspended', recurring_payment_id: subscrId });
    expect(await profile(subscrId)).toMatchObject({ STATUS: 'Suspended' });
    expect(await manage(subscrId, 'Suspend')).toMatchObject({ ACK: 'Failure', L_ERRORCODE0: '11557' });
    await manage(subscrId, 'Reactivate');
    expect(await profile(subscrId)).toMatchObject({ STATUS: 'Active' });
    expect(await manage(subscrId, 'Reactivate')).toMatchObject({ ACK: 'Failure', L_ERRORCODE0: '11558' });
    expect(await manage(subscrId, 'Cancel')).toMatchObject({ ACK: 'Success', PROFILEID: subscrId });
    expect(names().slice(2)).toEqual(['recurring_payment_suspended', 'subscr_cancel']);
    expect(await manage(subscrId, 'Cancel')).toMatchObject({
      ACK: 'Failure',
      L_ERRORCODE0: '11556',
      L_LONGMESSAGE0: 'Invalid profile status for cancel action; profile should be active or suspended',
    });
  });

  it('refuses what it does not know and what is another seller’s', async () => {
    const { subscrId } = await agree();
    expect(await manage('I-NOBODYKNOWS1', 'Cancel')).toMatchObject({ L_ERRORCODE0: '11552' });
    expect(await profile('')).toMatchObject({ L_ERRORCODE0: '11551' });
    expect(await manage(subscrId, 'Bury')).toMatchObject({ L_ERRORCODE0: '10004' });
    await shop.control('PUT', '/accounts/OTHER00000001', {
      nvp: { username: 'other', password: 'secret', signature: 'signature' },
    });
    const other = { USER: 'other', PWD: 'secret', SIGNATURE: 'signature', VERSION: '124' };
    const asked = await ask('GetRecurringPaymentsProfileDetails', { PROFILEID: subscrId }, other);
    expect(asked).toMatchObject({ ACK: 'Failure', L_ERRORCODE0: '10007' });
  });

  it('may do what was asked and answer with nothing', async () => {
    const { subscrId } = await agree();
    await shop.control('POST', '/misbehave', { where: 'nvp', mode: 'http_500', times: 1, afterActing: true });
    expect(await manage(subscrId, 'Cancel')).not.toHaveProperty('ACK');
    expect(last()).toMatchObject({ txn_type: 'subscr_cancel' });
  });

  it('finds, tells and refunds the payments of a subscription', async () => {
    const { subscrId, txnId } = await agree();
    await happen(subscrId, 'collect');
    const found = await ask('TransactionSearch', { STARTDATE: '2020-01-01T00:00:00Z', PROFILEID: subscrId });
    expect(found).toMatchObject({ ACK: 'Success', L_TYPE1: 'Recurring Payment', L_TRANSACTIONID1: txnId });
    expect(await ask('GetTransactionDetails', { TRANSACTIONID: txnId })).toMatchObject({
      TRANSACTIONTYPE: 'subscrpayment',
      PAYMENTSTATUS: 'Completed',
      SUBSCRIPTIONID: subscrId,
      INVNUM: 'inv-1',
      CUSTOM: 'pay_1',
    });
    const refund = await ask('RefundTransaction', { TRANSACTIONID: txnId, REFUNDTYPE: 'Full' });
    expect(last()).toMatchObject({ txn_id: refund['REFUNDTRANSACTIONID'], parent_txn_id: txnId, subscr_id: subscrId });
  });
});

it('the control page shows the subscription, and its buttons work', async () => {
  const { subscrId } = await agree();
  const home = async () => (await fetch(`${shop.simulator.url}/`)).text();
  expect(await home()).toContain('10.00 EUR every month from Anne Martin');
  const press = (fields: Record<string, string>) =>
    fetch(`${shop.simulator.url}/actions/subscriptions/${subscrId}/events`, {
      method: 'POST',
      body: new URLSearchParams(fields),
    });
  await press({ kind: 'collect' });
  await press({ kind: 'cancel', twice: 'true' });
  await shop.idle();
  expect(names().slice(2)).toEqual(['subscr_payment', 'subscr_cancel', 'subscr_cancel']);
  expect(await home()).toContain('Cancelled');
});
