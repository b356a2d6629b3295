import { ConfigError } from '../api/config';
import { GATEWAY_NAMES } from '../workflows/domain/gateway';
import { DemoFailure } from './demo/failure';
import { findRunning, startOwnCopy } from './demo/place';
import { tellStory } from './demo/story';
import { readStartConfig } from './start-config';

/** Pays a cart through every gateway of the simulator: at what runs already, or at a copy started for it. */
async function main(): Promise<void> {
  const running = await findRunning(readStartConfig(process.env), say);
  if (running) {
    say(`Quittance runs at ${running.baseUrl}: the demo makes clubs of its own there.`);
    for (const gateway of GATEWAY_NAMES) await tellStory(running, gateway, say);
    say('\nAll as it should be. The links to Temporal stay open.');
    return;
  }
  say('Starting everything in a folder that is deleted afterwards …');
  const copy = await startOwnCopy(say);
  try {
    for (const gateway of GATEWAY_NAMES) await tellStory(copy, gateway, say);
  } finally {
    say('\nStopping …');
    await copy.stop();
  }
  say('All as it should be. To open the links to Temporal: `npm start`, and `npm run demo` beside it.');
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

main().catch((error: unknown) => {
  const isExplained = error instanceof DemoFailure || error instanceof ConfigError;
  const explanation = error instanceof Error ? (isExplained ? error.message : (error.stack ?? error.message)) : String(error);
  process.stderr.write(`The demo failed: ${explanation}\n`);
  process.exitCode = 1;
});
