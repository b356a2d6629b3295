import { pino } from 'pino';
import { createDeliveries } from '../../outbox/deliveries';
import type { Runs } from '../../outbox/runs';
import { newClub, newMember, newPayment } from '../books/bookkeeping';
import { brokenInvariants } from '../support/audit';
import { Merchant, untilStatus } from '../support/client';
import { approveAs, connectCheckout, visit } from '../support/gateways';
import { ipn } from '../support/paypal';
import { deliver } from '../support/quiet';
import { startWorld } from '../support/world';
import type { World } from '../support/world';

let world: World;
let late = true;
beforeAll(async () => {
  world = await startWorld({ isApiLate: () => late });
});
afterAll(async () => {
  const broken = await brokenInvariants(world);
  await world.stop();
  expect(broken).toEqual({});
});

test('an API that gets to its work late leaves what it stores to the sweeper, and the money is booked all the same', async () => {
  const merchant = await Merchant.create(world);
  const payment = await merchant.pay(await merchant.member([['fee', 3000]]));
  expect(await deliver(merchant, ipn(merchant, payment))).toBe(200);
  expect(await untilStatus(merchant, payment.id, 'paid')).toMatchObject({ captured: 3000, fee: 195 });
  expect(await deliver(merchant, ipn(merchant, { nextAction: null }))).toBe(200);
});

test('so it is where it became late between storing a message and telling of it', async () => {
  let asked = 0;
  const sometimes = await startWorld({ isApiLate: () => (asked += 1) % 2 === 0 });
  try {
    const merchant = await Merchant.create(sometimes);
    const payment = await merchant.pay(await merchant.member([['fee', 3000]]));
    await deliver(merchant, ipn(merchant, payment));
    expect(await untilStatus(merchant, payment.id, 'paid')).toMatchObject({ captured: 3000 });
    expect(await brokenInvariants(sometimes)).toEqual({});
  } finally {
    await sometimes.stop();
  }
});

test('a payer who waits for the checkout of a gateway gets it from an API that is late', async () => {
  const merchant = await Merchant.create(world);
  await connectCheckout(merchant);
  const payment = await merchant.pay(await merchant.member([['fee', 3000]]), { gateway: 'paypal-checkout' });
  expect(payment).toMatchObject({ status: 'awaiting_payer', nextAction: { kind: 'redirect' } });
  await visit(await approveAs(merchant, payment));
  await untilStatus(merchant, payment.id, 'paid');
});

test('late, it tells Temporal of no message and of no start that can wait, and gives itself no time for them', async () => {
  const told: string[] = [];
  const tell = async (what: string) => void told.push(what);
  const runs: Runs = {
    start: ({ id }) => tell(id),
    notify: tell,
    wake: tell,
    look: tell,
    retryDeliveries: ({ endpointId }) => tell(endpointId),
    refundUnmatched: ({ refundId }) => tell(refundId),
    startAgreement: tell,
    lookAtAgreement: tell,
    commandAgreement: () => Promise.reject(new Error('nobody commands')),
    command: () => Promise.reject(new Error('nobody commands')),
  };
  const club = await newClub(world.db);
  const [waits, sleeps] = [
    await newPayment(world.db, club, await newMember(world.db, club)),
    await newPayment(world.db, club, await newMember(world.db, club)),
  ];
  const deliveries = createDeliveries({ db: world.db, runs, log: pino({ level: 'silent' }), isLate: () => late });
  deliveries.notified('ntf_late', null);
  await deliveries.started(sleeps, 'form');
  await deliveries.started(waits, null);
  expect([told, deliveries.leaseMs()]).toEqual([[waits.id], 0]);
  late = false;
  deliveries.notified('ntf_in_time', null);
  await deliveries.started(sleeps, 'form');
  expect(told.sort()).toEqual(['ntf_in_time', sleeps.id, waits.id].sort());
  expect(deliveries.leaseMs()).toBeGreaterThan(0);
  await deliveries.close();
});
