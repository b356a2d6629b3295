import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { PostgresFailure } from '../local/postgres-server';
import { resolveTemporal, TemporalFailure } from '../local/temporal-server';
import { measureAcknowledgement } from './acknowledgement';
import { startCountingProxy, type CountingProxy } from './counting-proxy';
import { countEvents } from './events';
import { measureFlood } from './flood';
import { measureGateways } from './gateways';
import { startGenerator, type Generator } from './generator';
import { measureIdlePrompts } from './idle-prompts';
import { describeMachine, lookAtMachine } from './machine';
import { measureMemory } from './memory';
import { measurePeople } from './people';
import { readOptions, UsageFailure, type Options } from './options';
import { resolveServer } from './production-temporal';
import { measureRecord } from './record';
import { measureRefunds } from './refunds';
import { renderFinding, type Finding } from './report';
import { measureScale } from './scale';
import { startStack, TITLES, type TemporalKind } from './stack';
import { measureThroughput } from './throughput';
import { measureWebhooks } from './webhooks';
import { BenchFailure, Workbench } from './workbench';
import { measureWeb } from './web';
import { startYardstick } from './yardstick/start';

/** How much of everything: minutes for figures to quote, or seconds to see that it works. */
const PLANS = {
  full: {
    members: 400,
    bookings: 1000,
    throughput: {
      inFlight: [1, 50, 200],
      rounds: 2,
      warmUpMs: 1500,
      measureMs: 4000,
      firstWarmUpMs: { ours: 20_000, textbook: 6000, leanest: 6000 },
    },
    memory: { waiting: 10_000, loadMs: 6000 },
    people: { sessions: 1000, streams: 1000, imported: 2000 },
    webhooks: { inFlight: 20, rounds: 4, firstWarmUpMs: 15_000, warmUpMs: 1500, measureMs: 5000, waiting: 1000 },
    web: { visits: 9 },
    flood: { messages: { nothing: 2000, 'own payments': 1000 }, measureMs: 20_000, members: 50 },
    acknowledgement: { steadyRates: [50, 300], steadyMs: 8000, tryMs: 4000, halvings: 2, drainMs: 20_000 },
    gateways: {
      samples: 10,
      inFlight: 20,
      rounds: 2,
      firstWarmUpMs: 6000,
      warmUpMs: 1500,
      measureMs: 6000,
      members: 100,
    },
    refunds: { samples: 10, inFlight: 20, rounds: 2, payments: 150, warmUp: 40, firstWarmUp: 100, members: 100 },
    prompts: { prompts: 1000, watchMs: 240_000 },
  },
  quick: {
    members: 100,
    bookings: 500,
    throughput: {
      inFlight: [1, 50],
      rounds: 1,
      warmUpMs: 1000,
      measureMs: 2500,
      firstWarmUpMs: { ours: 4000, textbook: 2000, leanest: 2000 },
    },
    memory: { waiting: 500, loadMs: 3000 },
    people: { sessions: 100, streams: 100, imported: 200 },
    webhooks: { inFlight: 20, rounds: 1, firstWarmUpMs: 4000, warmUpMs: 1000, measureMs: 2500, waiting: 100 },
    web: { visits: 3 },
    flood: { messages: { nothing: 300, 'own payments': 200 }, measureMs: 4000, members: 50 },
    acknowledgement: { steadyRates: [50, 300], steadyMs: 4000, tryMs: 2000, halvings: 1, drainMs: 10_000 },
    gateways: {
      samples: 3,
      inFlight: 20,
      rounds: 1,
      firstWarmUpMs: 2000,
      warmUpMs: 1000,
      measureMs: 2500,
      members: 50,
    },
    refunds: { samples: 3, inFlight: 20, rounds: 1, payments: 100, warmUp: 30, firstWarmUp: 60, members: 50 },
    prompts: { prompts: 100, watchMs: 60_000 },
    payments: 10_000,
  },
} as const;

