import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describeMoney, isCurrency } from '../../workflows/domain/money';
import { asking, memberOf } from '../api/asking';
import type { Asking, Page } from '../api/asking';
import { eventually, Merchant, untilStatus } from '../support/client';
import type { PaymentView } from '../support/client';
import { approveAs, connectCheckout, visit } from '../support/gateways';
import { ipn, payAs, sendGenuine } from '../support/paypal';
import { startWorld } from '../support/world';
import type { World } from '../support/world';

type State = Readonly<Record<string, unknown>>;
interface Row {
  readonly action: string;
  readonly object: { readonly kind: string; readonly id: string };
  readonly actor: { readonly kind: string; readonly id: string | null };
  readonly before: State | null;
  readonly after: State | null;
}

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.stop());

test('the trail of a day at a club reads like a diary', async () => {
  const { club, called } = await spendTheDay();
  const { data } = (await club.get<Page<Row>>('/v1/audit?limit=100')).body;
  const page = write('A day at the rowing club', [...data].reverse(), called);
  const file = path.join(__dirname, 'pages', 'demo-day.txt');
  if (process.env['WRITE_STORIES'] === '1') writeFileSync(file, page);
  expect(page).toBe(readFileSync(file, 'utf8'));
});

/** What happens, one thing after the other; gives what people call those of whom the trail has only ids. */
async function spendTheDay() {
  const called = new Map<string, string>();
  // In the morning the club is founded, and its treasurer connects PayPal by an address alone, and PayPal Checkout by an app.
  const byAddress = { receiverId: undefined, pdtIdentityToken: undefined };
  const club = await Merchant.create(world, { name: 'Rowing club', country: 'FR' }, byAddress);
  await connectCheckout(club);
  called.set((await club.get<Page<{ id: string }>>('/v1/keys')).body.data[0]!.id, 'the first key');
  called.set(club.id, 'the club');
  const keyFor = async (name: string, scopes: readonly string[]) => {
    const { id, secretKey } = (await club.post<{ id: string; secretKey: string }>('/v1/keys', { name, scopes })).body;
    called.set(id, `the ${name}’s key`);
    return asking(world, secretKey);
  };
  const [desk, treasurer] = [
    await keyFor('desk', ['read', 'payments']),
    await keyFor('treasurer', ['read', 'refunds']),
  ];
  await asking(world, club.secretKey).patch('/v1/merchant', {
    latePayments: 'refund',
    returnOrigins: ['https://rowing.example'],
    thankYouUrl: 'https://rowing.example/thanks',
  });

  // The desk enrols members, and corrects what one of them wrote badly.
  const enrol = async (name: string, details: object = {}) => {
    const { id } = (await desk.post<{ id: string }>('/v1/members', { name, ...details })).body;
    called.set(id, name);
    return id;
  };
  const [anne, bruno, chloe] = [
    await enrol('Anne', { email: 'anne@example.org' }),
    await enrol('Bruno', { email: 'bruno@exampel.org', phone: '+33600000000', reference: 'R-2' }),
    await enrol('Chloé'),
  ];
  await desk.patch(`/v1/members/${bruno}`, { email: 'bruno@example.org', phone: null });
  const owe = (member: string, label: string, amount: number) =>
    desk.post<{ id: string }>(`/v1/members/${member}/charges`, { label, category: 'fee', amount, currency: 'EUR' });
  await owe(anne, 'Membership', 12000);
  const outing = (await owe(bruno, 'Outing', 3000)).body.id;
  await owe(bruno, 'Membership', 12000);

  // Anne pays by herself, and PayPal tells whose the address is.
  const browser = await memberOf(club, anne);
  const open = async (by: Asking, member: string, gateway: string, over: object = {}) =>
    (await by.post<PaymentView>('/v1/payments', { member, gateway, ...over })).body;
  const byAnne = await open(browser, anne, 'paypal-standard');
  await payAs(club, byAnne);
  await untilStatus(club, byAnne.id, 'paid');

  // Bruno stays away from the outing, changes his mind about how to pay, and gets a part of it back.
  await desk.post(`/v1/members/${bruno}/charges/${outing}/cancellation`, { note: 'ill' });
  const first = await open(desk, bruno, 'paypal-standard');
  await desk.post(`/v1/payments/${first.id}/cancel`);
  const second = await open(desk, bruno, 'paypal-checkout');
  await visit(await approveAs(club, second));
  await untilStatus(club, second.id, 'paid');
  await treasurer.post(`/v1/payments/${second.id}/refunds`, { amount: 2000, note: 'half a season' });

  // Somebody sends less than was asked, somebody sends money without a word, and PayPal writes of prizes.
  const misfit = await open(desk, chloe, 'paypal-standard', { amount: 5000 });
  const toUs = { receiver_id: misfit.nextAction?.fields['business'] };
  await sendGenuine(club, ipn(club, misfit, { ...toUs, mc_gross: '45.00' }));
  await untilStatus(club, misfit.id, 'needs_review');
  await treasurer.post(`/v1/payments/${misfit.id}/resolution`, { action: 'accept', note: 'agreed by telephone' });
  const message = async (state: string, over: Record<string, string> = {}) => {
    await sendGenuine(
      club,
      ipn(club, { nextAction: null }, { ...toUs, mc_gross: '25.00', mc_currency: 'EUR', ...over }),
    );
    const [row] = await eventually(
      () => club.notifications(`&state=${state}`),
      (rows) => rows.length > 0,
    );
    return row!.id;
  };
  await treasurer.post(`/v1/notifications/${await message('unmatched')}/attachment`, { member: chloe });
  await treasurer.post(`/v1/notifications/${await message('attention', { txn_type: 'masspay' })}/dismissal`);

  // A file of charges was the wrong one. Chloé leaves, and nothing of her is kept; the desk closes for the season.
  const file = 'reference,label,category,amount\nR-2,Locker,fee,20.00\nR-2,Boat rack,fee,35.50\n';
  const csv = { 'content-type': 'text/csv' };
  const imported = (await desk.post<{ id: string }>('/v1/imports?kind=charges', file, csv)).body.id;
  await desk.ask('DELETE', `/v1/imports/${imported}`);
  await desk.ask('DELETE', `/v1/members/${chloe}`);
  const [key] = [...called].find(([, name]) => name === 'the desk’s key') ?? [''];
  await asking(world, club.secretKey).ask('DELETE', `/v1/keys/${key}`);
  return { club, called };
}

