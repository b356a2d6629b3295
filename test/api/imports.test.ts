import fc from 'fast-check';
import { readTable } from '../../api/desks/csv';
import { Merchant, untilStatus } from '../support/client';
import type { CartView, Reply } from '../support/client';
import { payAs } from '../support/paypal';
import { startWorld } from '../support/world';
import type { World } from '../support/world';
import { asking, memberOf } from './asking';
import { refused, refusedField } from './refusal';

interface Imported {
  readonly id: string | null;
  readonly rows: readonly { readonly line: number; readonly outcome: string; readonly message: string | null }[];
  readonly created: number;
  readonly refused: number;
}

let world: World;
let merchant: Merchant;
beforeAll(async () => {
  world = await startWorld();
});
beforeEach(async () => {
  merchant = await Merchant.create(world);
});
afterAll(() => world.stop());

const send = (kind: string, file: string | Uint8Array, more = '', by = merchant) =>
  fetch(`${world.baseUrl}/v1/imports?kind=${kind}${more}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${by.secretKey}`, 'content-type': 'text/csv' },
    body: file,
  }).then(async (answer): Promise<Reply<Imported>> => ({
    status: answer.status,
    headers: answer.headers,
    body: (await answer.json()) as Imported,
  }));
const takeBack = (id: string | null, by = merchant) =>
  asking(world, by.secretKey).ask<{ id: string; cancelled: number }>('DELETE', `/v1/imports/${id}`);
const members = async () =>
  (
    await merchant.get<{ data: { id: string; name: string; email: string | null; reference: string | null }[] }>(
      '/v1/members',
    )
  ).body.data;
const outcomes = ({ body }: Reply<Imported>) => body.rows.map(({ line, outcome }) => `${line} ${outcome}`);
const memberCalled = async (reference: string): Promise<string> =>
  (await merchant.post<{ id: string }>('/v1/members', { name: 'Anne', reference })).body.id;

describe('members from a file', () => {
  test('are made, one for each good line; a bad line is refused with the name of its column', async () => {
    const reply = await send(
      'members',
      'name,email,phone,reference\nAnne,anne@example.org,,A1\nBruno,nobody,,A2\n,,,A3\nChloé,,call me,A4\nDora\n',
    );
    expect(reply.status).toBe(200);
    expect(reply.body).toMatchObject({ id: expect.stringMatching(/^imp_/), created: 1, refused: 4 });
    expect(outcomes(reply)).toEqual(['2 created', '3 refused', '4 refused', '5 refused', '6 refused']);
    expect(reply.body.rows.map(({ message }) => message)).toEqual([
      null,
      expect.stringContaining('column email'),
      expect.stringContaining('column name'),
      expect.stringContaining('column phone'),
      expect.stringContaining('cells'),
    ]);
    expect(await members()).toEqual([
      expect.objectContaining({ name: 'Anne', email: 'anne@example.org', reference: 'A1' }),
    ]);
  });

  test('who are known by their reference, or without one by their e-mail, are left as they are', async () => {
    await merchant.post('/v1/members', { name: 'Anne', email: 'Family@Example.org', reference: 'A1' });
    const reply = await send(
      'members',
      'reference;name;email\nA1;Another;x@example.org\nA2;Child;family@example.org\n;Somebody;FAMILY@example.org\nA2;Twice;\n',
    );
    expect(outcomes(reply)).toEqual(['2 unchanged', '3 created', '4 unchanged', '5 unchanged']);
    expect((await members()).map(({ name }) => name)).toEqual(['Child', 'Anne']);
  });

  test('of the same bytes are not made twice, though nothing names them, nor by two who send them at once', async () => {
    const file = 'name\nAnne\nAnne\n';
    const both = await Promise.all([send('members', file), send('members', file)]);
    expect(both.map(({ body }) => body.created).sort()).toEqual([0, 2]);
    expect(outcomes(await send('members', file))).toEqual(['2 unchanged', '3 unchanged']);
    expect(await members()).toHaveLength(2);
  });

  test('are not made by a dry run, which says the same', async () => {
    const file = 'name,reference\nAnne,A1\nAnne,A1\n,A2\n';
    const dry = await send('members', file, '&dryRun=1');
    expect(dry.body.id).toBeNull();
    expect(await members()).toEqual([]);
    expect((await send('members', file)).body.rows).toEqual(dry.body.rows);
  });

  test('called like a formula are called so: it is text', async () => {
    await send('members', 'name\n"=HYPERLINK(""x"")"\n@SUM(A1)\n');
    expect((await members()).map(({ name }) => name)).toEqual(['@SUM(A1)', '=HYPERLINK("x")']);
  });
});

