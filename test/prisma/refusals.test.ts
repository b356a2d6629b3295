import { DatabaseError } from 'pg';
import { attach, cancelCharge } from '../../books/cart';
import { captured, disputeOpened, eur, fee, refunded } from '../domain/builders';
import {
  inTransaction,
  newClub,
  newId,
  newMember,
  newMessage,
  newPayment,
  openBooks,
  owe,
  tell,
  tellUnmatched,
} from '../books/bookkeeping';
import type { Books, Club } from '../books/bookkeeping';
import { brokenInvariants } from '../support/audit';

// Every attempt runs as the owner of the tables: what is refused here is refused by the database itself, not by grants.

let db: Books;
let names: Record<string, string | number>;
beforeAll(async () => {
  db = await openBooks();
  names = await furnish();
});
afterAll(async () => {
  expect(await brokenInvariants(db)).toEqual({});
  await db.close();
});

/** Two clubs with books, and one row at least in every table that may not change; gives what the attempts below name as `:name`. */
async function furnish(): Promise<Record<string, string | number>> {
  const [club, stranger] = [await newClub(db), await newClub(db, 'USD')];
  const [member, neighbour] = [await newMember(db, club), await newMember(db, club)];
  const charge = await owe(db, club, member, 3000);
  const payment = await newPayment(db, club, member);
  await tellUnmatched(db, club, [disputeOpened('TX1')]);
  await tell(db, payment, captured('TX1'), fee('TX1'));
  await tell(db, payment, disputeOpened('TX1')); // bound
  await tell(db, payment, refunded('RF1', eur(10)));
  await owe(db, club, member, 500); // out of credit
  const other = await newPayment(db, club, member);
  await tell(db, other, captured('TX2', eur(5000)));
  const cancelledCharge = await owe(db, club, member, 40);
  const commandId = newId('cmd');
  const { merchantId } = club;
  await cancelCharge(db, {
    commandId,
    merchantId,
    memberId: member,
    chargeId: cancelledCharge,
    currency: 'EUR',
    note: null,
  });
  const openCharge = await owe(db, club, neighbour, 700);
  await attachUnmatched(club, await newMember(db, club));
  await tellUnmatched(db, club, [captured('TX-SUSPENDED')]);
  await tell(
    db,
    await newPayment(db, stranger, await newMember(db, stranger), { currency: 'USD' }),
    captured('TX1', { amount: 5000, currency: 'USD' }),
  );
  const idle = await newClub(db);
  await invited(club);
  const one = async (query: string, values: unknown[]) =>
    (await db.sql.query<{ id: number }>(query, values)).rows[0]!.id;
  const account = (of: Club, name: string) =>
    one('SELECT id FROM ledger_accounts WHERE merchant_id = $1 AND name = $2', [of.merchantId, name]);
  const factOf = (reference: string, kind: string) =>
    one('SELECT id FROM facts WHERE account_id = $1 AND gateway_reference = $2 AND kind = $3', [
      club.accountId,
      reference,
      kind,
    ]);
  const fact = await factOf('TX1', 'payment_captured');
  return {
    merchant: club.merchantId,
    stranger: stranger.merchantId,
    account: club.accountId,
    idleAccount: idle.accountId,
    member,
    neighbour,
    payment: payment.id,
    charge,
    openCharge,
    fact,
    unbooked: await factOf('TX1', 'dispute_opened'),
    command: commandId,
    cancelledCharge,
    suspended: await factOf('TX-SUSPENDED', 'payment_captured'),
    payline: await one('SELECT id FROM paylines WHERE fact_id = $1', [fact]),
    allocation: await one(
      'SELECT a.id FROM allocations a JOIN paylines l ON l.id = a.payline_id WHERE l.fact_id = $1 ORDER BY a.id',
      [fact],
    ),
    otherPayline: await one('SELECT id FROM paylines WHERE payment_id = $1', [other.id]),
    taken: await one("SELECT id FROM paylines WHERE kind = 'refund' AND payment_id = $1", [payment.id]),
    entry: await one("SELECT id FROM entries WHERE fact_id = $1 AND kind = 'payment_captured'", [fact]),
    clearing: await account(club, 'gateway_clearing:paypal-standard'),
    fees: await account(club, 'gateway_fees:paypal-standard'),
    clearingOfStranger: await account(stranger, 'gateway_clearing:paypal-standard'),
  };
}

