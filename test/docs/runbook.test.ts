import { readFileSync } from 'node:fs';
import path from 'node:path';
import { brokenInvariants } from '../support/audit';
import { startWorld } from '../support/world';
import type { World } from '../support/world';
import { ATTENTIONS } from '../../workflows/domain/payment';
import { readRunbook } from './runbook';
import type { Section } from './runbook';
import { Trial } from './trial';

const SECTIONS = readRunbook();
/** What takes a week, and what the simulator never says. */
const NOT_TRIED = ['refund_slow', 'gateway_remark'];

test('each attention code has its section, in the order of the table', () => {
  expect(SECTIONS.map(({ code }) => code)).toEqual(Object.keys(ATTENTIONS));
});

test('each section says what happened, what to look at and what to do', () => {
  for (const { code, text } of SECTIONS)
    for (const part of ['**What happened.**', '**Look at**', '**Do.**'])
      expect([code, part, text.includes(part)]).toEqual([code, part, true]);
});

test('what is not tried is proved by a test that there is', () => {
  const untried = SECTIONS.filter(({ raise }) => raise === null);
  expect(untried.map(({ code }) => code)).toEqual(NOT_TRIED);
  for (const { provedBy } of untried) {
    const source = readFileSync(path.resolve(__dirname, '..', '..', provedBy?.file ?? ''), 'utf8');
    expect(source).toContain(`test('${provedBy?.name}'`);
  }
});

describe('what the runbook tells to try', () => {
  let world: World;
  beforeAll(async () => {
    world = await startWorld();
  });
  afterAll(async () => {
    const broken = await brokenInvariants(world);
    await world.stop();
    expect(broken).toEqual({});
  });

  const tried = SECTIONS.filter(({ raise }) => raise !== null).map((section) => [section.code, section] as const);
  // One after the other: what the simulator's next answer is to be holds for the next who asks.
  test.each(tried)('%s is shown, and gone at the end', async (code, { raise, end, stays }: Section) => {
    const trial = await Trial.begin(world, raise ?? []);
    await trial.take(raise ?? []);
    await trial.until(code, true);
    await trial.take(end ?? []);
    expect(end === null).toBe(stays);
    await trial.until(code, stays);
  });
});
