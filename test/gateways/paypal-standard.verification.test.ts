import fc from 'fast-check';
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import packageJson from '../../package.json';
import { ask, retryAfterMs, USER_AGENT } from '../../activities/gateways/http';
import { paypalStandard } from '../../activities/gateways/paypal-standard';
import { postBack, synchronise } from '../../activities/gateways/paypal-standard/client';
import type { PaypalStandardCredentials } from '../../activities/gateways/paypal-standard/credentials';
import { GATEWAYS } from '../../activities/gateways/registry';
import { GatewayFailure } from '../../activities/gateways/port';
import type { GatewayContext } from '../../activities/gateways/port';
import type { Channel, Environment } from '../../workflows/domain/gateway';
import { gatewayContext } from './gateway-context';
import { completed, encode, moneyBack, PAYMENT_ID, pdtSuccess, SELLER, type MessageFields } from './paypal-messages';

interface Asked {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** A PayPal that is asked over a real socket and answers what the test says. */
const paypal = {
  url: '',
  asked: [] as Asked[],
  answer: (response: ServerResponse): void => void response.end('VERIFIED'),
};
const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    paypal.asked.push({ path: request.url ?? '', headers: request.headers, body: Buffer.concat(chunks) });
    paypal.answer(response);
  });
});
const stranger = { url: '', asked: 0 };
const strangersServer = createServer((_request, response) => {
  stranger.asked += 1;
  response.end('VERIFIED');
});

const listen = (which: typeof server): Promise<string> =>
  new Promise((resolve) => {
    which.listen(0, '127.0.0.1', () => {
      resolve(`http://127.0.0.1:${(which.address() as AddressInfo).port}`);
    });
  });
const close = (which: typeof server): Promise<void> =>
  new Promise((resolve) => {
    which.closeAllConnections();
    which.close(() => {
      resolve();
    });
  });

beforeAll(async () => {
  paypal.url = await listen(server);
  stranger.url = await listen(strangersServer);
});
afterAll(async () => {
  await close(server);
  await close(strangersServer);
});
beforeEach(() => {
  paypal.asked = [];
  stranger.asked = 0;
  says('VERIFIED');
});

function says(body: string | Uint8Array, status = 200, headers: Record<string, string> = {}): void {
  paypal.answer = (response) => {
    response.writeHead(status, headers).end(body);
  };
}

const CREDENTIALS: PaypalStandardCredentials = { ...SELLER, pdtIdentityToken: 'identity-token' };
const context = (
  over: Partial<GatewayContext<PaypalStandardCredentials>> = {},
): GatewayContext<PaypalStandardCredentials> =>
  gatewayContext<PaypalStandardCredentials>({ credentials: CREDENTIALS, simulatorUrl: paypal.url }, over);
const BODY = encode(completed());

async function failureOf(work: Promise<unknown>): Promise<GatewayFailure> {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof GatewayFailure) return error;
  throw new Error(`expected a GatewayFailure, got ${String(error)}`);
}