async function invited(club: Club): Promise<void> {
  await db.sql.query(
    `INSERT INTO onboardings (tracking_id, merchant_id, gateway, environment) VALUES ('onb_1', $1, 'paypal-checkout', 'simulator')`,
    [club.merchantId],
  );
  await db.sql.query(`INSERT INTO onboarding_events (tracking_id, kind) VALUES ('onb_1', 'invited')`);
}

async function attachUnmatched(club: Club, memberId: string): Promise<void> {
  const notificationId = await newMessage(db, club);
  const money = captured(newId('ref'));
  await tellUnmatched(db, club, [money], { id: notificationId, state: 'unmatched', about: money });
  const { rows } = await db.sql.query<{ id: number }>('SELECT id FROM facts WHERE gateway_reference = $1', [
    money.gatewayReference,
  ]);
  await attach(db, { notificationId, merchantId: club.merchantId, memberId, factId: rows[0]!.id, money: eur(5000) });
}

/** Runs the statements in one transaction up to its commit; gives why the database refused, or null. */
async function attempt(statements: string | readonly string[]): Promise<string | null> {
  try {
    await inTransaction(db, async (tx) => {
      for (const statement of typeof statements === 'string' ? [statements] : statements)
        await tx.sql.query(
          statement.replace(/:(\w+)/g, (_, name: string) => (name in names ? `'${names[name]}'` : `:${name}`)),
        );
    });
    return null;
  } catch (error) {
    if (!(error instanceof DatabaseError)) throw error;
    return error.message;
  }
}

/** An entry of the unbooked fact, and postings `[account, side, amount]`, as anybody with SQL could write them. */
const entry = (...postings: [account: string, side: 'debit' | 'credit', amount: number | bigint][]): string[] => [
  "INSERT INTO entries (merchant_id, kind, fact_id) VALUES (:merchant, 'suspense_accepted', :unbooked)",
  ...postings.map(([account, side, amount], index) => posting(index + 1, account, side, amount)),
];
const posting = (
  position: number,
  account: string,
  side: string,
  amount: number | bigint,
  of = "currval(pg_get_serial_sequence('entries', 'id'))",
) =>
  `INSERT INTO postings (entry_id, position, account_id, side, amount) VALUES (${of}, ${position}, :${account}, '${side}', ${amount})`;

type Row = [attempt: string, statements: string | readonly string[], reason: RegExp];

