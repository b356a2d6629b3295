import { signedIn } from '../support/browser';
import { call, eventually, Merchant, untilStatus } from '../support/client';
import { control, kkiapayMerchant, payByWidget } from '../support/gateways';
import { ipn, payAs, sendGenuine } from '../support/paypal';
import { startWorld } from '../support/world';
import type { World } from '../support/world';
import { asking, memberOf, watcherOf } from './asking';
import { refused, refusedField } from './refusal';

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.stop());

const SETTINGS = { name: 'Aviron <Ost>', locale: 'fr', timeZone: 'Asia/Tokyo' } as const;
async function newClub(): Promise<Merchant> {
  const club = await Merchant.create(world, SETTINGS);
  const change = { address: '3 quai du Port\n17000 La Rochelle', registration: 'RNA W123456789' };
  expect((await asking(world, club.secretKey).patch('/v1/merchant', change)).status).toBe(200);
  return club;
}
/** Sixty euros, of which fifty are owed. */
async function paid(club: Merchant) {
  const member = await club.member([['licence', 5000]]);
  const payment = await club.pay(member, { amount: 6000 });
  const { txnId } = await payAs(club, payment);
  await untilStatus(club, payment.id, 'paid');
  return { id: payment.id, member, txnId };
}
const receiptOf = (club: Merchant, id: string, query = '') => club.get<string>(`/v1/payments/${id}/receipt${query}`);
/** What a reader of the page reads, with plain spaces. */
const textOf = (page: string) =>
  page
    .replace(/<(style|title)[\s\S]*?<\/\1>|<[^>]+>/g, ' ')
    .replace(/&#(\d+);/g, (_all, code: string) => String.fromCharCode(Number(code)))
    .replace(/\s+/g, ' ');

test('says who paid what to whom, for what, what is kept for later, and when by the merchant’s clock', async () => {
  const club = await newClub();
  const { id } = await paid(club);
  const answer = await receiptOf(club, id, '?locale=en');
  expect(answer.status).toBe(200);
  const text = textOf(answer.body);
  const [capture] = (await club.payment(id)).timeline.filter(({ kind }) => kind === 'payment_captured');
  const day = new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeZone: SETTINGS.timeZone }).format(
    new Date(capture!.occurredAt ?? capture!.recordedAt),
  );
  for (const said of [
    'Receipt',
    'Aviron <Ost> 3 quai du Port 17000 La Rochelle RNA W123456789',
    'Paid by Anne Martin',
    'Amount €60.00',
    `On ${day}`,
    'Through PayPal',
    'licence: €50.00 €10.00 kept for later',
    id,
    'Test: no real money moved.',
  ])
    expect(text).toContain(said);
  expect(answer.body).not.toContain('<Ost>');
});

test('is an attestation in French, and never what the law calls a tax receipt', async () => {
  const club = await newClub();
  const { id, member } = await paid(club);
  const ofMerchant = (await receiptOf(club, id)).body;
  expect(ofMerchant).toContain('<html lang="fr">');
  expect(textOf(ofMerchant)).toContain('Attestation de paiement');
  expect(textOf(ofMerchant)).toContain('Montant 60,00 €');
  expect(ofMerchant).not.toMatch(/reçu fiscal/i);
  await asking(world, club.secretKey).patch(`/v1/members/${member}`, { locale: 'en' });
  expect((await receiptOf(club, id)).body).toContain('<html lang="en">');
  refusedField(await receiptOf(club, id, '?locale=de'), 'locale');
  refusedField(await receiptOf(club, id, '?language=fr'), 'language');
});

test('tells what went back since, and what it pays then', async () => {
  const club = await newClub();
  const { id, txnId } = await paid(club);
  await control(world, 'POST', `/payments/${txnId}/events`, { kind: 'refund', amount: '20.00' });
  await untilStatus(club, id, 'partially_refunded');
  const text = textOf((await receiptOf(club, id, '?locale=en')).body);
  expect(text).toContain('Amount €60.00');
  expect(text).toMatch(/Since then [^:]+: €20\.00 given back/);
  expect(text).toContain('licence: €40.00');
  expect(text).not.toContain('kept for later');
  await control(world, 'POST', `/payments/${txnId}/events`, { kind: 'refund', amount: '40.00' });
  await untilStatus(club, id, 'refunded');
  expect(textOf((await receiptOf(club, id, '?locale=en')).body)).toContain('It pays nothing any more');
});

test('there is none before money is in the cart', async () => {
  const club = await newClub();
  const payment = await club.pay(await club.member([['licence', 5000]]));
  refused(await receiptOf(club, payment.id), 'payment_not_booked');
  await sendGenuine(club, ipn(club, payment, { mc_gross: '30.00' }));
  await untilStatus(club, payment.id, 'needs_review');
  refused(await receiptOf(club, payment.id), 'payment_not_booked');
  await club.post(`/v1/payments/${payment.id}/resolution`, { action: 'accept' });
  const { body } = await eventually(
    () => receiptOf(club, payment.id, '?locale=en'),
    ({ status }) => status === 200,
  );
  expect(textOf(body)).toContain('Amount €30.00');
});

test('money without decimals has none', async () => {
  const club = await kkiapayMerchant(world);
  const { id } = await payByWidget(club, await club.member([['fee', 5000]]));
  await untilStatus(club, id, 'paid');
  expect(textOf((await receiptOf(club, id, '?locale=fr')).body)).toContain('5 000 F CFA');
});

test('is for those who may see the payment, and is kept by nobody; nothing on it runs', async () => {
  const club = await newClub();
  const { id, member } = await paid(club);
  const other = await paid(club);
  const path = `/v1/payments/${id}/receipt`;
  const [theirs, others] = [await memberOf(club, member), await memberOf(club, other.member)];
  const [watching, elsewhere] = [await watcherOf(club, id), await watcherOf(club, other.id)];
  const desk = await signedIn(world, { [club.id]: 'desk' });
  for (const who of [theirs, watching, desk]) expect((await who.get(path)).status).toBe(200);
  const stranger = await Merchant.create(world);
  for (const who of [others, elsewhere, stranger]) refused(await who.get(path), 'not_found');
  refused(await asking(world, null).get(path), 'unauthenticated');
  const { headers, body } = await club.get<string>(path);
  expect(headers.get('cache-control')).toBe('no-store');
  const policy = headers.get('content-security-policy') ?? '';
  expect(policy).toContain("default-src 'none'");
  expect(policy).not.toMatch(/script|unsafe|self/);
  expect(body).not.toMatch(/<script|src=/);
  const posted = await call(world.baseUrl, club.secretKey, 'POST', path, {});
  refused(posted, 'method_not_allowed');
});
