import { Client } from 'pg';
import type { Generator } from './generator';
import type { Flood, Orders, PaypalShop } from './load/orders';
import { number, type Finding } from './report';
import type { Stack } from './stack';

export interface FloodPlan {
  /** Forged messages that name no payment, and forged messages about fifty of the flooded shop's own payments. */
  readonly messages: Readonly<Record<Flood, number>>;
  /** How long is measured before the flood, and again once all of it has come. */
  readonly measureMs: number;
  readonly members: number;
}

type Measured = Orders['flood']['answer'] & {
  readonly about: Flood;
  readonly messages: number;
  readonly waiting: number;
};

const FLOODED = { receiverId: 'BENCHCLUB0003', receiverEmail: 'treasurer@flooded.example' };

/** How long another merchant's payments take while one merchant's address is flooded with forged messages. */
export async function measureFlood(
  { stack, generator }: { stack: Stack; generator: Generator },
  plan: FloodPlan,
): Promise<Finding> {
  const fields = { receiverId: FLOODED.receiverId, receiverEmails: [FLOODED.receiverEmail] };
  const flooded: PaypalShop = {
    ...(await stack.openShop({ gateway: 'paypal-standard', fields, currency: 'EUR', members: plan.members })),
    ...FLOODED,
  };
  const { measureMs } = plan;
  const ours = { shop: stack.shop, databaseUrl: stack.databaseUrl };
  const measured: Measured[] = [];
  await generator.run('payments', { inFlight: 4, warmUpMs: 0, measureMs, ...ours }); // code that runs for the first time is slow
  for (const about of ['nothing', 'own payments'] as const) {
    const messages = plan.messages[about];
    const answer = await generator.run('flood', { ...ours, flooded, about, messages, measureMs });
    measured.push({ ...answer, about, messages, waiting: await giveUpWaiting(stack.databaseUrl) });
  }
  return describe(stack.title, measured);
}

/** What still waits of the flood is called forged, so that nothing later pays for it; gives how much that was. */
async function giveUpWaiting(databaseUrl: string): Promise<number> {
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const { rowCount } = await client.query(
      "SELECT settle_without_facts(subject_id, 'invalid', 'flood') FROM outbox WHERE kind = 'notification'",
    );
    return rowCount ?? 0;
  } finally {
    await client.end();
  }
}

function describe(title: string, measured: readonly Measured[]): Finding {
  return {
    title: `Another merchant's payments beside a flood: ${title}`,
    notes: [
      'One payment after the other, from POST /v1/payments to booked. Forged messages at another merchant come over 20 connections as fast as',
      'they are answered, and PayPal calls them INVALID; limits of verification: the defaults. Ratios: to the same payments alone.',
      ...measured.map(({ about, messages, floodSeconds, refused, waiting }) => {
        const others = Object.keys(refused).length > 0 ? `, refused: ${JSON.stringify(refused)}` : '';
        return `${messages} about ${about} came within ${number(floodSeconds, 1)} s${others}; ${waiting} still waited at the end.`;
      }),
    ],
    tables: [
      {
        columns: ['forged', 'payments', 'p50', 'ratio', 'p99', 'ratio'],
        rows: measured.flatMap(({ about, messages, alone, whileItComes, whileItWaits }) =>
          (
            [
              [`${messages} about ${about}: before`, alone],
              ['while they come', whileItComes],
              ['while they wait', whileItWaits],
            ] as const
          ).map(([when, { payments, p50Ms, p99Ms }]) => [
            when,
            String(payments),
            `${number(p50Ms)} ms`,
            number(p50Ms / alone.p50Ms, 2),
            `${number(p99Ms)} ms`,
            number(p99Ms / alone.p99Ms, 2),
          ]),
        ),
      },
    ],
    data: measured,
  };
}