describe('an entry that is no entry', () => {
  test.each<Row>([
    ['off by one cent', entry(['clearing', 'debit', 1000], ['fees', 'credit', 999]), /is off by 1 EUR/],
    ['debits only', entry(['clearing', 'debit', 1000], ['fees', 'debit', 1000]), /is off by 2000 EUR/],
    ['one posting', entry(['clearing', 'debit', 1000]), /has 1 postings/],
    ['no postings', entry(), /has 0 postings/],
    [
      'balanced only when two currencies are mixed',
      [
        "INSERT INTO ledger_accounts (merchant_id, name, currency) VALUES (:merchant, 'suspense', 'USD')",
        ...entry(['clearing', 'debit', 1000]),
        posting(2, 'x', 'credit', 1000).replace(':x', "currval(pg_get_serial_sequence('ledger_accounts', 'id'))"),
      ],
      /is off by -?1000 (EUR|USD)/,
    ],
    [
      'a posting on another merchant’s account',
      entry(['clearingOfStranger', 'debit', 1000], ['clearingOfStranger', 'credit', 1000]),
      /not its merchant's/,
    ],
    ['a posting below zero', entry(['clearing', 'debit', -1000], ['fees', 'credit', -1000]), /positive_amount/],
    ['a posting of zero', entry(['clearing', 'debit', 0], ['fees', 'credit', 0]), /positive_amount/],
    [
      'a posting beyond what a number holds exactly',
      entry(['clearing', 'debit', 9007199254740992n], ['fees', 'credit', 9007199254740992n]),
      /positive_amount/,
    ],
    [
      'two postings in one place',
      entry(['clearing', 'debit', 1], ['fees', 'credit', 1]).map((sql) => sql.replace(', 2, ', ', 1, ')),
      /postings_pkey/,
    ],
    ['a posting of no entry', posting(1, 'clearing', 'debit', 1, '0'), /another transaction/],
    [
      'a posting on no account',
      entry(['clearing', 'debit', 1], ['fees', 'credit', 1]).map((sql) => sql.replace(':fees', '0')),
      /not its merchant's/,
    ],
    [
      'balanced on no account at all',
      entry(['clearing', 'debit', 1], ['clearing', 'credit', 1]).map((sql) => sql.replace(':clearing', '0')),
      /not its merchant's/,
    ],
    [
      'of no merchant, with postings',
      entry(['clearing', 'debit', 1], ['fees', 'credit', 1]).map((sql) =>
        sql
          .replace('merchant_id, kind, fact_id', 'merchant_id, kind, fact_id, booked_on')
          .replace(
            ":merchant, 'suspense_accepted', :unbooked",
            "'mer_x', 'suspense_accepted', :unbooked, current_date",
          ),
      ),
      /not its merchant's/,
    ],
    [
      'of a kind that is none',
      "INSERT INTO entries (merchant_id, kind, fact_id) VALUES (:merchant, 'correction', :unbooked)",
      /entry_kind/,
    ],
    [
      'that books nothing',
      "INSERT INTO entries (merchant_id, kind) VALUES (:merchant, 'payment_captured')",
      /entries_have_one_cause/,
    ],
    [
      'that books a fact a second time in one way',
      "INSERT INTO entries (merchant_id, kind, fact_id) VALUES (:merchant, 'payment_captured', :fact)",
      /entries_of_fact/,
    ],
    [
      'of no merchant',
      "INSERT INTO entries (merchant_id, kind, fact_id) VALUES ('mer_x', 'fee_charged', :unbooked)",
      /foreign key|has 0 postings|booked_on/,
    ],
    [
      'of two causes',
      "INSERT INTO entries (merchant_id, kind, fact_id, command_id) VALUES (:merchant, 'charge_cancelled', :unbooked, :command)",
      /entries_have_one_cause/,
    ],
    [
      'that books a command a second time in one way',
      [
        "INSERT INTO entries (merchant_id, kind, command_id) VALUES (:merchant, 'charge_cancelled', :command)",
        "INSERT INTO entries (merchant_id, kind, command_id) VALUES (:merchant, 'charge_cancelled', :command)",
      ],
      /entries_of_command/,
    ],
  ])('%s', async (_, statements, reason) => expect(await attempt(statements)).toMatch(reason));

  test('while one that balances is taken, as a control', async () => {
    await inTransaction(db, async (tx) => {
      await tx.sql.query('SAVEPOINT before');
      for (const sql of entry(['clearing', 'debit', 1000], ['fees', 'credit', 1000]))
        await tx.sql.query(sql.replace(/:(\w+)/g, (_, name: string) => `'${names[name]}'`));
      await tx.sql.query('SET CONSTRAINTS ALL IMMEDIATE');
      await tx.sql.query('ROLLBACK TO before');
    });
  });
});