describe('charges from a file', () => {
  test('are owed by the members whom their lines name', async () => {
    const anne = await memberCalled('A1');
    const reply = await send(
      'charges',
      '\ufeffreference;label;category;amount;dueOn\r\nA1;"Fee; ""2027""\r\nadult";fee;120,50;2027-01-31\r\nA1;Camp;camp;30;\r\n',
    );
    expect(outcomes(reply)).toEqual(['2 created', '4 created']);
    expect((await merchant.cart(anne)).charges).toMatchObject([
      { label: 'Fee; "2027" adult', category: 'fee', amount: 12050, dueOn: '2027-01-31' },
      { label: 'Camp', category: 'camp', amount: 3000 },
    ]);
  });

  test.each([
    ['nobody has', 'B9,Fee,fee,10,', 'column reference'],
    ['nobody is named by', ',Fee,fee,10,', 'column reference or email'],
    ['asks for nothing', 'A1,Fee,fee,0,', 'column amount'],
    ['asks for less than nothing', 'A1,Fee,fee,-5,', 'column amount'],
    ['asks for a tenth of a cent', 'A1,Fee,fee,1.001,', 'column amount'],
    ['parts its thousands', 'A1,Fee,fee,"1,000.00",', 'column amount'],
    ['may ask for a thousand or for one', 'A1,Fee,fee,"1,000",', 'column amount: 1,000 can be read in two ways'],
    ['may ask for 1250 or for 1.25', 'A1,Fee,fee,1.250,', 'column amount: 1.250 can be read in two ways'],
    ['asks for a word', 'A1,Fee,fee,ten,', 'column amount'],
    ['has no label', 'A1,,fee,10,', 'column label'],
    ['has a category with a colon', 'A1,Fee,a:b,10,', 'column category'],
    ['is due on no day', 'A1,Fee,fee,10,31.01.2027', 'column dueOn'],
  ])('of a line that %s are refused', async (_what, line, message) => {
    const anne = await memberCalled('A1');
    const reply = await send('charges', `reference,label,category,amount,dueOn\n${line}\n`);
    expect(reply.body).toMatchObject({ created: 0, refused: 1, rows: [{ message: expect.stringContaining(message) }] });
    expect((await merchant.cart(anne)).charges).toEqual([]);
  });

  test('of a currency without decimals are refused where a mark may part thousands, of one with three read to the last', async () => {
    const lines = (sum: string) => `reference,label,category,amount\nA1,Fee,fee,${sum}\n`;
    const benin = await Merchant.create(world, { currency: 'XOF' });
    await benin.post('/v1/members', { name: 'Afi', reference: 'A1' });
    const { body } = await send('charges', lines('15.000'), '', benin);
    expect(body.rows[0]).toMatchObject({ line: 2, outcome: 'refused', message: expect.stringContaining('two ways') });
    expect((await send('charges', lines('15000'), '', benin)).body.created).toBe(1);
    const tunis = await Merchant.create(world, { currency: 'TND' });
    const afi = (await tunis.post<{ id: string }>('/v1/members', { name: 'Afi', reference: 'A1' })).body.id;
    await send('charges', lines('1.250'), '', tunis);
    expect((await tunis.cart(afi)).due).toBe(1_250);
  });

  test('are made once; what was refused is made when the file comes again and the member is known', async () => {
    const anne = await memberCalled('A1');
    const file = 'reference,label,category,amount\nA1,Fee,fee,10\nA2,Fee,fee,20\n';
    expect(outcomes(await send('charges', file))).toEqual(['2 created', '3 refused']);
    const bruno = await memberCalled('A2');
    expect(outcomes(await send('charges', file))).toEqual(['2 unchanged', '3 created']);
    expect([(await merchant.cart(anne)).due, (await merchant.cart(bruno)).due]).toEqual([1000, 2000]);
  });

  test('are paid from credit at once, like any charge', async () => {
    const anne = await memberCalled('A1');
    const payment = await merchant.pay(anne, { amount: 1500 });
    await payAs(merchant, payment);
    await untilStatus(merchant, payment.id, 'paid');
    await send('charges', 'reference,label,category,amount\nA1,Fee,fee,10\n');
    expect(await merchant.cart(anne)).toMatchObject({ balance: 500, charges: [{ amount: 1000, paid: 1000 }] });
  });

  test('are taken back where nothing was paid of them; again takes nothing, and the file may come again', async () => {
    const anne = await memberCalled('A1');
    const bruno = await memberCalled('A2');
    const payment = await merchant.pay(anne, { amount: 500 });
    await payAs(merchant, payment);
    await untilStatus(merchant, payment.id, 'paid');
    const file = 'reference,label,category,amount\nA1,Fee,fee,10\nA2,Fee,fee,20\n';
    const { body } = await send('charges', file);
    expect(await takeBack(body.id)).toMatchObject({ status: 200, body: { id: body.id, cancelled: 1 } });
    expect(await takeBack(body.id)).toMatchObject({ status: 200, body: { id: body.id, cancelled: 0 } });
    const due = async (id: string): Promise<CartView['due']> => (await merchant.cart(id)).due;
    expect([await due(anne), await due(bruno)]).toEqual([500, 0]);
    const again = await send('charges', file);
    expect(again.body.created).toBe(2);
    expect(again.body.id).not.toBe(body.id);
  });

  test("of another merchant's import stay", async () => {
    const stranger = await Merchant.create(world);
    await memberCalled('A1');
    const { body } = await send('charges', 'reference,label,category,amount\nA1,Fee,fee,10\n');
    refused(await takeBack(body.id, stranger), 'not_found');
    refused(await takeBack('imp_none'), 'not_found');
    expect((await takeBack(body.id)).body.cancelled).toBe(1);
  });
});

