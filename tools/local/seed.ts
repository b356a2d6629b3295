import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { EVENT_TYPES } from '../../workflows/domain/event';
import type { GatewayName } from '../../workflows/domain/gateway';
import { PAYERS } from '../demo/payers';
import { Simulator } from '../demo/simulator';
import { CLUBS } from './clubs';
import type { ClubPlan } from './clubs';
import { bringInOwner } from './owners';
import type { Platform } from './owners';
import type * as season from './season';
import { call } from './seed-call';

/** What the demo leaves behind, so that a second start greets the same members with their past payments. */
const demoSchema = z.object({
  clubs: z.array(
    z.object({
      title: z.string(),
      secretKey: z.string(),
      members: z.array(z.object({ id: z.string(), name: z.string() })),
      /** Where its webhooks go at the simulator's receiver, and what signs them; null where they may not go there. */
      receiver: z.object({ name: z.string(), secret: z.string() }).nullable().default(null),
      /** Its owner was asked in, and its systems connected. */
      welcomed: z.boolean().default(true),
    }),
  ),
  /** Who works in the first club's office; nobody where its season was not told. */
  office: z
    .array(z.object({ id: z.string(), role: z.enum(['treasurer', 'desk']), email: z.string(), password: z.string() }))
    .default([]),
});
type Demo = z.output<typeof demoSchema>;
type DemoClub = Demo['clubs'][number];

const DAY_MS = 86_400_000;
/** A system of the club that takes nothing of what it is sent, at the simulator's receiver. */
const FAILING = 'accounting';

/**
 * Tells the season of the demo's clubs before anybody else is at work, once per data folder, and not where there is a demo, or somebody's books.
 * Gives who works in the first club's office.
 */
export async function tellDemo({
  dataDir,
  say,
  ...deps
}: season.SeasonDependencies & { readonly dataDir: string; readonly say: (line: string) => void }): Promise<
  Demo['office']
> {
  const file = demoFile(dataDir);
  const known = readDemo(file);
  if (known !== null) return known.office;
  const { isUntouched, tellSeason } = loadSeason();
  if (!(await isUntouched(deps.databaseUrl))) {
    say('this database has books already: the demo begins without a past');
    return [];
  }
  say('making demo data: three months of two clubs …');
  const { clubs, office } = await tellSeason(deps);
  const told = clubs.map(({ secretKey, members }, index) => ({
    ...{ title: titleOf(CLUBS[index]), secretKey, members: [...members], receiver: null, welcomed: false },
  }));
  writeDemo(file, { clubs: told, office: [...office] });
  return [...office];
}

/** It brings the whole API along, which a start that has its demo already does without. */
function loadSeason(): typeof season {
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- an import at the top would hold up every start
  return require('./season') as typeof season;
}

/** Greets with what was told, or makes small clubs through the public API, once per data folder; gives the lines to print. */
export async function seedDemo({
  dataDir,
  hasMailbox,
  ...platform
}: Platform & {
  readonly dataDir: string;
  /** Whether letters arrive at the simulator. */
  readonly hasMailbox: boolean;
}): Promise<{ lines: string[] }> {
  const { baseUrl, simulatorUrl } = platform;
  const file = demoFile(dataDir);
  const demo = readDemo(file) ?? {
    clubs: await Promise.all(CLUBS.map((plan) => createClub(platform, plan))),
    office: [],
  };
  writeDemo(file, demo);

  if (demo.office.length > 0) await tellReceiver(simulatorUrl, FAILING, { answer: '500' });
  const lines: string[] = [];
  for (const [index, club] of demo.clubs.entries()) {
    const { title, secretKey, members } = club;
    await remindSimulator(baseUrl, secretKey, simulatorUrl);
    lines.push(`${title}, secret key: ${secretKey}`);
    const plan = CLUBS[index];
    if (plan && !club.welcomed) {
      if (hasMailbox) lines.push(`  ${await inviteOwner(platform, secretKey, plan)}`);
      await connectSystems(platform, club, plan, { isAtWork: index === 0 && demo.office.length > 0 });
      club.welcomed = true;
      writeDemo(file, demo);
    }
    if (club.receiver) await tellReceiver(simulatorUrl, club.receiver.name, { secret: club.receiver.secret });
    if (index === 0)
      for (const { role, email, password } of demo.office)
        lines.push(`  Its ${role} is ${email}, password: ${password}`);
    for (const { id, name } of members) {
      const { token } = await call<{ token: string }>(baseUrl, secretKey, 'POST', `/v1/members/${id}/tokens`, {
        expiresInMs: DAY_MS,
      });
      lines.push(`  Pay as ${name}: ${baseUrl}/checkout#${token}`);
    }
  }
  return { lines };
}

const demoFile = (dataDir: string): string => path.join(dataDir, 'demo.json');

/** Null where there is none, or one that an earlier release left. */
function readDemo(file: string): Demo | null {
  if (!existsSync(file)) return null;
  return demoSchema.safeParse(JSON.parse(readFileSync(file, 'utf8'))).data ?? null;
}

function writeDemo(file: string, demo: Demo): void {
  writeFileSync(file, JSON.stringify(demo, null, 2), { mode: 0o600 });
}