describe('an entry that was written stays as it was', () => {
  const balanced = (of?: string) => [posting(8, 'clearing', 'debit', 5, of), posting(9, 'fees', 'credit', 5, of)];

  test.each<Row>([
    ['postings added by a later transaction, though they balance', balanced(':entry'), /another transaction/],
    [
      'postings added in the same transaction, after the entry was checked',
      [...entry(['clearing', 'debit', 1000], ['fees', 'credit', 1000]), 'SET CONSTRAINTS ALL IMMEDIATE', ...balanced()],
      /checked/,
    ],
    [
      'one more posting after the check, which would unbalance it',
      [
        ...entry(['clearing', 'debit', 1000], ['fees', 'credit', 1000]),
        'SET CONSTRAINTS ALL IMMEDIATE',
        'SET CONSTRAINTS ALL DEFERRED',
        posting(3, 'fees', 'credit', 5),
      ],
      /checked/,
    ],
  ])('%s', async (_, statements, reason) => expect(await attempt(statements)).toMatch(reason));

  // A restored database keeps the stamps of the cluster that it was dumped from, and its own transactions count from low.
  test.each([
    ['that was restored before this transaction began', 'before'],
    ['that was restored since this transaction began', 'after'],
  ] as const)('nor are postings added to an entry %s and has its number as a stamp', async (_, restored) => {
    const restoring = await db.sql.connect();
    try {
      await restoring.query('BEGIN');
      await restoring.query('SET LOCAL session_replication_role = replica');
      if (restored === 'before') await restoring.query('SELECT pg_current_xact_id()');
      const adding = inTransaction(db, async (tx) => {
        const { rows } = await tx.sql.query<{ id: string }>('SELECT pg_current_xact_id()::text AS id');
        await restoring.query('UPDATE entries SET transaction_id = $2::text::xid8 WHERE id = $1', [
          names['entry'],
          rows[0]!.id,
        ]);
        await restoring.query('COMMIT');
        const { rows: stamped } = await tx.sql.query('SELECT transaction_id::text AS id FROM entries WHERE id = $1', [
          names['entry'],
        ]);
        expect(stamped).toEqual(rows);
        for (const statement of balanced(':entry'))
          await tx.sql.query(statement.replace(/:(\w+)/g, (_all, name: string) => `'${names[name]}'`));
      });
      await expect(adding).rejects.toThrow('was written by another transaction');
    } finally {
      restoring.release(true);
    }
  });

  test('while a savepoint of the same transaction adds to an entry of it, as a control', async () => {
    await inTransaction(db, async (tx) => {
      const run = (statement: string) =>
        tx.sql.query(statement.replace(/:(\w+)/g, (_all, name: string) => `'${names[name]}'`));
      const [written, first, second] = entry(['clearing', 'debit', 1000], ['fees', 'credit', 1000]);
      await run('SAVEPOINT outer_one');
      await run('SAVEPOINT inner_one');
      await run(written!);
      await run(first!);
      await run('RELEASE inner_one');
      await run(second!);
      await run('SET CONSTRAINTS ALL IMMEDIATE');
      await run('ROLLBACK TO outer_one');
    });
  });

  test('a forged transaction id is not believed: it is overwritten with the true one', async () => {
    await inTransaction(db, async (tx) => {
      await tx.sql.query('SAVEPOINT before');
      const { rows } = await tx.sql.query<{ own: boolean }>(
        `INSERT INTO entries (merchant_id, kind, fact_id, transaction_id) VALUES ($1, 'suspense_accepted', $2, (pg_current_xact_id()::text::bigint + 1)::text::xid8)
         RETURNING transaction_id = pg_current_xact_id() AS own`,
        [names['merchant'], names['unbooked']],
      );
      expect(rows).toEqual([{ own: true }]);
      await tx.sql.query('ROLLBACK TO before');
    });
  });
});

describe('what is recorded is not changed, deleted or emptied', () => {
  const columns: [table: string, column: string][] = [
    ['facts', 'amount'],
    ['fact_bindings', 'payment_id'],
    ['entries', 'kind'],
    ['postings', 'amount'],
    ['paylines', 'amount'],
    ['allocations', 'amount'],
    ['allocation_undos', 'amount'],
    ['charge_cancellations', 'cancelled_at'],
    ['charges', 'amount'],
    ['ledger_accounts', 'name'],
    ['onboarding_events', 'kind'],
    ['audit_trail', 'action'],
  ];
  test.each(columns)('%s', async (table, column) => {
    const { rows } = await db.sql.query<{ some: boolean }>(`SELECT EXISTS (SELECT FROM ${table}) AS some`);
    expect(rows).toEqual([{ some: true }]); // else nothing would be tried
    expect(await attempt(`UPDATE ${table} SET ${column} = ${column}`)).toMatch(
      `${table} is insert-only: UPDATE refused`,
    );
    expect(await attempt(`DELETE FROM ${table}`)).toMatch(`${table} is insert-only: DELETE refused`);
    expect(await attempt(`TRUNCATE ${table} CASCADE`)).toMatch('is insert-only: TRUNCATE refused');
    if (table === 'postings') expect(await attempt(`TRUNCATE ${table}`)).toMatch('is insert-only: TRUNCATE refused'); // nothing refers to it
  });

  test.each([
    'merchants',
    'members',
    'gateway_accounts',
    'payments',
    'facts',
    'entries',
    'paylines',
    'ledger_accounts',
  ])('nor by emptying %s with all that hangs on it', async (table) => {
    expect(await attempt(`TRUNCATE ${table} CASCADE`)).toMatch('is insert-only: TRUNCATE refused');
    expect(await attempt(`TRUNCATE ${table} RESTART IDENTITY CASCADE`)).toMatch('is insert-only: TRUNCATE refused');
  });

  test.each(['merchants', 'members', 'gateway_accounts', 'payments'])('nor by deleting from %s', async (table) => {
    expect(await attempt(`DELETE FROM ${table}`)).toMatch(/foreign key|insert-only/);
  });

  test.each<Row>([
    [
      'an insert that turns into an update',
      `INSERT INTO facts (account_id, gateway_reference, kind, amount, currency) VALUES (:account, 'TX1', 'payment_captured', 1, 'EUR')
      ON CONFLICT (account_id, gateway_reference, kind, qualifier) DO UPDATE SET amount = 1`,
      /insert-only: UPDATE/,
    ],
    [
      'a merge that deletes',
      `MERGE INTO postings p USING entries e ON p.entry_id = e.id WHEN MATCHED THEN DELETE`,
      /insert-only: DELETE/,
    ],
    [
      'dropping a row’s parent by moving its key',
      "UPDATE merchants SET id = 'mer_other' WHERE id = :merchant",
      /foreign key/,
    ],
  ])('nor by %s', async (_, statements, reason) => expect(await attempt(statements)).toMatch(reason));
});

