import { brokenInvariants } from '../support/audit';
import { call, eventually, Merchant, untilStatus } from '../support/client';
import { payAs } from '../support/paypal';
import { startWorkerProcess } from '../support/processes';
import { startSmtpServer } from '../support/smtp';
import type { Mail } from '../support/smtp';
import { startWorld } from '../support/world';
import type { World, WorldOptions } from '../support/world';

// Temporal gives a dead worker ten seconds before it hands its task to another.

async function inWorld(options: WorldOptions, story: (world: World) => Promise<void>): Promise<void> {
  const world = await startWorld(options);
  try {
    await story(world);
    expect(await brokenInvariants(world)).toEqual({});
  } finally {
    await world.stop();
  }
}

async function pay(merchant: Merchant, member: string): Promise<{ id: string; txnId: string }> {
  const payment = await merchant.pay(member, { amount: 1000 });
  const { txnId } = await payAs(merchant, payment);
  return { id: payment.id, txnId };
}

interface LetterInMailbox {
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  readonly copies: number;
}
const mailbox = async (world: World) =>
  (await call<{ data: LetterInMailbox[] }>(world.simulator.url, null, 'GET', '/control/mailbox/letters')).body.data;
const answerAs = (world: World, answer: string) =>
  call(world.simulator.url, null, 'POST', '/control/mailbox/answers', { answer });
const answerWell = (world: World) => call(world.simulator.url, null, 'DELETE', '/control/mailbox/answers');
const waiting = async (world: World) =>
  (await world.db.sql.query<{ tries: number }>("SELECT tries FROM letters WHERE state = 'queued'")).rows;

test('a member hears of money that arrived and of money that went back, each once and in their language', () =>
  inWorld({ mail: 'simulator' }, async (world) => {
    const merchant = await Merchant.create(world);
    const member = await merchant.member();
    await merchant.patch(`/v1/members/${member}`, { locale: 'fr' });
    const { id, txnId } = await pay(merchant, member);
    await untilStatus(merchant, id, 'paid');
    await call(world.simulator.url, null, 'POST', `/control/payments/${txnId}/events`, {
      kind: 'refund',
      amount: '4.00',
    });
    await untilStatus(merchant, id, 'partially_refunded');
    const letters = await eventually(
      () => mailbox(world),
      ({ length }) => length === 2,
    );
    expect(letters.map(({ to, subject }) => `${to}: ${subject.replace(/\s/g, ' ')}`).sort()).toEqual([
      'anne@example.org: Club a reçu 10,00 €',
      'anne@example.org: Club vous a remboursé 4,00 €',
    ]);
    expect(await waiting(world)).toEqual([]);
  }));

test('a mail server that says nothing holds up no payment, and its letters leave when it speaks again', async () => {
  const server = await startSmtpServer();
  server.mood = { greeting: 'silence' };
  await inWorld({ mail: { smtpUrl: server.url } }, async (world) => {
    const merchant = await Merchant.create(world);
    const member = await merchant.member();
    // More than are sent at once.
    const paid = await Promise.all(Array.from({ length: 8 }, () => pay(merchant, member)));
    for (const { id } of paid) await untilStatus(merchant, id, 'paid');
    expect(server.mails).toEqual([]);
    server.mood = {};
    await eventually(
      () => Promise.resolve(server.mails.length),
      (count) => count >= 8,
    );
    await eventually(
      () => waiting(world),
      ({ length }) => length === 0,
    );
    expect(new Set(server.mails.map(messageId)).size).toBe(8);
  });
  await server.stop();
});

const messageId = ({ source }: Mail) => /^Message-ID: <(.+)>$/im.exec(source)?.[1];

test('a worker is killed between the booking and its letter: another sends it, once', () =>
  inWorld({ workers: 0 }, async (world) => {
    const merchant = await Merchant.create(world);
    const member = await merchant.member();
    await answerAs(world, 'busy');
    const told = { MAIL: 'simulator', MAIL_RETRY_S: '1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1' };
    const worker = await startWorkerProcess(world, told);
    const { id } = await pay(merchant, member);
    await untilStatus(merchant, id, 'paid');
    await worker.kill();
    expect(await waiting(world)).toHaveLength(1);
    expect(await mailbox(world)).toEqual([]);
    await answerWell(world);

    const other = await startWorkerProcess(world, told);
    const [letter] = await eventually(
      () => mailbox(world),
      ({ length }) => length === 1,
    );
    await eventually(
      () => waiting(world),
      ({ length }) => length === 0,
    );
    expect(letter).toMatchObject({ to: 'anne@example.org', copies: 1 });
    await other.stop();
  }));

test('a worker is killed while it sends a letter: another sends it again, and it is there once', () =>
  inWorld({ workers: 0 }, async (world) => {
    const merchant = await Merchant.create(world);
    const member = await merchant.member();
    await answerAs(world, 'slow');
    const worker = await startWorkerProcess(world, { MAIL: 'simulator', MAIL_TIMEOUT_MS: '5000' });
    const { id } = await pay(merchant, member);
    await untilStatus(merchant, id, 'paid');
    await eventually(
      () => mailbox(world),
      ({ length }) => length === 1,
    );
    await worker.kill();
    await answerWell(world);

    const other = await startWorkerProcess(world, { MAIL: 'simulator' });
    await eventually(
      () => waiting(world),
      ({ length }) => length === 0,
    );
    expect(await mailbox(world)).toMatchObject([{ to: 'anne@example.org', copies: 2 }]);
    await other.stop();
  }));

test('without a mail server money is told to nobody, and nothing waits for one', () =>
  inWorld({}, async (world) => {
    const merchant = await Merchant.create(world);
    const { id } = await pay(merchant, await merchant.member());
    await untilStatus(merchant, id, 'paid');
    expect(await waiting(world)).toEqual([]);
  }));