describe('asking PayPal whether a notification is its own', () => {
  it('posts the bytes back behind cmd=_notify-validate, as a form, with a name', async () => {
    await expect(postBack(BODY, context())).resolves.toBe('VERIFIED');
    expect(paypal.asked).toHaveLength(1);
    expect(paypal.asked[0]).toMatchObject({
      path: '/paypal/cgi-bin/webscr',
      headers: { 'content-type': 'application/x-www-form-urlencoded', 'user-agent': USER_AGENT },
    });
    expect(paypal.asked[0]?.body.toString('latin1')).toBe(
      `cmd=_notify-validate&${Buffer.from(BODY).toString('latin1')}`,
    );
  });

  it.each(['a=%20+%2B~%7E&b=%u010D', 'a=&a=2&a=1', 'name=J%F6rg&charset=windows-1252', 'x=%f6%F6', 'a[0]=1&&b'])(
    '%s goes back unchanged',
    async (body) => {
      await postBack(Buffer.from(body), context());
      expect(paypal.asked[0]?.body.toString()).toBe(`cmd=_notify-validate&${body}`);
    },
  );

  it('whatever bytes came, exactly those go back', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), async (body) => {
        await postBack(body, context());
        expect(paypal.asked.at(-1)?.body.subarray('cmd=_notify-validate&'.length)).toEqual(Buffer.from(body));
      }),
      { numRuns: 50 },
    );
  });

  it.each([
    ['VERIFIED', 'VERIFIED'],
    ['VERIFIED\n', 'VERIFIED'],
    ['\r\nVERIFIED ', 'VERIFIED'],
    ['INVALID', 'INVALID'],
    ['INVALID\r\n', 'INVALID'],
  ])('the answer %j is %s', async (body, word) => {
    says(body);
    await expect(postBack(BODY, context())).resolves.toBe(word);
  });

  it.each([
    { what: 'NOT VERIFIED', status: 200, body: 'NOT VERIFIED', code: 'unreadable_answer' },
    { what: 'both words', status: 200, body: 'VERIFIED\nINVALID', code: 'unreadable_answer' },
    { what: 'small letters', status: 200, body: 'verified', code: 'unreadable_answer' },
    { what: 'a page that mentions VERIFIED', status: 200, body: '<html>VERIFIED</html>', code: 'unreadable_answer' },
    { what: 'VERIFIED and a page', status: 200, body: 'VERIFIED<!-- -->', code: 'unreadable_answer' },
    { what: 'nothing', status: 200, body: '', code: 'unreadable_answer' },
    { what: 'a 500', status: 500, body: 'VERIFIED', code: 'http_500' },
    { what: 'a 503', status: 503, body: 'INVALID', code: 'http_503' },
    { what: 'a 403 page', status: 403, body: '<html>INVALID</html>', code: 'http_403' },
    { what: 'a 404', status: 404, body: 'INVALID', code: 'http_404' },
    { what: 'a 202', status: 202, body: 'VERIFIED', code: 'http_202' },
    { what: 'a 429', status: 429, body: '', code: 'http_429' },
  ])('$what is neither yes nor no: the question stays open', async ({ status, body, code }) => {
    says(body, status);
    expect(await failureOf(postBack(BODY, context()))).toMatchObject({ code, moved: 'no', retry: 'later' });
  });

  it.each([301, 302, 303, 307, 308])('a %i to somebody who says VERIFIED is not followed', async (status) => {
    says('VERIFIED', status, { location: `${stranger.url}/elsewhere` });
    expect(await failureOf(postBack(BODY, context()))).toMatchObject({
      code: 'redirected',
      moved: 'no',
      retry: 'later',
    });
    expect(stranger.asked).toBe(0);
  });

  it.each([
    { what: 'plain', body: Buffer.alloc(2 * 1024 * 1024, ' '), headers: {} },
    { what: 'compressed', body: gzipSync(Buffer.alloc(4 * 1024 * 1024, ' ')), headers: { 'content-encoding': 'gzip' } },
  ])('a huge $what body is not read to its end', async ({ body, headers }) => {
    says(body, 200, headers);
    expect(await failureOf(postBack(BODY, context()))).toMatchObject({
      code: 'body_too_large',
      moved: 'no',
      retry: 'later',
    });
  });

  it.each([
    { what: 'says nothing', answer: (): void => undefined },
    {
      what: 'starts and stops',
      answer: (response: ServerResponse): void => void response.writeHead(200).write('VERI'),
    },
  ])('a PayPal that $what is given up after the time-out', async ({ answer }) => {
    paypal.answer = answer;
    expect(await failureOf(postBack(BODY, context(), { timeoutMs: 50 }))).toMatchObject({
      code: 'timed_out',
      moved: 'no',
      retry: 'later',
    });
  });

  it('a connection that breaks in the middle of the word is no answer', async () => {
    paypal.answer = (response) => {
      response.writeHead(200, { 'content-length': '8' });
      response.write('VERI', () => {
        response.destroy();
      });
    };
    expect(await failureOf(postBack(BODY, context()))).toMatchObject({
      code: 'connection_lost',
      moved: 'no',
      retry: 'later',
    });
  });

  it('a PayPal that is not there is no answer', async () => {
    const gone = createServer();
    const simulatorUrl = await listen(gone);
    await close(gone);
    expect(await failureOf(postBack(BODY, context({ simulatorUrl })))).toMatchObject({
      code: 'no_connection',
      moved: 'no',
      retry: 'later',
    });
  });

  it('a 429 that says when is asked again then', async () => {
    says('', 429, { 'retry-after': '7' });
    expect(await failureOf(postBack(BODY, context()))).toMatchObject({ code: 'http_429', retry: { afterMs: 7000 } });
  });

  it('when we stop ourselves, that is said and not blamed on PayPal', async () => {
    paypal.answer = () => undefined;
    const controller = new AbortController();
    const asking = postBack(BODY, context({ signal: controller.signal }));
    controller.abort(new Error('the worker shuts down'));
    await expect(asking).rejects.toThrow('the worker shuts down');
    await expect(postBack(BODY, context({ signal: controller.signal }))).rejects.toThrow('the worker shuts down');
  });

  it.each([
    ['live', 'https://ipnpb.paypal.com/cgi-bin/webscr'],
    ['sandbox', 'https://ipnpb.sandbox.paypal.com/cgi-bin/webscr'],
  ] as const)('a %s account asks %s, whatever the message says', async (environment, url) => {
    const urls: string[] = [];
    const fetch: typeof globalThis.fetch = (input) => {
      urls.push(input instanceof Request ? input.url : String(input));
      return Promise.resolve(new Response('VERIFIED'));
    };
    await postBack(
      encode(completed({ test_ipn: environment === 'live' ? '1' : undefined })),
      context({ environment, fetch }),
    );
    await synchronise('TX', 'token', context({ environment, fetch }));
    expect(urls).toEqual([url, url]);
  });

  it('no message of a failure holds a secret or a part of the body', async () => {
    says('<html>down</html>', 500);
    const failures = [
      await failureOf(postBack(BODY, context())),
      await failureOf(synchronise('TX1', 'identity-token', context())),
    ];
    for (const { message } of failures) {
      expect(message).toMatch(/^asking PayPal .*HTTP 500/);
      expect(message).not.toMatch(/identity-token|anne|down/);
    }
  });
});