describe('a fact that is none', () => {
  const fact = (
    over: Partial<Record<'account' | 'reference' | 'kind' | 'payment' | 'amount' | 'currency', string>>,
  ) => {
    const row = {
      account: ':account',
      reference: "'TX9'",
      kind: "'payment_captured'",
      payment: 'NULL',
      amount: '1',
      currency: "'EUR'",
      ...over,
    };
    return `INSERT INTO facts (account_id, gateway_reference, kind, payment_id, amount, currency)
            VALUES (${row.account}, ${row.reference}, ${row.kind}, ${row.payment}, ${row.amount}, ${row.currency})`;
  };
  test.each<Row>([
    [
      'one that is known already',
      fact({ reference: "'TX1'" }),
      /facts_account_id_gateway_reference_kind_qualifier_key/,
    ],
    ['nothing taken', fact({ amount: '0' }), /check constraint/],
    ['less than nothing taken', fact({ amount: '-1' }), /check constraint/],
    ['more than a number holds exactly', fact({ amount: '9007199254740992' }), /check constraint/],
    ['an amount without a currency', fact({ currency: 'NULL' }), /check constraint/],
    ['a currency without an amount', fact({ amount: 'NULL' }), /check constraint/],
    ['a currency in small letters', fact({ currency: "'eur'" }), /currency_code/],
    ['a currency of two letters', fact({ currency: "'EU'" }), /currency_code/],
    ['a currency of four letters', fact({ currency: "'EURO'" }), /too long/],
    ['a currency with a digit', fact({ currency: "'E1R'" }), /currency_code/],
    ['no currency at all', fact({ currency: "''" }), /currency_code/],
    ['of no account', fact({ account: "'acc_x'" }), /foreign key/],
    ['of no payment', fact({ payment: "'pay_x'" }), /foreign key/],
    ['of no reference', fact({ reference: 'NULL' }), /null value/],
    [
      'bound to a second payment',
      'INSERT INTO fact_bindings (fact_id, payment_id) VALUES (:unbooked, :payment)',
      /fact_bindings_pkey/,
    ],
  ])('%s', async (_, statements, reason) => expect(await attempt(statements)).toMatch(reason));
});

