import { forgetBodies, moveBodies } from '../../books/bodies';
import { beginVerification, findMessage, listMessages, seenMessages } from '../../books/notifications';
import type { NotificationState } from '../../books/notifications';
import { doUpkeep } from '../../outbox/upkeep';
import { captured } from '../domain/builders';
import { brokenInvariants } from '../support/audit';
import {
  act,
  newClub,
  newId,
  newMember,
  newMessage,
  newPayment,
  now,
  openBooks,
  receive,
  tellUnmatched,
} from './bookkeeping';
import type { Books, Club } from './bookkeeping';

let db: Books;
let club: Club;
beforeEach(async () => {
  db = await openBooks();
  club = await newClub(db);
});
afterEach(async () => {
  try {
    expect(await brokenInvariants(db)).toEqual({});
  } finally {
    await db.close();
  }
});

const settle = (id: string, state: string, reason: string | null = null) =>
  db.sql.query('SELECT settle_without_facts($1, $2, $3)', [id, state, reason]);
const ago = (days: number) =>
  db.sql.query("UPDATE unapplied_messages SET since = since - $1 * interval '1 day'", [days]);

/** The bytes that a verification reads, or null where there are none. */
async function bytesOf(id: string): Promise<string | null> {
  const row = await beginVerification(db, id, null);
  return row?.sealed.toString() ?? null;
}
const bodies = async () =>
  (await db.sql.query<{ id: string }>('SELECT notification_id AS id FROM notification_bodies ORDER BY 1')).rows.map(
    ({ id }) => id,
  );

describe('the bytes of a message', () => {
  test('lie beside its row, and are what its verification reads', async () => {
    const { id } = await receive(db, club, { bytes: 'mc_gross=50' });
    expect((await db.sql.query('SELECT sealed FROM notifications')).rows).toEqual([{ sealed: null }]);
    expect(await bytesOf(id)).toBe('mc_gross=50');
  });

  test('stay as they came, for as long as anything came of the message', async () => {
    const applied = await newMessage(db, club);
    await settle(applied, 'applied');
    await newMessage(db, club);
    await expect(db.sql.query("UPDATE notification_bodies SET sealed = '\\x00'")).rejects.toThrow('stay as they came');
    await expect(db.sql.query('DELETE FROM notification_bodies')).rejects.toThrow('is not invalid');
    await expect(db.sql.query('TRUNCATE notification_bodies')).rejects.toThrow('insert-only');
  });

  test('of an invalid one are forgotten after a week, and of no other', async () => {
    const forged = await newMessage(db, club);
    const others = [];
    for (const state of ['applied', 'duplicate', 'attention', 'received']) {
      const id = await newMessage(db, club);
      if (state !== 'received') await settle(id, state);
      others.push(id);
    }
    await settle(forged, 'invalid', 'forged');
    await ago(6);
    await doUpkeep({ db, silentGateways: [] });
    expect(await bodies()).toEqual([forged, ...others].sort());
    await ago(1);
    await doUpkeep({ db, silentGateways: [] });
    expect(await bodies()).toEqual(others.sort());
    expect(await findMessage(db, club.merchantId, forged)).toMatchObject({ state: 'invalid', reason: 'forged' });
  });

  test('are forgotten a batch at a time, each once', async () => {
    for (let i = 0; i < 5; i++) await settle(await newMessage(db, club), 'invalid');
    await ago(8);
    const forgotten = [];
    for (let i = 0; i < 4; i++) forgotten.push(await forgetBodies(db, 7, 2));
    expect(forgotten).toEqual([2, 2, 1, 0]);
  });

  test('that were forgotten are kept anew when the message is sent again, and verified once more', async () => {
    const { id } = await receive(db, club, { bytes: 'resent' });
    await settle(id, 'invalid');
    await ago(8);
    expect(await forgetBodies(db, 7, 100)).toBe(1);
    expect(await receive(db, club, { bytes: 'resent' })).toMatchObject({ id, fresh: true, state: 'received' });
    expect(await bytesOf(id)).toBe('resent');

    await settle(id, 'invalid');
    expect(await forgetBodies(db, 7, 100)).toBe(0); // a week from the last verdict
    await ago(8);
    expect(await forgetBodies(db, 7, 100)).toBe(1);
    expect(await receive(db, club, { bytes: 'resent' })).toMatchObject({ id, fresh: false, state: 'invalid' });
    expect(await bodies()).toEqual([]);
  });

  test('of one that is sent again before they are forgotten are those that came first', async () => {
    const { id } = await receive(db, club, { bytes: 'resent' });
    await settle(id, 'invalid');
    await receive(db, club, { bytes: 'resent' });
    expect(await bytesOf(id)).toBe('resent');
    expect(await bodies()).toEqual([id]);
  });

  test('need not be moved where no release before kept any', async () => {
    await newMessage(db, club);
    expect(await moveBodies(db, 100)).toBe(0);
  });
});

