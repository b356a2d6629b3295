import { Client } from 'pg';
import { createTokens } from '../../../api/http/auth';
import { strike } from '../../../books/outbox';
import { numberEvents } from '../../../books/events';
import { createGatewayWorld } from '../../../platform/gateway-world';
import { createVault } from '../../../vault/vault';
import { openQuietPlace } from '../../quiet-place';
import { CLUBS } from '../clubs';
import { Club } from './club';
import type { Member, Stage } from './club';
import { Gateways } from './gateways';
import { Calendar, planCotonouClub, planTennisClub } from './plan';
import type { Act } from './plan';
import { appointOffice } from './office';
import type { OfficePerson } from './office';
import { PretendedTime } from './pretended-time';
import { createTeller } from './teller';
import type { Teller } from './teller';

export interface SeasonDependencies {
  /** Migrated, empty, and at nobody else's hands. */
  readonly databaseUrl: string;
  readonly encryptionKey: string;
  readonly publicUrl: string;
  readonly simulatorUrl: string;
  readonly simulatorPublicUrl: string;
}

/** The clubs as their seasons left them, and who works in the office of the first. */
interface Season {
  readonly clubs: readonly ToldClub[];
  readonly office: readonly OfficePerson[];
}
interface ToldClub {
  readonly id: string;
  readonly secretKey: string;
  /** Those whose pages are shown. */
  readonly members: readonly Pick<Member, 'id' | 'name'>[];
}

/**
 * Tells three months of the demo's clubs in seconds: over HTTP, through the simulator, by the rules and the hands of the product, in the order in
 * which all of it happens, and then moves it back in time. Temporal alone has no part in it.
 */
export async function tellSeason(deps: SeasonDependencies): Promise<Season> {
  const client = new Client({ connectionString: deps.databaseUrl });
  await client.connect();
  try {
    return await tellInto(client, deps);
  } finally {
    await client.end();
  }
}

/** Whether nobody was here before: what somebody else writes meanwhile would be moved in time, too. */
export async function isUntouched(databaseUrl: string): Promise<boolean> {
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    return (await client.query('SELECT FROM merchants LIMIT 1')).rowCount === 0;
  } finally {
    await client.end();
  }
}

async function tellInto(
  client: Client,
  { databaseUrl, encryptionKey, publicUrl, simulatorUrl, simulatorPublicUrl }: SeasonDependencies,
): Promise<Season> {
  const vault = createVault(Buffer.from(encryptionKey, 'base64'));
  const world = createGatewayWorld({ simulatorUrl, partners: {}, redis: null, vault });
  const told: { teller?: Teller } = {};
  const place = await openQuietPlace(databaseUrl, {
    vault,
    hurried: true, // what moves it in time waits for the disk, and so for all of it
    own(db) {
      const teller = createTeller({ db, vault, gateways: world });
      told.teller = teller;
      return { gateways: world, publicUrl, simulatorPublicUrl, ...teller };
    },
  });
  try {
    const { teller } = told;
    if (!teller) throw new Error('nobody tells');
    const gateways = new Gateways(simulatorUrl, { baseUrl: place.baseUrl, idle: teller.idle });
    const tokens = createTokens(vault);
    const mintToken = async (merchantId: string, memberId: string) =>
      (await tokens.mintMember(merchantId, memberId, 3_600_000)).token;
    const stage: Stage = { ...place, publicUrl, gateways, teller, mintToken };
    const time = new PretendedTime();
    const calendar = new Calendar(new Date());
    const [tennis, cotonou] = CLUBS;
    await gateways.loseMessages();
    try {
      await time.goTo(calendar.ago(89, 6));
      const [clubTennis, clubCotonou] = [await Club.found(stage, tennis), await Club.found(stage, cotonou)];
      const office = await appointOffice(place.db, clubTennis.id);
      const plans = [
        planTennisClub(stage, clubTennis, tennis, calendar),
        planCotonouClub(clubCotonou, cotonou, calendar),
      ] as const;
      await actInTurn(time, [...plans[0].acts, ...plans[1].acts]);
      await time.comeBack();
      await finish(client, place.db, time);
      const clubs = [clubTennis, clubCotonou].map(({ id, secretKey }, index) => ({
        ...{ id, secretKey },
        members: plans[index]?.shown().map(({ id: of, name }) => ({ id: of, name })) ?? [],
      }));
      return { clubs, office };
    } finally {
      await gateways.deliverAgain();
    }
  } finally {
    await place.close();
  }
}

async function actInTurn(time: PretendedTime, acts: readonly Act[]): Promise<void> {
  for (const { at, act } of [...acts].sort((a, b) => a.at.getTime() - b.at.getTime())) {
    await time.goTo(at);
    await act();
  }
}

/** All is told, and what is over needs nobody any more; what goes on is left for the workers to find. */
async function finish(client: Client, db: Parameters<typeof strike>[0], time: PretendedTime): Promise<void> {
  const { rows } = await client.query<{ id: string }>(
    `SELECT o.subject_id AS id FROM outbox o JOIN payments p ON p.id = o.subject_id WHERE o.kind = 'start' AND p.status NOT IN ('created', 'awaiting_payer', 'processing')`,
  );
  await strike(
    db,
    rows.map(({ id }) => id),
  );
  await client.query(`UPDATE outbox SET due_at = now()`);
  while ((await numberEvents(db)) > 0);
  await time.moveBack(client);
}