describe('a question that may move money', () => {
  const question = () =>
    ({ attempt: 'capturing', url: paypal.url, method: 'POST', moves: true, timeoutMs: 50 }) as const;

  it('is open when its answer is lost', async () => {
    paypal.answer = () => undefined;
    expect(await failureOf(ask(context(), question()))).toMatchObject({ code: 'timed_out', moved: 'perhaps' });
  });

  it('is not open when it never left', async () => {
    const gone = createServer();
    const url = await listen(gone);
    await close(gone);
    expect(await failureOf(ask(context(), { ...question(), url }))).toMatchObject({
      code: 'no_connection',
      moved: 'no',
    });
  });
});

describe('who asks and how patiently', () => {
  it('the User-Agent names the version of the package', () => {
    expect(USER_AGENT).toContain(`Quittance/${packageJson.version} `);
  });

  it.each([
    ['120', 120_000],
    ['0', 0],
    ['999999', 3_600_000],
    ['Tue, 10 Mar 2026 13:22:51 GMT', 10_000],
    ['Tue, 10 Mar 2026 13:22:31 GMT', 0],
    ['soon', null],
    ['-5', null],
    ['', null],
  ])('Retry-After "%s" is a pause of %p ms', (value, pause) => {
    expect(retryAfterMs(new Headers({ 'retry-after': value }), Date.parse('2026-03-10T13:22:41Z'))).toBe(pause);
  });

  it('no Retry-After is no pause', () => {
    expect(retryAfterMs(new Headers())).toBeNull();
  });
});

const notified = (fields: MessageFields, channel: Channel = 'ipn') =>
  ({
    by: 'notification',
    raw: { channel, headers: { 'content-type': 'application/x-www-form-urlencoded' }, body: encode(fields) },
    checkout: null,
  }) as const;

