import { Client, Connection } from '@temporalio/client';
import { sendNotifications } from './acknowledgements';
import { watchBooked } from './booked';
import { createOpening, createPayingAs, createRefunding, openPrompts } from './counters';
import { payBesideFlood } from './flood';
import type { FromGenerator, Orders, Pace, Shift, ToGenerator } from './orders';
import { createCheckout, createPayer } from './pay';
import { goThrough, keepInFlight } from './shift';
import { listenForDone, runYardstick, type DoneListener } from './yardsticks';

let listener: DoneListener | null = null;
const listening = async (): Promise<DoneListener> => (listener ??= await listenForDone());

async function obey(message: ToGenerator): Promise<Orders[keyof Orders]['answer']> {
  switch (message.kind) {
    case 'listen':
      return (await listening()).port;
    case 'payments':
      return pay(message.order);
    case 'yardstick':
      return runYardsticks(message.order);
    case 'openings':
      return open(message.order);
    case 'counterPayments':
      return payAtCounter(message.order);
    case 'counterSales':
      return sellAtCounter(message.order);
    case 'counterRefunds':
      return refundAll(message.order);
    case 'prompts':
      return openPrompts(message.order.shop, message.order.count, message.order.inFlight);
    case 'flood':
      return payBesideFlood(message.order);
    case 'notifications':
      return sendNotifications(message.order);
  }
}

/** Looking every 2 ms costs nothing beside one payment at a time, and would cost much beside 200 that take a second each. */
const lookEveryMs = (inFlight: number): number => Math.min(50, Math.max(2, inFlight / 2));

async function pay(order: Orders['payments']['order']): Promise<Orders['payments']['answer']> {
  const checkout = createCheckout(order.shop);
  const payer = createPayer(order.shop);
  return keepPaying(order, async () => {
    const opened = await checkout();
    await payer(opened);
    return opened.id;
  });
}

async function payAtCounter(order: Orders['counterPayments']['order']): Promise<Orders['counterPayments']['answer']> {
  const open = createOpening(order.counter);
  const payAs = createPayingAs(order.counter);
  return keepPaying(order, async () => {
    const opened = await open();
    await payAs(opened, order.payer);
    return opened.id;
  });
}

async function sellAtCounter(order: Orders['counterSales']['order']): Promise<Orders['counterSales']['answer']> {
  const open = createOpening(order.counter);
  const payAs = createPayingAs(order.counter);
  const watch = watchBooked(order.databaseUrl, lookEveryMs(order.inFlight));
  const sell = async (): Promise<string> => {
    const opened = await open();
    await payAs(opened, order.payer);
    await watch.untilBooked(opened.id);
    return opened.id;
  };
  try {
    const { pace, results } = await goThrough(
      order,
      Array.from({ length: order.count }, (_, turn) => turn),
      sell,
      mark,
    );
    return { pace, paymentIds: results };
  } finally {
    await watch.close();
  }
}

async function refundAll(order: Orders['counterRefunds']['order']): Promise<Orders['counterRefunds']['answer']> {
  const refund = createRefunding(order.shop);
  const watch = watchBooked(order.databaseUrl, lookEveryMs(order.inFlight), 'refunded');
  const refundOne = async (paymentId: string): Promise<void> => {
    await refund(paymentId);
    await watch.untilBooked(paymentId);
  };
  try {
    return (await goThrough(order, order.paymentIds, refundOne, mark)).pace;
  } finally {
    await watch.close();
  }
}

/** `one` gives the id of a payment that is paid and has still to be booked. */
async function keepPaying(order: Shift & { readonly databaseUrl: string }, one: () => Promise<string>): Promise<Pace> {
  const watch = watchBooked(order.databaseUrl, lookEveryMs(order.inFlight));
  try {
    return await keepInFlight(order, async () => watch.untilBooked(await one()), mark);
  } finally {
    await watch.close();
  }
}

async function runYardsticks(order: Orders['yardstick']['order']): Promise<Orders['yardstick']['answer']> {
  const done = await listening();
  const connection = await Connection.connect({ address: order.address });
  try {
    const client = new Client({ connection });
    return await keepInFlight(order, () => runYardstick(client, order.kind, done), mark);
  } finally {
    await connection.close();
  }
}

async function open({ shop, count, inFlight }: Orders['openings']['order']): Promise<number> {
  const checkout = createCheckout(shop);
  let left = count;
  await Promise.all(
    Array.from({ length: inFlight }, async () => {
      while (left-- > 0) await checkout();
    }),
  );
  return count;
}

function mark(mark: 'begun' | 'ended'): void {
  tell({ mark });
}

function tell(message: FromGenerator): void {
  process.send?.(message);
}

process.on('message', (message: ToGenerator) => {
  obey(message).then(
    (answer) => {
      tell({ answer });
    },
    (error: unknown) => {
      tell({ failure: error instanceof Error ? (error.stack ?? error.message) : String(error) });
    },
  );
});
// The bench is gone, so nobody waits for an answer.
process.on('disconnect', () => process.exit(0));
// The terminal's Ctrl-C reaches this process too; the bench says when it ends.
process.on('SIGINT', () => undefined);
