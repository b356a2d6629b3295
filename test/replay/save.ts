/**
 * Writes the histories of the current story anew, one per path of `paths.ts`, by living each of them on the test environment:
 *
 *   node -r ./test/support/environment/register.cjs test/replay/save.ts [path …]
 *
 * Run it when a path is added or the number of the story moved, and never to make a red replay green: once a release has that
 * number, its histories stand for runs that are open somewhere; see docs/changing-workflows.md.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { STORY } from '../../workflows/messages';
import globalSetup from '../support/environment/global-setup';
import globalTeardown from '../support/environment/global-teardown';
import { historyOf, withoutTraces } from '../support/histories';
import { startWorld } from '../support/world';
import { historiesOf, PATHS } from './paths';

const FOLDER = historiesOf(STORY);

async function main(wanted: readonly string[]): Promise<void> {
  mkdirSync(FOLDER, { recursive: true });
  await globalSetup();
  const world = await startWorld();
  try {
    for (const [name, live] of Object.entries(PATHS)) {
      if (wanted.length > 0 && !wanted.includes(name)) continue;
      const history = withoutTraces(await historyOf(world, await live(world)));
      writeFileSync(path.join(FOLDER, `${name}.json`), history);
      process.stdout.write(`${name}: ${(JSON.parse(history) as { events: unknown[] }).events.length} events\n`);
    }
  } finally {
    await world.stop();
    await globalTeardown();
  }
}

main(process.argv.slice(2)).then(
  () => process.exit(0),
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    process.exit(1);
  },
);