describe('the truth behind an IPN', () => {
  const fetchFacts = (fields: MessageFields, environment: Environment = 'simulator', credentials = CREDENTIALS) => {
    const fetch: typeof globalThis.fetch = (_input, init) =>
      globalThis.fetch(`${paypal.url}/paypal/cgi-bin/webscr`, init);
    return paypalStandard.fetchFacts(notified(fields), context({ environment, credentials, fetch }));
  };

  it('a verified payment is a capture and its fee', async () => {
    expect(await fetchFacts(completed())).toEqual({
      found: true,
      paymentId: PAYMENT_ID,
      references: ['61E67681CH3238416'],
      facts: [
        {
          kind: 'payment_captured',
          gatewayReference: '61E67681CH3238416',
          qualifier: '',
          occurredAt: '2026-03-10T13:22:41.000Z',
          amount: 5000,
          currency: 'EUR',
        },
        {
          kind: 'fee_charged',
          gatewayReference: '61E67681CH3238416',
          qualifier: '',
          occurredAt: '2026-03-10T13:22:41.000Z',
          amount: 195,
          currency: 'EUR',
        },
      ],
      remarks: [],
    });
  });

  it('an INVALID message is no truth, whatever it names', async () => {
    says('INVALID');
    expect(await fetchFacts(completed())).toEqual({ found: false, reason: 'not_verified' });
    expect(await fetchFacts(completed({ receiver_id: 'SOMEBODYELSE', test_ipn: undefined }))).toEqual({
      found: false,
      reason: 'not_verified',
    });
  });

  it('a PayPal that is down leaves it open, and says yes later', async () => {
    says('', 500);
    expect(await failureOf(fetchFacts(completed()))).toMatchObject({ code: 'http_500', retry: 'later' });
    says('VERIFIED');
    expect(await fetchFacts(completed())).toMatchObject({ found: true });
  });

  it('the payer does not travel with the facts', async () => {
    expect(JSON.stringify(await fetchFacts(completed()))).not.toMatch(/anne|martin/i);
  });

  it.each([
    { account: 'live', test_ipn: '1', found: 'elsewhere' },
    { account: 'live', test_ipn: undefined, found: true },
    { account: 'live', test_ipn: '', found: true },
    { account: 'sandbox', test_ipn: '1', found: true },
    { account: 'sandbox', test_ipn: undefined, found: 'elsewhere' },
    { account: 'sandbox', test_ipn: '0', found: 'elsewhere' },
    { account: 'simulator', test_ipn: undefined, found: 'elsewhere' },
  ] as const)(
    'a genuine message with test_ipn=$test_ipn on a $account account is found: $found',
    async ({ account, test_ipn, found }) => {
      const lookup = await fetchFacts(completed({ test_ipn }), account);
      expect(lookup).toMatchObject(found === 'elsewhere' ? { found, reason: 'environment_mismatch' } : { found });
      expect(paypal.asked).toHaveLength(1);
    },
  );

  const OURS: [string, MessageFields][] = [
    ['our merchant id', {}],
    ['our merchant id in small letters with a space', { receiver_id: ' seller0000001 ' }],
    [
      'our merchant id, paid through an address that we were not told',
      { business: 'new@club.example', receiver_email: 'primary@club.example' },
    ],
    [
      'no merchant id, and our second address',
      { receiver_id: undefined, business: ' Second@Club.Example', receiver_email: 'primary@club.example' },
    ],
    ['no merchant id, and our primary address', { receiver_id: '', business: undefined }],
    [
      'no merchant id, and our id in business',
      { receiver_id: undefined, business: 'seller0000001', receiver_email: 'primary@club.example' },
    ],
  ];
  it.each(OURS)('a message for %s is ours', async (_who, over) => {
    expect(await fetchFacts(completed(over))).toMatchObject({ found: true });
  });

  const THEIRS: [string, MessageFields][] = [
    ['another merchant id', { receiver_id: 'OTHER00000001' }],
    ['another merchant id with our address', { receiver_id: 'OTHER00000001', business: 'tresorier@club.example' }],
    [
      'no merchant id and a foreign address',
      { receiver_id: '', business: 'x@other.example', receiver_email: 'x@other.example' },
    ],
    ['nobody', { receiver_id: undefined, business: undefined, receiver_email: undefined }],
  ];
  it.each(THEIRS)('a payment to %s touches no payment of ours', async (_who, over) => {
    expect(await fetchFacts(completed(over))).toMatchObject({ found: 'elsewhere', reason: 'receiver_mismatch' });
  });
  it.each(THEIRS)('a refund and a reversal from %s, naming our payment, take nothing back', async (_who, over) => {
    expect(await fetchFacts(moneyBack('Refunded', over))).toMatchObject({
      found: 'elsewhere',
      reason: 'receiver_mismatch',
    });
    expect(await fetchFacts(moneyBack('Reversed', over))).toMatchObject({
      found: 'elsewhere',
      reason: 'receiver_mismatch',
    });
  });
  it('says no address of a stranger', async () => {
    const lookup = await fetchFacts(
      completed({ receiver_id: '', business: 'x@other.example', receiver_email: 'x@other.example' }),
    );
    expect(JSON.stringify(lookup)).not.toContain('other.example');
  });

  const FORMER = {
    receiverId: 'FORMER0000001',
    receiverEmails: ['former@club.example'],
    pdtIdentityToken: 'former-token',
  };
  const fetchOpenedWith = (openedWith: typeof FORMER | null, over: MessageFields) =>
    paypalStandard.fetchFacts(notified(completed(over)), context({ openedWith }));
  it.each([
    { to: 'the account that it was opened with', over: { receiver_id: 'FORMER0000001' }, found: true },
    {
      to: 'an address of that account',
      over: { receiver_id: '', business: 'former@club.example', receiver_email: undefined },
      found: true,
    },
    { to: 'the account of today', over: {}, found: true },
    { to: 'a third account', over: { receiver_id: 'OTHER00000001' }, found: 'elsewhere' },
  ])('after the merchant has changed accounts, a payment to $to is found: $found', async ({ over, found }) => {
    expect(await fetchOpenedWith(FORMER, over)).toMatchObject({ found });
  });
  describe('a correction after a case names no receiver: the account is its payer', () => {
    const correction = (over: MessageFields) =>
      moneyBack('Completed', {
        txn_type: 'adjustment',
        reason_code: 'chargeback_settlement',
        receiver_id: undefined,
        receiver_email: undefined,
        business: undefined,
        invoice: undefined,
        payer_email: 'somebody@example.org',
        ...over,
      });

    it('and is ours where that account is', async () => {
      expect(await fetchFacts(correction({ payer_id: SELLER.receiverId }))).toMatchObject({
        found: true,
        paymentId: PAYMENT_ID,
        facts: [{ kind: 'dispute_adjusted', amount: 2000 }],
      });
    });

    it.each<[string, MessageFields]>([
      ['another account', { payer_id: 'STRANGER00001' }],
      ['nobody', { payer_id: undefined }],
      ['ours, while it names somebody as its receiver', { payer_id: SELLER.receiverId, receiver_id: 'STRANGER00001' }],
    ])('and is elsewhere where its payer is %s', async (_who, over) => {
      expect(await fetchFacts(correction(over))).toMatchObject({ found: 'elsewhere', reason: 'receiver_mismatch' });
    });

    it('and counts for nothing in any other message', async () => {
      const over = {
        payer_id: SELLER.receiverId,
        receiver_id: undefined,
        receiver_email: undefined,
        business: undefined,
      };
      expect(await fetchFacts(completed(over))).toMatchObject({ found: 'elsewhere' });
    });
  });

  it('an address that the merchant has removed since still counts for a payment opened with it', async () => {
    const over = { receiver_id: '', business: 'old@club.example', receiver_email: 'old@club.example' };
    expect(
      await fetchOpenedWith({ ...FORMER, receiverId: SELLER.receiverId, receiverEmails: ['old@club.example'] }, over),
    ).toMatchObject({
      found: true,
    });
  });
  it('a former account counts only for a payment that was opened with it', async () => {
    expect(await fetchOpenedWith(null, { receiver_id: 'FORMER0000001' })).toMatchObject({
      found: 'elsewhere',
      reason: 'receiver_mismatch',
    });
  });

  describe('an account that is known by its addresses alone', () => {
    const BY_EMAIL = { receiverEmails: ['Tresorier@club.example', 'second@club.example'] };
    const LEARNED = { receiverId: 'SELLER0000001', email: 'Tresorier@club.example' };
    const asked = (over: MessageFields, credentials: PaypalStandardCredentials = BY_EMAIL) =>
      fetchFacts(completed(over), 'simulator', credentials);

    it('learns its merchant id from a message to its primary address, whatever the message says of money', async () => {
      expect(await asked({})).toMatchObject({ found: true, facts: [{}, {}], learned: { learned: LEARNED } });
      expect(await asked({ txn_type: 'subscr_signup' })).toMatchObject({
        found: true,
        facts: [],
        learned: { learned: LEARNED },
      });
      expect(await asked({ business: 'paid-at@elsewhere.example' })).toMatchObject({
        found: true,
        learned: { learned: LEARNED },
      });
    });

    it.each([
      {
        what: 'names our address in business, and another account as the receiver',
        over: { receiver_id: 'OTHER00000001', receiver_email: 'thief@other.example' },
      },
      {
        what: 'names neither',
        over: { business: 'x@other.example', receiver_email: 'x@other.example', receiver_id: 'OTHER00000001' },
      },
      { what: 'names nobody', over: { business: '', receiver_email: '', receiver_id: 'OTHER00000001' } },
    ])('takes and learns nothing from a message that $what', async ({ over }) => {
      const lookup = await asked(over);
      expect(lookup).toMatchObject({ found: 'elsewhere', reason: 'receiver_mismatch' });
      expect(lookup).not.toHaveProperty('learned');
    });

    it('takes a message that names no id, and learns nothing from it', async () => {
      for (const over of [{ receiver_id: '' }, { receiver_id: 'not an id!' }, { receiver_email: '', receiver_id: '' }])
        expect(await asked(over)).toEqual({ ...(await asked({})), learned: undefined });
    });

    it('learns nothing from money that leaves, which is received by somebody else', async () => {
      expect(await asked({ txn_type: 'masspay' })).not.toHaveProperty('learned');
    });

    it('refuses every other merchant id from then on, and learns no second one', async () => {
      const known = { ...BY_EMAIL, learned: LEARNED };
      expect(await asked({}, known)).not.toHaveProperty('learned');
      expect(await asked({}, known)).toMatchObject({ found: true });
      expect(await asked({ receiver_id: 'OTHER00000001' }, known)).toMatchObject({ found: 'elsewhere' });
    });

    it('keeps to the learned id for a payment that was opened before it was', async () => {
      const asked = (over: MessageFields, credentials: PaypalStandardCredentials) =>
        paypalStandard.fetchFacts(notified(completed(over)), context({ credentials, openedWith: BY_EMAIL }));
      for (const credentials of [{ ...BY_EMAIL, learned: LEARNED }, SELLER]) {
        expect(await asked({}, credentials)).toMatchObject({ found: true });
        expect(await asked({ receiver_id: 'OTHER00000001' }, credentials)).toMatchObject({ found: 'elsewhere' });
      }
    });

    it('is still paid by what was opened with it, after the merchant has changed to another account', async () => {
      const openedWith = { receiverEmails: ['former@club.example'] };
      const fetchFacts = (over: MessageFields) =>
        paypalStandard.fetchFacts(notified(completed(over)), context({ openedWith }));
      const lookup = await fetchFacts({ receiver_id: 'FORMER0000001', receiver_email: 'former@club.example' });
      expect(lookup).toMatchObject({ found: true });
      expect(lookup).not.toHaveProperty('learned');
    });
  });

  it('an account without addresses still takes messages for its merchant id', async () => {
    expect(
      await fetchFacts(completed(), 'simulator', { receiverId: 'SELLER0000001', receiverEmails: [] }),
    ).toMatchObject({ found: true });
  });

  it('money of an unknown type is money, for its receiver alone', async () => {
    expect(await fetchFacts(completed({ txn_type: 'subscr_payment' }))).toMatchObject({
      facts: [{ kind: 'payment_captured' }, {}],
    });
    const theirs = completed({ txn_type: 'subscr_payment', receiver_id: 'OTHER00000001' });
    expect(await fetchFacts(theirs)).toMatchObject({ found: 'elsewhere', reason: 'receiver_mismatch' });
  });

  it.each([
    {
      what: 'a mass payment',
      over: { txn_type: 'masspay', receiver_id: 'OTHER00000001', receiver_email: 'payee@elsewhere.example' },
      word: 'money_out',
    },
    {
      what: 'money that we sent',
      over: { txn_type: 'send_money', mc_gross: '-50.00', receiver_id: 'OTHER00000001' },
      word: 'money_out',
    },
    {
      what: 'a message without a status',
      over: { payment_status: '', receiver_id: '', business: '', receiver_email: '' },
      word: 'nothing_said',
    },
  ])('$what is for a person, whomever it names as its receiver, and touches no payment', async ({ over, word }) => {
    expect(await fetchFacts(completed(over))).toMatchObject({
      found: true,
      facts: [],
      paymentId: null,
      references: [],
      remarks: [{ word }],
    });
  });

  it('a message of the other environment is elsewhere, whatever it says', async () => {
    expect(await fetchFacts(completed({ txn_type: 'masspay', test_ipn: undefined }))).toMatchObject({
      reason: 'environment_mismatch',
    });
  });

  it('a refund whose parent nobody knows is found all the same', async () => {
    expect(await fetchFacts(moneyBack('Refunded', { custom: '', invoice: '' }))).toMatchObject({
      found: true,
      paymentId: null,
      references: ['9XJ01234AB567890C', '61E67681CH3238416'],
      facts: [{ kind: 'payment_refunded', parent: '61E67681CH3238416' }],
    });
  });

  it('spoofed source headers spare nobody the question', async () => {
    says('INVALID');
    const subject = notified(completed());
    const raw = { ...subject.raw, headers: { ...subject.raw.headers, 'x-real-ip': '173.0.81.1' } };
    expect(await paypalStandard.fetchFacts({ ...subject, raw }, context())).toMatchObject({ found: false });
    expect(paypal.asked).toHaveLength(1);
  });

  it('the registry asks the same question with credentials as they are stored', async () => {
    const stored: unknown = JSON.parse(JSON.stringify(CREDENTIALS));
    const entry = GATEWAYS['paypal-standard'];
    expect(await entry.gateway.fetchFacts(notified(completed()), { ...context(), credentials: stored })).toMatchObject({
      found: true,
    });
    const openedWith: unknown = { receiverId: 'FORMER0000001' };
    const former = notified(completed({ receiver_id: 'FORMER0000001' }));
    expect(await entry.gateway.fetchFacts(former, { ...context(), credentials: stored, openedWith })).toMatchObject({
      found: true,
    });
    await expect(entry.gateway.fetchFacts(notified(completed()), { ...context(), credentials: {} })).rejects.toThrow(
      /receiverId/,
    );
  });
});

