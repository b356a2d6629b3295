import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { EVENT_TYPES } from '../../workflows/domain/event';
import type { GatewayName } from '../../workflows/domain/gateway';
import { PAYERS } from '../demo/payers';
import { Simulator } from '../demo/simulator';
import { bringInOwner } from './owners';
import type { Owner, Platform } from './owners';
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
    }),
  ),
});
type DemoClub = z.output<typeof demoSchema>['clubs'][number];

const DAY_MS = 86_400_000;

interface ClubPlan {
  readonly merchant: { readonly name: string; readonly currency: string; readonly country: string };
  readonly owner: Owner;
  /** Its name at the simulator's receiver. */
  readonly receiver: string;
  readonly accounts: Readonly<Partial<Record<GatewayName, Readonly<Record<string, unknown>>>>>;
  readonly members: readonly {
    readonly name: string;
    readonly charges: readonly (readonly [label: string, category: string, amount: number])[];
  }[];
}

/** A merchant's books have one currency, and KKiaPay takes XOF only: two clubs. */
const CLUBS: readonly ClubPlan[] = [
  {
    merchant: { name: 'Tennis Club Demo', currency: 'EUR', country: 'FR' },
    owner: { email: 'owner@tennis.example', name: 'Odile Owner' },
    receiver: 'tennis-club',
    accounts: {
      'paypal-standard': {
        receiverId: 'DEMOCLUB00001',
        receiverEmails: ['treasurer@club.example'],
        pdtIdentityToken: 'demo-identity-token',
      },
      'paypal-checkout': { clientId: 'demo-app', clientSecret: 'demo-secret' },
    },
    members: [
      {
        name: 'Anne Martin',
        charges: [
          ['Membership 2027', 'membership', 12_000],
          ['Insurance', 'insurance', 2_350],
        ],
      },
      {
        name: 'Jörg Müller',
        charges: [
          ['Membership 2027', 'membership', 12_000],
          ['Spring outing', 'outing', 4_500],
        ],
      },
    ],
  },
  {
    merchant: { name: 'Club de Cotonou Démo', currency: 'XOF', country: 'BJ' },
    owner: { email: 'owner@cotonou.example', name: null },
    receiver: 'cotonou-club',
    accounts: {
      kkiapay: {
        publicKey: 'demo-public-key',
        privateKey: 'tpk_demo',
        secret: 'tsk_demo',
        webhookSecret: 'demo-hash-secret',
      },
    },
    members: [
      {
        name: 'Koffi Adjovi',
        charges: [
          ['Cotisation 2027', 'membership', 15_000],
          ['Assurance', 'insurance', 2_500],
        ],
      },
    ],
  },
];

/** Makes clubs with owners, members and charges through the public API, once per data folder; gives the lines to print. */
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
  const file = path.join(dataDir, 'demo.json');
  const known = readDemo(file);
  const clubs = known ?? (await Promise.all(CLUBS.map((plan) => createClub(platform, plan))));
  writeFileSync(file, JSON.stringify({ clubs }, null, 2), { mode: 0o600 });

  const lines: string[] = [];
  for (const [index, { title, secretKey, members, receiver }] of clubs.entries()) {
    await remindSimulator(baseUrl, secretKey, simulatorUrl);
    if (receiver) await tellReceiver(simulatorUrl, receiver).catch(() => undefined);
    lines.push(`${title}, secret key: ${secretKey}`);
    const plan = CLUBS[index];
    if (plan && known === null && hasMailbox) {
      const line = await bringInOwner(platform, secretKey, plan.owner).catch(
        (error: unknown) => `Its owner could not be invited: ${error instanceof Error ? error.message : String(error)}`,
      );
      lines.push(`  ${line}`);
    }
    for (const { id, name } of members) {
      const { token } = await call<{ token: string }>(baseUrl, secretKey, 'POST', `/v1/members/${id}/tokens`, {
        expiresInMs: DAY_MS,
      });
      lines.push(`  Pay as ${name}: ${baseUrl}/checkout#${token}`);
    }
  }
  return { lines };
}

/** Null where there is none, or one that an earlier release left. */
function readDemo(file: string): DemoClub[] | null {
  if (!existsSync(file)) return null;
  return demoSchema.safeParse(JSON.parse(readFileSync(file, 'utf8'))).data?.clubs ?? null;
}

async function createClub(
  { baseUrl, operatorKey, simulatorUrl }: Platform,
  { merchant, accounts, members, receiver }: ClubPlan,
): Promise<DemoClub> {
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
  return {
    title: `${merchant.name} (${merchant.currency})`,
    secretKey,
    members: made,
    receiver: await sendEventsTo(receiver, simulatorUrl, baseUrl, secretKey).catch(() => null),
  };
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

/** The receiver checks signatures once it knows the secret, and forgets it over a restart. */
async function tellReceiver(simulatorUrl: string, { name, secret }: NonNullable<DemoClub['receiver']>): Promise<void> {
  await Simulator.at(simulatorUrl).tell('PUT', `receiver/${name}`, { secret }, z.unknown());
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