describe('a list of messages', () => {
  const list = async (
    { state, ...filter }: { state?: NotificationState; paymentId?: string } = {},
    { of = club, before = null, limit = 50 }: { of?: Club; before?: number | null; limit?: number } = {},
  ) =>
    listMessages(
      db,
      of.merchantId,
      { ...filter, state: state && [state] },
      { before: before === null ? null : BigInt(before), limit },
    );
  const ids = async (...given: Parameters<typeof list>) => (await list(...given)).map(({ id }) => id);

  test('has each message under the state that it is in, newest first, and nobody else’s', async () => {
    const payment = await newPayment(db, club, await newMember(db, club));
    const messages: Record<string, string[]> = {};
    for (const state of ['invalid', 'attention', 'duplicate', 'applied', 'received', 'unmatched', 'invalid'] as const) {
      const id = await newMessage(db, club, state === 'applied' ? { payment: payment.id } : {});
      if (state === 'unmatched') {
        const about = captured(newId('ref'));
        await tellUnmatched(db, club, [about], { id, state, about });
      } else if (state === 'applied') {
        await act(
          db,
          payment,
          { kind: 'facts', facts: [captured('TX1')], at: now() },
          { notification: { id, state, about: captured('TX1') } },
        );
      } else if (state !== 'received') await settle(id, state);
      messages[state] = [id, ...(messages[state] ?? [])];
    }
    const stranger = await newClub(db);
    await newMessage(db, stranger);

    for (const [state, expected] of Object.entries(messages))
      expect(await ids({ state: state as NotificationState })).toEqual(expected);
    expect(await ids()).toHaveLength(7);
    expect(await ids({ paymentId: payment.id })).toEqual(messages['applied']);
    expect(await ids({ paymentId: payment.id, state: 'applied' })).toEqual(messages['applied']);
    expect(await ids({ paymentId: payment.id, state: 'invalid' })).toEqual([]);
    expect(await ids({ state: 'invalid' }, { of: stranger })).toEqual([]);
    expect(await ids({ paymentId: payment.id }, { of: stranger })).toEqual([]);
    expect(await ids({}, { of: await newClub(db) })).toEqual([]);
    expect(await findMessage(db, stranger.merchantId, messages['invalid']![0]!)).toBeNull();
  });

  test('goes on where a page ended, over all accounts of the merchant', async () => {
    const { rows } = await db.sql.query<{ id: string }>(
      `INSERT INTO gateway_accounts (id, merchant_id, gateway, environment, path_token, credentials, key_id)
       VALUES ($1, $2, 'kkiapay', 'simulator', 'token', '', 'key') RETURNING id`,
      [newId('acc'), club.merchantId],
    );
    const second = { ...club, accountId: rows[0]!.id };
    const made: string[] = [];
    for (const addressee of [club, second, second, club, second]) {
      const id = await newMessage(db, addressee);
      await settle(id, 'attention');
      made.unshift(id);
    }
    for (const filter of [{}, { state: 'attention' } as const]) {
      const first = await list(filter, { limit: 2 });
      expect(first.map(({ id }) => id)).toEqual(made.slice(0, 3));
      expect(await ids(filter, { before: first[1]!.sequence })).toEqual(made.slice(2));
    }
  });

  test('has the payer of a verified message alone, and of one from before its bytes', async () => {
    const payment = await newPayment(db, club, await newMember(db, club));
    const { id } = await receive(db, club, { bytes: 'bytes', payment: payment.id });
    expect(await findMessage(db, club.merchantId, id)).toMatchObject({ payer: null, sealed: null });
    const about = captured('TX1');
    await act(
      db,
      payment,
      { kind: 'facts', facts: [about], at: now() },
      { notification: { id, state: 'applied', about } },
    );
    expect(await list()).toMatchObject([{ payer: Buffer.from('somebody'), sealed: null }]);
    await db.sql.query(
      'BEGIN; SET LOCAL session_replication_role = replica; UPDATE notification_bodies SET payer = NULL; COMMIT',
    );
    expect(await list()).toMatchObject([{ payer: null, sealed: Buffer.from('bytes') }]);
  });
});

test('a channel counts as seen from its first verified message on, whatever becomes of that', async () => {
  const { accountId } = club;
  const ids = [];
  for (const channel of ['ipn', 'pdt', 'poll'] as const) ids.push(await newMessage(db, club, { channel }));
  const [told, returned] = ids as [string, string, string];
  expect(await seenMessages(db, accountId)).toEqual({ told: false, pdt: false });
  await settle(returned, 'invalid');
  await settle(told, 'attention', 'unknown_type');
  await db.sql.query("SELECT dismiss_notification($1, 'read')", [told]);
  expect(await seenMessages(db, accountId)).toEqual({ told: false, pdt: false });
  await settle(await newMessage(db, club, { channel: 'pdt' }), 'applied');
  expect(await seenMessages(db, accountId)).toEqual({ told: false, pdt: true });
  await settle(await newMessage(db, club, { channel: 'webhook' }), 'duplicate');
  expect(await seenMessages(db, accountId)).toEqual({ told: true, pdt: true });
  expect(await seenMessages(db, (await newClub(db)).accountId)).toEqual({ told: false, pdt: false });
});
