import { rmSync } from 'node:fs';
import type { RunningEnvironment } from './global-setup';

export default async function globalTeardown(): Promise<void> {
  const environment: RunningEnvironment | undefined = globalThis.quittanceTestEnvironment;
  if (!environment) return;
  await Promise.all(environment.pieces.map((piece) => piece.stop(5000)));
  rmSync(environment.folder, { recursive: true, force: true });
}