function titleOf(plan: ClubPlan | undefined): string {
  return plan ? `${plan.merchant.name} (${plan.merchant.currency})` : '';
}

async function createClub({ baseUrl, operatorKey }: Platform, plan: ClubPlan): Promise<DemoClub> {
  const { merchant, accounts, members } = plan;
  const { secretKey } = await call<{ secretKey: string }>(baseUrl, operatorKey, 'POST', '/v1/merchants', {
    ...merchant,
    returnOrigins: [new URL(baseUrl).origin],
  });
  for (const [gateway, fields] of Object.entries(accounts))
    await call(baseUrl, secretKey, 'PUT', `/v1/gateway-accounts/${gateway}`, { environment: 'simulator', ...fields });
  const made = [];
  for (const { name, charges } of members) {
    const { id } = await call<{ id: string }>(baseUrl, secretKey, 'POST', '/v1/members', { name });
    for (const [label, category, amount] of charges)
      await call(baseUrl, secretKey, 'POST', `/v1/members/${id}/charges`, {
        label,
        category,
        amount,
        currency: merchant.currency,
      });
    made.push({ id, name });
  }
  return { title: titleOf(plan), secretKey, members: made, receiver: null, welcomed: false };
}

async function inviteOwner(platform: Platform, secretKey: string, { owner }: ClubPlan): Promise<string> {
  return bringInOwner(platform, secretKey, owner).catch(
    (error: unknown) => `Its owner could not be invited: ${error instanceof Error ? error.message : String(error)}`,
  );
}

/** Has the club's events sent to the simulator. `isAtWork`: another of its systems fails, and the office reminds some who owe. */
async function connectSystems(
  { baseUrl, simulatorUrl }: Platform,
  club: DemoClub,
  { receiver, accounts, merchant }: ClubPlan,
  { isAtWork }: { readonly isAtWork: boolean },
): Promise<void> {
  const { secretKey } = club;
  club.receiver = await sendEventsTo(receiver, simulatorUrl, baseUrl, secretKey).catch(() => null);
  if (!isAtWork) return;
  const ask = <Answer>(method: string, where: string, body?: unknown) =>
    call<Answer>(baseUrl, secretKey, method, where, body);
  const { data: owing } = await ask<{ data: { id: string }[] }>('GET', '/v1/members?owes=1&limit=6');
  const members = owing.map(({ id }) => id);
  // Without a mailbox nobody is reminded.
  await ask('POST', '/v1/reminders', { members }).catch(() => undefined);
  if (club.receiver === null) return;
  await ask('POST', '/v1/webhook-endpoints', {
    url: `${simulatorUrl}/receiver/${FAILING}`,
    types: ['payment.created', 'payment.paid', 'payment.refunded'],
    description: 'the accounting software',
  });
  // What happens next is the first that it fails to take.
  const [member] = members;
  const [gateway] = Object.keys(accounts);
  await ask('POST', '/v1/payments', { member, gateway, amount: 2_500, currency: merchant.currency });
}

/** Has every event of the club sent to the simulator. Where that may not be, such as to a simulator elsewhere by http, the club does without. */
async function sendEventsTo(
  name: string,
  simulatorUrl: string,
  baseUrl: string,
  secretKey: string,
): Promise<DemoClub['receiver']> {
  const endpoint = {
    url: `${simulatorUrl}/receiver/${name}`,
    types: EVENT_TYPES,
    description: "the simulator's receiver",
  };
  const { secret } = await call<{ secret: string }>(baseUrl, secretKey, 'POST', '/v1/webhook-endpoints', endpoint);
  return { name, secret };
}

/** The receiver checks signatures once it knows the secret, and forgets that and how to answer over a restart. */
async function tellReceiver(
  simulatorUrl: string,
  name: string,
  settings: { readonly secret?: string; readonly answer?: string },
): Promise<void> {
  await Simulator.at(simulatorUrl)
    .tell('PUT', `receiver/${name}`, settings, z.unknown())
    .catch(() => undefined); // a simulator that is not ours may have no such call
}

/** The simulator keeps nothing over a restart, not even where messages go: a webhook is made by a check, or typed in a dashboard. */
async function remindSimulator(baseUrl: string, secretKey: string, simulatorUrl: string): Promise<void> {
  const { data } = await call<{ data: { gateway: GatewayName }[] }>(baseUrl, secretKey, 'GET', '/v1/gateway-accounts');
  for (const { gateway } of data) {
    const { notificationUrl } = await call<{ notificationUrl: string }>(
      baseUrl,
      secretKey,
      'POST',
      `/v1/gateway-accounts/${gateway}/check`,
      {},
    );
    const fields = CLUBS.map(({ accounts }) => accounts[gateway]).find((account) => account !== undefined);
    if (!fields) continue;
    // A simulator that is not ours (SIMULATOR_URL) may have no such call; then a payment is told by the payer's return alone.
    await PAYERS[gateway]
      .enterNotificationUrl(Simulator.at(simulatorUrl), { fields, notificationUrl })
      .catch(() => undefined);
  }
}
