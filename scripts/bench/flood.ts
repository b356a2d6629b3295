import { Client } from 'pg';
import type { Generator } from './generator';
import type { Flood, Orders, PaypalShop } from './load/orders';
import { number, type Finding } from './report';
import type { Stack } from './stack';
import { BenchFailure } from './workbench';

export interface FloodPlan {
  /** Forged messages that name no payment, and forged messages about fifty of the flooded shop's own payments. */
  readonly messages: Readonly<Record<Flood, number>>;
  readonly beforeMs: number;
  readonly duringMs: number;
  readonly members: number;
}

const FLOODED = { receiverId: 'BENCHCLUB0003', receiverEmail: 'treasurer@flooded.example' };

/** How long another merchant's payments take while one merchant's address is flooded with forged messages. */
export async function measureFlood({ stack, generator }: { stack: Stack; generator: Generator }, plan: FloodPlan): Promise<Finding> {
  const fields = { receiverId: FLOODED.receiverId, receiverEmails: [FLOODED.receiverEmail] };
  const flooded: PaypalShop = {
    ...(await stack.openShop({ gateway: 'paypal-standard', fields, currency: 'EUR', members: plan.members })),
    ...FLOODED,
  };
  const { beforeMs, duringMs } = plan;
  const measured: (Orders['flood']['answer'] & { about: Flood; messages: number; waiting: number })[] = [];
  await generator.run('payments', { inFlight: 4, warmUpMs: 0, measureMs: beforeMs, shop: stack.shop, databaseUrl: stack.databaseUrl }); // code that runs for the first time is slow
  for (const about of ['nothing', 'own payments'] as const) {
    const messages = plan.messages[about];
    const order = { shop: stack.shop, flooded, about, messages, beforeMs, duringMs, databaseUrl: stack.databaseUrl };
    const answer = await generator.run('flood', order);
    if (answer.during.done === 0) throw new BenchFailure(`no payment was finished beside the flood: ${answer.during.firstFailure ?? ''}`);
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

function describe(
  title: string,
  measured: readonly (Orders['flood']['answer'] & { about: Flood; messages: number; waiting: number })[],
): Finding {
  return {
    title: `Another merchant's payments beside a flood: ${title}`,
    notes: [
      'One payment after the other, from POST /v1/payments to booked, first alone, then from the first forged message at another merchant on.',
      'The forged messages come over 20 connections as fast as they are answered; PayPal calls them INVALID. Limits of verification: the defaults.',
      ...measured.flatMap(({ before, during }) => before.firstFailure ?? during.firstFailure ?? []).map((why) => `A failure: ${why}`),
    ],
    tables: [
      {
        columns: ['forged', 'about', 'taken in', 'refused', 'p50 before', 'p50', 'ratio', 'p99 before', 'p99', 'ratio', 'payments', 'waiting at the end'],
        rows: measured.map(({ about, messages, floodSeconds, refused, before, during, waiting }) => [
          String(messages),
          about,
          `${number(floodSeconds, 1)} s`,
          JSON.stringify(refused),
          `${number(before.p50Ms)} ms`,
          `${number(during.p50Ms)} ms`,
          number(during.p50Ms / before.p50Ms, 2),
          `${number(before.p99Ms)} ms`,
          `${number(during.p99Ms)} ms`,
          number(during.p99Ms / before.p99Ms, 2),
          `${before.done}, ${during.done}`,
          String(waiting),
        ]),
      },
    ],
    data: measured,
  }; // prettier-ignore
}