async function bench(workbench: Workbench, options: Options, publish: (finding: Finding) => void): Promise<void> {
  const plan = options.quick ? PLANS.quick : PLANS.full;
  const wants = (...phases: Options['phases']): boolean => phases.some((phase) => options.phases.includes(phase));

  // Whatever must be compiled is compiled before anything is measured.
  const onLastKind = ['memory', 'flood', 'ack', 'people', 'webhooks', 'gateways', 'refunds', 'prompts'] as const;
  const server = wants('throughput', ...onLastKind) ? await resolveServer(say) : 'not asked for';
  const needsDev = wants('events', 'throughput', 'web') || (wants(...onLastKind) && typeof server === 'string');
  const program = needsDev ? await resolveTemporal(say) : null;

  if (wants('record')) {
    say('booking …');
    publish(await measureRecord(workbench, plan.bookings));
  }
  if (wants('scale')) {
    const payments = options.quick ? Math.min(options.payments, PLANS.quick.payments) : options.payments;
    say(`reading in books of ${payments} payments …`);
    publish(await measureScale(workbench, payments));
  }
  if (!wants('events', 'throughput', 'web', ...onLastKind)) return;
  const generator = startGenerator(workbench);

  const kinds: TemporalKind[] = [
    ...(program !== null ? [{ kind: 'dev', program } as const] : []),
    ...(typeof server !== 'string' ? [{ kind: 'production', programs: server } as const] : []),
  ];
  const last = kinds.at(-1);
  if (last && wants('gateways', 'refunds', 'prompts'))
    await benchGateways(workbench, options, { temporal: last, generator }, publish);
  for (const temporal of wants('events', 'throughput', 'web', 'memory', 'flood', 'ack', 'people', 'webhooks')
    ? kinds
    : []) {
    // Of several, what concerns the API's own work is measured on the one that production has.
    const isLast = temporal === last;
    const isFirst = temporal === kinds[0];
    say(`starting everything on: ${TITLES[temporal.kind]} …`);
    const stack = await startStack(workbench, temporal, {
      members: plan.members,
      profileFolder: options.profileFolder,
    });
    if ((wants('events') && isFirst) || wants('throughput')) {
      const yardstick = await startYardstick(workbench, stack, generator);
      if (wants('events') && isFirst) publish(await countEvents(stack));
      if (wants('throughput')) {
        say('payments per second …');
        publish(await measureThroughput({ stack, generator, yardstick }, plan.throughput));
      }
      await yardstick.stop();
    }
    if (wants('web') && isFirst) {
      say('pages on a slow phone …');
      publish(await measureWeb(stack, plan.web));
    }
    if (wants('memory') && isLast) {
      say('memory …');
      publish(await measureMemory({ stack, generator }, plan.memory));
    }
    if (wants('people') && isLast) {
      say('people …');
      publish(await measurePeople(stack, plan.people));
    }
    if (wants('webhooks') && isLast) {
      say('webhooks …');
      publish(await measureWebhooks({ workbench, stack, generator }, plan.webhooks));
    }
    if (wants('flood') && isLast) {
      say('payments beside a flood …');
      publish(await measureFlood({ stack, generator }, plan.flood));
    }
    if (wants('ack') && isLast) {
      say('acknowledging notifications …');
      publish(await measureAcknowledgement({ stack, generator }, plan.acknowledgement));
    }
    const [casualty] = workbench.casualties();
    if (casualty !== undefined) throw new BenchFailure(casualty);
    await stack.stop();
  }
  if (typeof server === 'string' && wants('throughput', ...onLastKind))
    publish({
      title: 'Left out',
      notes: [`Everything on Temporal server over PostgreSQL, because ${server}.`],
      tables: [],
      data: { reason: server },
    });
}

/** The simulator plays all gateways here, on a stack of its own: what it does would be counted as the product's cost elsewhere. */
async function benchGateways(
  workbench: Workbench,
  { phases, quick, profileFolder }: Options,
  { temporal, generator }: { temporal: TemporalKind; generator: Generator },
  publish: (finding: Finding) => void,
): Promise<void> {
  const plan = quick ? PLANS.quick : PLANS.full;
  say(`starting everything with the simulator on: ${TITLES[temporal.kind]} …`);
  const counting: { proxy: CountingProxy | null } = { proxy: null };
  const askedThrough = async (url: string): Promise<string> =>
    (counting.proxy = await startCountingProxy(workbench, url)).url;
  const stack = await startStack(workbench, temporal, { members: 1, profileFolder, simulator: { askedThrough } });
  if (!counting.proxy) throw new BenchFailure('nothing counts what the gateways are asked');
  if (phases.includes('gateways')) {
    say('each gateway …');
    publish(await measureGateways({ stack, generator, proxy: counting.proxy }, plan.gateways));
  }
  if (phases.includes('refunds')) {
    say('refunds …');
    publish(await measureRefunds({ stack, generator, proxy: counting.proxy }, plan.refunds));
  }
  if (phases.includes('prompts')) {
    say(`${plan.prompts.prompts} prompts that nobody answers …`);
    publish(await measureIdlePrompts({ stack, generator, proxy: counting.proxy }, plan.prompts));
  }
  const [casualty] = workbench.casualties();
  if (casualty !== undefined) throw new BenchFailure(casualty);
  await stack.stop();
}

async function main(): Promise<void> {
  const options = readOptions(process.argv.slice(2));
  const workbench = new Workbench(process.env['DATA_DIR'] ?? '.data');
  const ending: { done: Promise<void> | null } = { done: null };
  const end = (code: number): Promise<void> => (ending.done ??= workbench.close().finally(() => process.exit(code)));
  process.once('exit', () => workbench.abandon());
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      say('stopping …');
      void end(130);
    });
  }

  const machine = lookAtMachine(workbench.folder);
  console.log(describeMachine(machine));
  const findings: Finding[] = [];
  const begun = Date.now();
  try {
    await bench(workbench, options, (finding) => {
      findings.push(finding);
      console.log(renderFinding(finding));
    });
    console.log(
      `\nMeasured in ${((Date.now() - begun) / 60_000).toFixed(1)} minutes. Machines differ: compare ratios of one run, not numbers of two.`,
    );
    if (options.jsonFile !== null) {
      const data = findings.map(({ title, data }) => ({ title, data }));
      writeFileSync(
        path.resolve(options.jsonFile),
        `${JSON.stringify({ machine, quick: options.quick, findings: data }, null, 2)}\n`,
      );
    }
    await end(0);
  } catch (error) {
    if (ending.done === null) console.error(`bench: ${explain(error)}`, ...workbench.casualties());
    await end(1);
  }
}

function explain(error: unknown): string {
  const isExplained = [BenchFailure, UsageFailure, TemporalFailure, PostgresFailure].some(
    (kind) => error instanceof kind,
  );
  return error instanceof Error ? ((isExplained ? undefined : error.stack) ?? error.message) : String(error);
}

/** What goes on, beside the figures. */
function say(line: string): void {
  process.stderr.write(`bench: ${line}\n`);
}

main().catch((error: unknown) => {
  console.error(`bench: ${explain(error)}`);
  process.exit(1);
});
