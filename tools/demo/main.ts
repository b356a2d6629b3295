import { ConfigError } from '../../platform/config';
import { tellOfMoneyBack } from './after-the-money';
import { DemoFailure } from './failure';
import { findRunning, startOwnCopy } from './place';
import type { Place } from './club';
import { tellOfEuros, tellOfFrancs } from './story';
import { readStartConfig } from '../local/start-config';

/** Pays carts through every gateway of the simulator: at what runs already, or at a copy started for it. */
async function main(): Promise<void> {
  const running = await findRunning(readStartConfig(process.env), say);
  if (running) {
    say(`Quittance runs at ${running.baseUrl}: the demo makes clubs of its own there.`);
    await tellAll(running);
    say('\nAll as it should be. The links to Temporal stay open.');
    return;
  }
  say('Starting everything in a folder that is deleted afterwards …');
  const copy = await startOwnCopy(say);
  try {
    await tellAll(copy);
  } finally {
    say('\nStopping …');
    await copy.stop();
  }
  say('All as it should be. To open the links to Temporal: `npm start`, and `npm run demo` beside it.');
}

/** `--stories`: what happens after the money came, instead of how it comes. */
async function tellAll(place: Place): Promise<void> {
  if (process.argv.includes('--stories')) return tellOfMoneyBack(place, say);
  await tellOfEuros(place, say);
  await tellOfFrancs(place, say);
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

main().catch((error: unknown) => {
  const isExplained = error instanceof DemoFailure || error instanceof ConfigError;
  const explanation =
    error instanceof Error ? (isExplained ? error.message : (error.stack ?? error.message)) : String(error);
  process.stderr.write(`The demo failed: ${explanation}\n`);
  process.exitCode = 1;
});