describe('a file that is none', () => {
  test('is refused whole, and makes nothing', async () => {
    refused(await send('members', Buffer.from('name\nZo\xe9\n', 'latin1')), 'encoding_not_supported');
    refusedField(await send('members', 'name,born\nAnne,1990\n'), 'born');
    refusedField(await send('members', 'name,name\nAnne,Anne\n'), 'name');
    refusedField(await send('members', 'email\nanne@example.org\n'), 'name');
    refusedField(await send('charges', 'label,category,amount\nFee,fee,10\n'), 'reference');
    refused(await send('members', ''), 'invalid_request');
    refused(await send('members', 'name\nAnne\n"Bruno'), 'invalid_request');
    refused(await send('members', 'name\nAn\0ne\n'), 'invalid_request');
    refusedField(await send('payments', 'name\n'), 'kind');
    refusedField(await send('members', 'name\n', '&dryRun=yes'), 'dryRun');
    expect(await members()).toEqual([]);
  });

  test('of another type is refused, and so is one over 20 MB, and one of a member', async () => {
    refused(await merchant.post('/v1/imports?kind=members', { name: 'Anne' }), 'unsupported_media_type');
    refused(await send('members', `name\n${'x'.repeat(21 * 1024 * 1024)}`), 'body_too_large');
    const anne = await memberOf(merchant, await memberCalled('A1'));
    refused(await anne.post('/v1/imports?kind=members', {}), 'forbidden');
    refused(await merchant.get('/v1/imports'), 'method_not_allowed');
  });
});

test('any cells are read as they were written, in any order of columns, with either separator and any line ends', async () => {
  const known = ['name', 'email', 'phone', 'reference'];
  const cell = fc.string({ unit: fc.constantFrom('a', 'é', '"', ',', ';', ' ', '=', '😀', "'"), maxLength: 8 });
  await fc.assert(
    fc.asyncProperty(
      fc.shuffledSubarray(known, { minLength: 2 }),
      fc.constantFrom(',', ';'),
      fc.constantFrom('\n', '\r\n'),
      fc.boolean(),
      fc.array(fc.array(cell, { minLength: 4, maxLength: 4 }), { maxLength: 5 }),
      async (columns, separator, lineEnd, marked, table) => {
        const quoted = (value: string) => `"${value.replaceAll('"', '""')}"`;
        const lines = [
          columns.join(separator),
          ...table.map((row) => columns.map((_, i) => quoted(row[i]!)).join(separator)),
        ];
        const rows = await readTable(Buffer.from(`${marked ? '\ufeff' : ''}${lines.join(lineEnd)}`), known);
        expect(rows.map(({ line, cells }) => [line, Object.fromEntries(cells!)])).toEqual(
          table.map((row, at) => [at + 2, Object.fromEntries(columns.map((name, i) => [name, row[i]!.trim()]))]),
        );
      },
    ),
  );
});