describe('a cart line that is none', () => {
  const payline = (over: Partial<Record<'member' | 'payment' | 'fact' | 'amount' | 'currency', string>>) => {
    const row = { member: ':member', payment: ':payment', fact: ':unbooked', amount: '1', currency: "'EUR'", ...over };
    return `INSERT INTO paylines (member_id, payment_id, fact_id, amount, currency) VALUES (${row.member}, ${row.payment}, ${row.fact}, ${row.amount}, ${row.currency})`;
  };
  const charge = (over: Partial<Record<'merchant' | 'member' | 'category' | 'amount' | 'currency', string>>) => {
    const row = {
      merchant: ':merchant',
      member: ':member',
      category: "'fee'",
      amount: '1',
      currency: "'EUR'",
      ...over,
    };
    return `INSERT INTO charges (id, merchant_id, member_id, label, category, amount, currency)
            VALUES ('chg_x', ${row.merchant}, ${row.member}, 'x', ${row.category}, ${row.amount}, ${row.currency})`;
  };
  const allocation = (line: string, amount: number) =>
    `INSERT INTO allocations (payline_id, charge_id, amount) VALUES (:payline, :${line}, ${amount})`;

  test.each<Row>([
    ['a second payline of one fact', payline({ fact: ':fact' }), /paylines_of_fact/],
    ['a payline of no fact', payline({ fact: '0' }), /foreign key/],
    ['a payline of nothing', payline({ amount: '0' }), /check constraint/],
    [
      'a payline in another currency than the merchant’s',
      payline({ currency: "'USD'" }),
      /in USD, and its merchant's currency is EUR/,
    ],
    ['a payline of another member’s payment', payline({ member: ':neighbour' }), /another member's payment/],
    ['a charge below zero', charge({ amount: '-1' }), /positive_amount/],
    ['a charge of zero', charge({ amount: '0' }), /positive_amount/],
    [
      'a charge in another currency than the merchant’s',
      charge({ currency: "'USD'" }),
      /in USD, and its merchant's currency is EUR/,
    ],
    ['a charge by a merchant who is not the member’s', charge({ merchant: ':stranger' }), /another merchant's member/],
    ['a charge without a category', charge({ category: "''" }), /charges_category_check/],
    ['a category that would break an account’s name', charge({ category: "'fee:x'" }), /charges_category_check/],
    ['a category with a control character', charge({ category: "E'fee\\n'" }), /charges_category_check/],
    ['a category of 65 letters', charge({ category: "repeat('x', 65)" }), /charges_category_check/],
    [
      'a payline that pays more than it is',
      [charge({ amount: '9000' }), allocation('charge', 9000).replace(':charge', "'chg_x'")],
      /would pay more than it is/,
    ],
    ['a charge of another member', allocation('openCharge', 1), /another member's charge/],
    ['a part of nothing', allocation('openCharge', 0), /positive_amount/],
    ['a part below zero', allocation('openCharge', -5), /positive_amount/],
    [
      'a part of no payline',
      'INSERT INTO allocations (payline_id, charge_id, amount) VALUES (0, :charge, 1)',
      /foreign key/,
    ],
    ['a part of a charge that is paid', allocation('charge', 1), /would be paid more than it is/],
    ['a part of a charge that is cancelled', allocation('cancelledCharge', 1), /is cancelled and would be paid/],
  ])('%s', async (_, statements, reason) => expect(await attempt(statements)).toMatch(reason));

  test('a charge that is paid more than it is, by a payline that has the money', async () => {
    const club = await newClub(db);
    const member = await newMember(db, club);
    const small = await owe(db, club, member, 100);
    await tell(db, await newPayment(db, club, member), captured('TX-A'));
    await tell(db, await newPayment(db, club, member), captured('TX-B'));
    const { rows } = await db.sql.query<{ id: number }>('SELECT id FROM paylines WHERE member_id = $1 ORDER BY id', [
      member,
    ]);
    const overpay = `INSERT INTO allocations (payline_id, charge_id, amount) VALUES (${rows[1]!.id}, '${small}', 1)`;
    expect(await attempt(overpay)).toMatch('would be paid more than it is');
  });
});

describe('an undoing that is none', () => {
  const undo = (
    over: Partial<Record<'by' | 'payline' | 'allocation' | 'amount' | 'fact' | 'command', string>> = {},
  ) => {
    const row = {
      by: 'NULL',
      payline: ':payline',
      allocation: ':allocation',
      amount: '1',
      fact: ':unbooked',
      command: 'NULL',
      ...over,
    };
    return `INSERT INTO allocation_undos (by_payline_id, payline_id, allocation_id, amount, fact_id, command_id)
            VALUES (${row.by}, ${row.payline}, ${row.allocation}, ${row.amount}, ${row.fact}, ${row.command})`;
  };
  const taking = (over: Partial<Record<'payment' | 'kind' | 'amount', string>> = {}) => {
    const row = { payment: ':payment', kind: "'refund'", amount: '-10', ...over };
    return `INSERT INTO paylines (member_id, payment_id, fact_id, kind, amount, currency) VALUES (:member, ${row.payment}, :unbooked, ${row.kind}, ${row.amount}, 'EUR')`;
  };
  const BY_IT = "currval(pg_get_serial_sequence('paylines', 'id'))";

  test.each<Row>([
    ['more of an allocation than was laid', undo({ amount: '3001' }), /would be undone than was laid/],
    ['of another payline’s allocation', undo({ payline: ':otherPayline' }), /would be undone than was laid/],
    ['of nothing', undo({ amount: '0' }), /positive_amount/],
    ['without a cause', undo({ fact: 'NULL' }), /check constraint/],
    ['with two causes', undo({ command: ':command' }), /check constraint/],
    ['of credit, by no line', undo({ allocation: 'NULL' }), /check constraint/],
    ['by a line above zero', undo({ by: ':otherPayline' }), /is above zero, and takes nothing/],
    ['a line below zero that undoes nothing', taking(), /does not take what it undoes/],
    [
      'a line below zero that undoes less than it is',
      [taking(), undo({ by: BY_IT, amount: '9' })],
      /does not take what it undoes/,
    ],
    [
      'a line below zero that undoes more than it is',
      [taking(), undo({ by: BY_IT, amount: '11' })],
      /takes more than it is|does not take what it undoes/,
    ],
    ['a line below zero that takes more, later', undo({ by: ':taken', amount: '1' }), /takes more than it is/],
    [
      'a line below zero that takes from another payment’s',
      [taking(), undo({ by: BY_IT, payline: ':otherPayline', allocation: 'NULL', amount: '10' })],
      /takes from a line that is not of its payment/,
    ],
    [
      'a line below zero that takes more credit than there is',
      [taking({ amount: '-9000' }), undo({ by: BY_IT, allocation: 'NULL', amount: '9000' })],
      /would be taken than it is/,
    ],
    ['a line below zero of no payment', taking({ payment: 'NULL' }), /paylines_below_zero_are_of_one/],
    ['a refund above zero', taking({ amount: '10' }), /paylines_kind_gives_sign/],
    ['a payment below zero', taking({ kind: "'payment'" }), /paylines_kind_gives_sign/],
  ])('%s', async (_, statements, reason) => expect(await attempt(statements)).toMatch(reason));

  test('while what was laid on a charge is taken off it and laid on it again, as a control', async () => {
    const run = (statement: string) => statement.replace(/:(\w+)/g, (_, name: string) => `'${names[name]}'`);
    await inTransaction(db, async (tx) => {
      await tx.sql.query('SAVEPOINT before');
      await tx.sql.query(run(undo()));
      await tx.sql.query(run('INSERT INTO allocations (payline_id, charge_id, amount) VALUES (:payline, :charge, 1)'));
      await tx.sql.query('SET CONSTRAINTS ALL IMMEDIATE');
      await tx.sql.query('ROLLBACK TO before');
    });
  });
});

describe('a charge that is owed no more', () => {
  const cancel = (charge: string, over: { fact?: string; command?: string } = {}) =>
    `INSERT INTO charge_cancellations (charge_id, fact_id, command_id) VALUES (${charge}, ${over.fact ?? 'NULL'}, ${over.command ?? ':command'})`;

  test.each<Row>([
    ['is not cancelled while something is paid of it', cancel(':charge'), /is cancelled and still paid/],
    ['is not cancelled twice', cancel(':cancelledCharge'), /charge_cancellations_pkey/],
    ['is not cancelled without a cause', cancel(':openCharge', { command: 'NULL' }), /check constraint/],
    ['is not cancelled by two causes', cancel(':openCharge', { fact: ':unbooked' }), /check constraint/],
    ['is a charge', cancel("'chg_x'"), /foreign key/],
  ])('%s', async (_, statements, reason) => expect(await attempt(statements)).toMatch(reason));
});

describe('a refund that was asked for', () => {
  const refund = (
    over: Partial<Record<'id' | 'payment' | 'message' | 'status' | 'origin' | 'amount', string>> = {},
  ) => {
    const row = {
      id: "'ref_x'",
      payment: ':payment',
      message: 'NULL',
      status: "'pending'",
      origin: "'merchant'",
      amount: '1',
      ...over,
    };
    return `INSERT INTO refunds (id, merchant_id, account_id, payment_id, notification_id, member_id, capture_reference, amount, currency, status, origin)
            VALUES (${row.id}, :merchant, :account, ${row.payment}, ${row.message}, :member, 'TX1', ${row.amount}, 'EUR', ${row.status}, ${row.origin})`;
  };

  test.each<Row>([
    [
      'is the only one of its payment that has no outcome',
      [refund(), refund({ id: "'ref_y'" })],
      /refunds_one_in_flight/,
    ],
    ['is of a payment or of a message', refund({ payment: 'NULL' }), /check constraint/],
    ['is more than nothing', refund({ amount: '0' }), /positive_amount/],
    ['stands in a known way', refund({ status: "'given_up'" }), /refund_status/],
    ['comes from somewhere', refund({ origin: "'payer'" }), /refund_origin/],
  ])('%s', async (_, statements, reason) => expect(await attempt(statements)).toMatch(reason));

  test('while settled ones, the policy’s and those of the gateway’s site stand beside it, as a control', async () => {
    const beside = [
      refund(),
      refund({ id: "'ref_a'", status: "'succeeded'" }),
      refund({ id: "'ref_b'", status: "'failed'" }),
      refund({ id: "'ref_c'", origin: "'policy'" }),
      refund({ id: "'ref_d'", origin: "'gateway'" }),
    ];
    expect(await attempt([...beside, "DELETE FROM refunds WHERE id LIKE 'ref\\__'"])).toBeNull();
  });
});

test.each([
  ['the day of the fact in the merchant’s zone', "'2026-03-02T23:30:00Z'", '2026-03-03'],
  ['of recording, where the fact has no hour', 'NULL', null],
  ['of recording, where the fact is of the future', "now() + interval '3 days'", null],
])('an entry is booked on %s', async (_, occurredAt, day) => {
  await inTransaction(db, async (tx) => {
    const run = async (statement: string) =>
      (
        await tx.sql.query<{ day: string; today: string }>(
          statement.replace(/:(\w+)/g, (all, name: string) => (name in names ? `'${names[name]}'` : all)),
        )
      ).rows;
    await run('SAVEPOINT before');
    await run("UPDATE merchants SET time_zone = 'Europe/Paris' WHERE id = :merchant");
    await run(
      `INSERT INTO facts (account_id, gateway_reference, kind, amount, currency, occurred_at) VALUES (:account, 'TX-DAY', 'fee_charged', 1, 'EUR', ${occurredAt})`,
    );
    const booked = await run(
      `INSERT INTO entries (merchant_id, kind, fact_id) SELECT :merchant, 'fee_charged', id FROM facts WHERE gateway_reference = 'TX-DAY'
       RETURNING booked_on::text AS day, (now() AT TIME ZONE 'Europe/Paris')::date::text AS today`,
    );
    expect(booked[0]!.day).toBe(day ?? booked[0]!.today);
    await run('ROLLBACK TO before');
  });
});

describe('a payment that was agreed', () => {
  const terms = [
    "id = 'pay_other'",
    'merchant_id = :stranger',
    'member_id = :neighbour',
    'account_id = :idleAccount',
    "gateway = 'kkiapay'",
    "method = 'card'",
    'amount = amount + 1',
    "currency = 'USD'",
    "charges = '{chg_x}'",
    "late_payments = 'refund'",
    "opened_with = '\\x00'",
    "expires_at = expires_at + interval '1 day'",
    "created_at = created_at - interval '1 day'",
  ];
  test.each(terms)('keeps its terms: %s is refused', async (change) => {
    expect(await attempt(`UPDATE payments SET ${change} WHERE id = :payment`)).toMatch(
      /the terms of payment pay_\w+ are fixed/,
    );
  });

  test('is not deleted', async () => {
    expect(await attempt('DELETE FROM payments WHERE id = :payment')).toMatch(
      'payments is insert-only: DELETE refused',
    );
  });

  test.each<Row>([
    ['asks for nothing', 'UPDATE payments SET amount = 0 WHERE id = :payment', /positive_amount|terms/],
    ['has a status that is none', "UPDATE payments SET status = 'lost' WHERE id = :payment", /payment_status/],
  ])('never %s', async (_, statements, reason) => expect(await attempt(statements)).toMatch(reason));

  test('changes its derived status, as a control', async () => {
    expect(
      await attempt([
        "UPDATE payments SET status = 'disputed' WHERE id = :payment",
        "UPDATE payments SET status = 'paid' WHERE id = :payment",
      ]),
    ).toBeNull();
  });
});

describe('simulator money and live money never share a book', () => {
  test('an account with books keeps its environment', async () => {
    expect(await attempt("UPDATE gateway_accounts SET environment = 'live' WHERE id = :account")).toMatch(
      'has books in simulator',
    );
  });

  test('one without books may change it, and any account its credentials, as a control', async () => {
    expect(await attempt("UPDATE gateway_accounts SET environment = 'sandbox' WHERE id = :idleAccount")).toBeNull();
    expect(
      await attempt("UPDATE gateway_accounts SET credentials = '\\x01', environment = 'simulator' WHERE id = :account"),
    ).toBeNull();
  });
});
