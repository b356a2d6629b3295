import { Client } from 'pg';
import { keysFrom, readConfig, sharedConfig } from '../platform/config';
import { createVault, type Vault } from '../vault/vault';

const configSchema = sharedConfig.pick({ DATABASE_URL: true, ENCRYPTION_KEY: true, ENCRYPTION_KEY_PREVIOUS: true });

/** Where sealed bytes lie; `sealedFor`: the account, letter or endpoint, of a row `t`, that they are sealed for. */
interface Place {
  readonly table: string;
  readonly column: string;
  readonly key: string;
  readonly sealedFor: string;
  readonly namesKey: boolean;
}
const BODIES = {
  table: 'notification_bodies',
  key: 'notification_id',
  sealedFor: '(SELECT n.account_id FROM notifications n WHERE n.id = t.notification_id)',
  namesKey: false,
} as const;
const PLACES: readonly Place[] = [
  { table: 'gateway_accounts', column: 'credentials', key: 'id', sealedFor: 't.id', namesKey: true },
  { table: 'payments', column: 'opened_with', key: 'id', sealedFor: 't.account_id', namesKey: false },
  // Bytes are moved from here to the next place: whichever is moved meanwhile is come by there.
  { table: 'notifications', column: 'sealed', key: 'id', sealedFor: 't.account_id', namesKey: false },
  { ...BODIES, column: 'sealed' },
  { ...BODIES, column: 'payer' },
  { table: 'letters', column: 'sealed', key: 'id', sealedFor: 't.id', namesKey: false },
  { table: 'webhook_endpoints', column: 'secret', key: 'id', sealedFor: 't.id', namesKey: false },
  { table: 'webhook_endpoints', column: 'former_secret', key: 'id', sealedFor: 't.id', namesKey: false },
];

// Some hundred rows are a transaction of milliseconds: nobody waits for a rotation, and an interrupted one has little to repeat.
const BATCH_ROWS = 500;

/**
 * Seals with ENCRYPTION_KEY whatever one of ENCRYPTION_KEY_PREVIOUS has sealed, while everything runs. What is done is
 * done: it may be stopped at any moment and started again, and a second run changes nothing. Exits 1 when a row is left
 * that no key given opens, and 2 when it could not run.
 */
async function main(): Promise<void> {
  const config = readConfig(configSchema, process.env);
  const vault = createVault(...keysFrom(config));
  const client = new Client({ connectionString: config.DATABASE_URL, application_name: 'quittance-rotate-keys' });
  await client.connect();
  try {
    let unopened = 0;
    for (const place of PLACES) unopened += await rotate(client, vault, place);
    process.stdout.write(
      unopened === 0
        ? `everything is sealed by the current key (${vault.keyId}): the previous ones can go\n`
        : `${unopened} rows are sealed by a key that was not given: find it before any key goes\n`,
    );
    process.exitCode = unopened === 0 ? 0 : 1;
  } finally {
    await client.end();
  }
}

/** Goes through one place by the rows' ids; prints what it did, and gives the number of rows that no key opens. */
async function rotate(client: Client, vault: Vault, place: Place): Promise<number> {
  let [after, rows, resealed, unopened] = ['', 0, 0, 0];
  for (;;) {
    const batch = await readBatch(client, vault, place, after);
    const written = await writeBatch(client, vault, place, batch.stale);
    resealed += written;
    // Somebody wrote one of these rows meanwhile: theirs stands, and is looked at again.
    if (written < batch.stale.length) continue;
    rows += batch.rows;
    unopened += batch.unopened.length;
    for (const id of batch.unopened)
      process.stderr.write(`${nameOf(place)} of ${id}: none of the keys given opens it\n`);
    if (batch.last === null) break;
    after = batch.last;
  }
  process.stdout.write(`${nameOf(place)}: ${resealed} of ${rows} sealed anew\n`);
  return unopened;
}

interface Batch {
  readonly stale: readonly { readonly id: string; readonly old: Buffer; readonly fresh: Buffer }[];
  readonly rows: number;
  readonly unopened: readonly string[];
  /** The last id; null: there are no more rows. */
  readonly last: string | null;
}

async function readBatch(
  client: Client,
  vault: Vault,
  { table, column, key, sealedFor }: Place,
  after: string,
): Promise<Batch> {
  const { rows } = await client.query<{ id: string; account: string; sealed: Buffer }>(
    `SELECT t.${key} AS id, ${sealedFor} AS account, t.${column} AS sealed FROM ${table} t
     WHERE t.${key} > $1 AND t.${column} IS NOT NULL ORDER BY t.${key} LIMIT ${BATCH_ROWS}`,
    [after],
  );
  const stale = [];
  const unopened = [];
  for (const { id, account, sealed } of rows) {
    const outcome = reseal(vault, sealed, account);
    if (outcome === 'unopened') unopened.push(id);
    else if (outcome !== null) stale.push({ id, old: sealed, fresh: outcome });
  }
  return { rows: rows.length, stale, unopened, last: rows.at(-1)?.id ?? null };
}

function reseal(vault: Vault, sealed: Buffer, account: string): Buffer | null | 'unopened' {
  try {
    return vault.reseal(sealed, account);
  } catch {
    return 'unopened'; // the vault throws for nothing else, and its message tells no more
  }
}

/** One transaction; gives the number of rows written. A row whose bytes are no longer those that were read is left alone. */
async function writeBatch(
  client: Client,
  vault: Vault,
  { table, column, key, namesKey }: Place,
  stale: Batch['stale'],
): Promise<number> {
  if (stale.length === 0) return 0;
  await client.query('BEGIN');
  // The terms of a payment are fixed; only the transaction that says so itself may write the same terms under another key.
  await client.query("SELECT set_config('quittance.rotating_keys', pg_current_xact_id()::text, true)");
  const { rowCount } = await client.query(
    `UPDATE ${table} AS t SET ${column} = b.fresh${namesKey ? ', key_id = $4' : ''}
     FROM unnest($1::text[], $2::bytea[], $3::bytea[]) AS b (id, old, fresh) WHERE t.${key} = b.id AND t.${column} = b.old`,
    [
      stale.map(({ id }) => id),
      stale.map(({ old }) => old),
      stale.map(({ fresh }) => fresh),
      ...(namesKey ? [vault.keyId] : []),
    ],
  );
  await client.query('COMMIT');
  return rowCount ?? 0;
}

function nameOf({ table, column }: Place): string {
  return `${table}.${column}`;
}

main().catch((error: unknown) => {
  process.stderr.write(`the keys could not be rotated: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(2);
});