/** A line for each row. The clock of the day is the page's own: ten minutes from line to line. */
function write(title: string, rows: readonly Row[], called: ReadonlyMap<string, string>): string {
  const numbered = new Map<string, string>();
  const counts = new Map<string, number>();
  const nameOf = (kind: string, id: string | null): string => {
    if (id === null) return `the ${kind}`;
    const known = called.get(id) ?? numbered.get(id);
    if (known !== undefined) return known;
    if (!/^[a-z]{3}_/.test(id)) return id; // a gateway
    const name = `${kind} ${(counts.get(kind) ?? 0) + 1}`;
    counts.set(kind, (counts.get(kind) ?? 0) + 1);
    numbered.set(id, name);
    return name;
  };
  const lines = rows.map(({ action, object, actor, before, after }, index) => {
    const minutes = 9 * 60 + index * 10;
    const time = [Math.floor(minutes / 60), minutes % 60].map((part) => String(part).padStart(2, '0')).join(':');
    const [who, what] = [nameOf(actor.kind, actor.id), nameOf(object.kind, object.id)];
    return `${time}  ${who.padEnd(21)}${action.padEnd(32)}${what.padEnd(21)}${describe(before, after, nameOf)}`.trimEnd();
  });
  return [title, '='.repeat(title.length), '', ...lines, ''].join('\n');
}

type Naming = (kind: string, id: string) => string;

/** What differs, `as it was → as it is`, or what was before it went; of what is withheld, its name alone. */
function describe(before: State | null, after: State | null, nameOf: Naming): string {
  const [was, is] = [readable(before, nameOf), readable(after, nameOf)];
  const parts = [...new Set([...was.keys(), ...is.keys()])].map((name) => {
    const [old, young] = [was.get(name), is.get(name)];
    return old === undefined || young === undefined ? `${name} ${old ?? young}` : `${name} ${old} → ${young}`;
  });
  return `${before !== null && after === null ? 'was: ' : ''}${parts.join(', ')}`;
}

/** Its fields in words, but those that hold nothing; money is one of them, and what is withheld the last. */
function readable(state: State | null, nameOf: Naming): ReadonlyMap<string, string> {
  const { amount, currency, withheld, ...rest } = state ?? {};
  const inWords = (name: string, value: unknown): string => {
    if (Array.isArray(value)) return value.map((part) => inWords(name, part)).join(' and ') || 'none';
    if (typeof value !== 'string') return JSON.stringify(value);
    if (/^\d{4}-\d\d-\d\dT/.test(value)) return 'in a while';
    return /^[a-z]{3}_[0-9a-z]{26}$/.test(value) ? nameOf(name, value) : value;
  };
  const isMoney = typeof amount === 'number' && typeof currency === 'string' && isCurrency(currency);
  const fields = Object.entries(isMoney ? rest : { ...rest, amount, currency })
    .filter(([, value]) => value !== null && value !== undefined)
    .map(([name, value]) => [name, inWords(name, value)] as const);
  return new Map([
    ...fields,
    ...(isMoney ? [['amount', describeMoney({ amount, currency })] as const] : []),
    ...(withheld === undefined ? [] : [['not told:', inWords('withheld', withheld)] as const]),
  ]);
}
