import { readSimulatorConfig } from './config';
import { startSimulator } from './start';

async function main(): Promise<void> {
  const config = readSimulatorConfig(process.env);
  const simulator = await startSimulator({
    port: config.SIMULATOR_PORT,
    host: config.HOST,
    resendSpeed: config.RESEND_SPEED,
    publicUrl: config.SIMULATOR_PUBLIC_URL,
    hosts: config.SIMULATOR_URL === undefined ? [] : [new URL(config.SIMULATOR_URL).hostname],
  });
  process.stdout.write(`simulator: listening on ${simulator.url}, time passes ${config.RESEND_SPEED} times faster\n`);
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.once(signal, () => {
      void simulator.stop();
    });
  }
}

main().catch((error: unknown) => {
  process.stderr.write(`simulator: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