describe('the truth behind a PDT return', () => {
  const TX = '61E67681CH3238416';
  const answered = (over: MessageFields = {}) => completed({ test_ipn: undefined, ...over });
  const fetchFacts = (query: MessageFields = { tx: TX }, credentials = CREDENTIALS) =>
    paypalStandard.fetchFacts(notified(query, 'pdt'), context({ credentials }));

  it('is asked with the identity token', async () => {
    says(pdtSuccess(answered()));
    await fetchFacts({ tx: TX, st: 'Completed', amt: '1.00', cm: 'whatever' });
    expect(paypal.asked).toHaveLength(1);
    expect(paypal.asked[0]).toMatchObject({
      path: '/paypal/cgi-bin/webscr',
      headers: { 'content-type': 'application/x-www-form-urlencoded', 'user-agent': USER_AGENT },
    });
    expect(paypal.asked[0]?.body.toString()).toBe(`cmd=_notify-synch&tx=${TX}&at=identity-token`);
  });

  it('is the very facts of the IPN, so that both together are booked once', async () => {
    const byIpn = await paypalStandard.fetchFacts(notified(completed()), context());
    says(pdtSuccess(answered()));
    expect(await fetchFacts({ tx: TX, st: 'Completed', amt: '0.01', cc: 'USD', cm: 'pay_somebodyelse' })).toEqual(
      byIpn,
    );
  });

  it.each(['Reversed', 'Refunded'])(
    'an answer that shows the payment only as %s is no evidence that money came',
    async (payment_status) => {
      says(pdtSuccess(answered({ payment_status, mc_fee: '' })));
      expect(await fetchFacts({ tx: TX })).toMatchObject({
        found: true,
        facts: [{ kind: 'payment_failed', gatewayReference: TX }],
      });
    },
  );

  it('is pending where the answer says so, whatever the query says', async () => {
    says(pdtSuccess(answered({ payment_status: 'Pending', pending_reason: 'echeck', mc_fee: '' })));
    expect(await fetchFacts({ tx: TX, st: 'Completed' })).toMatchObject({
      found: true,
      facts: [{ kind: 'payment_pending', reason: 'echeck' }],
    });
  });

  it.each([
    ['FAIL\n Error: 4003', 'pdt_fail_4003'],
    ['FAIL\nError: 4020\n', 'pdt_fail_4020'],
    ['FAIL', 'pdt_fail_unknown'],
  ])('%j is a no that says why', async (body, reason) => {
    says(body);
    expect(await fetchFacts()).toEqual({ found: false, reason });
  });

  it.each([
    { what: 'a page', status: 200, body: '<html>SUCCESS</html>', code: 'unreadable_answer' },
    { what: 'an empty body', status: 200, body: '', code: 'unreadable_answer' },
    { what: 'a 500', status: 500, body: 'SUCCESS\n', code: 'http_500' },
    { what: 'a 400', status: 400, body: 'FAIL', code: 'http_400' },
  ])('$what is no answer', async ({ status, body, code }) => {
    says(body, status);
    expect(await failureOf(fetchFacts())).toMatchObject({ code, moved: 'no', retry: 'later' });
  });

  it('a redirect is no answer, and the identity token goes nowhere else', async () => {
    says('', 307, { location: stranger.url });
    expect(await failureOf(fetchFacts())).toMatchObject({ code: 'redirected' });
    expect(stranger.asked).toBe(0);
  });

  it.each(['OTHER00000000TX01', '', undefined])(
    'an answer about %p when another transaction was asked is believed by nobody',
    async (txn_id) => {
      says(pdtSuccess(answered({ txn_id })));
      expect(await fetchFacts()).toEqual({ found: 'unknown', reason: 'other_transaction' });
    },
  );

  it('the transaction of another merchant is not ours', async () => {
    says(pdtSuccess(answered({ receiver_id: 'OTHER00000001' })));
    expect(await fetchFacts()).toMatchObject({ found: 'elsewhere', reason: 'receiver_mismatch' });
  });

  it('the transaction of another payment names that payment, not the page it was shown on', async () => {
    says(pdtSuccess(answered({ custom: PAYMENT_ID })));
    expect(await fetchFacts({ tx: TX, cm: 'pay_of_another_page' })).toMatchObject({
      found: true,
      paymentId: PAYMENT_ID,
    });
  });

  it('without an identity token nobody is asked', async () => {
    expect(await fetchFacts({ tx: TX }, SELLER)).toEqual({ found: false, reason: 'pdt_not_configured' });
    expect(paypal.asked).toHaveLength(0);
  });

  it.each([
    { what: 'of the former account, after the merchant has moved', receiverId: 'FORMER0000001', token: 'former-token' },
    {
      what: 'of today, after it was renewed for the same account',
      receiverId: 'SELLER0000001',
      token: 'identity-token',
    },
  ])('is asked with the token $what', async ({ receiverId, token }) => {
    says(pdtSuccess(answered({ receiver_id: receiverId })));
    const openedWith = { receiverId, receiverEmails: [], pdtIdentityToken: 'former-token' };
    expect(await paypalStandard.fetchFacts(notified({ tx: TX }, 'pdt'), context({ openedWith }))).toMatchObject({
      found: true,
    });
    expect(paypal.asked[0]?.body.toString()).toContain(`&at=${token}`);
  });

  it('a return without a token cannot be asked about, now or later', async () => {
    expect(await failureOf(fetchFacts({ st: 'Completed', amt: '50.00' }))).toMatchObject({
      code: 'unaskable',
      retry: 'never',
      moved: 'no',
    });
    expect(paypal.asked).toHaveLength(0);
  });
});

describe('what PayPal Standard cannot be asked', () => {
  it.each(['webhook', 'poll'] as const)('a %s message is asked about never', async (channel) => {
    expect(await failureOf(paypalStandard.fetchFacts(notified(completed(), channel), context()))).toMatchObject({
      code: 'unaskable',
      retry: 'never',
    });
  });
});
