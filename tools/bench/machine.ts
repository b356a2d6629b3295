import { closeSync, fdatasyncSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { percentile } from './load/percentile';
import { SERVER_VERSION } from './production-temporal';
import { TEMPORAL_VERSION } from '../local/temporal-server';

export interface Machine {
  readonly cores: number;
  readonly processor: string;
  readonly memoryGb: number;
  /** Median time until 8 kB written to the data folder are on its disk: what every commit waits for. */
  readonly flushMs: number;
  readonly loadBefore: number;
  readonly node: string;
  readonly temporalSdk: string;
  readonly temporalCli: string;
  readonly temporalServer: string;
  readonly platform: string;
}

export function lookAtMachine(dataFolder: string): Machine {
  const cpus = os.cpus();
  const sdk: unknown = JSON.parse(readFileSync(require.resolve('@temporalio/worker/package.json'), 'utf8'));
  return {
    cores: cpus.length,
    processor: cpus[0]?.model.trim() ?? 'unknown processor',
    memoryGb: Math.round(os.totalmem() / 2 ** 30),
    flushMs: flushTime(dataFolder),
    loadBefore: os.loadavg()[0] ?? 0,
    node: process.version,
    temporalSdk: (sdk as { version: string }).version,
    temporalCli: TEMPORAL_VERSION,
    temporalServer: SERVER_VERSION,
    platform: `${os.type()} ${os.release()} ${process.arch}`,
  };
}

export function describeMachine(machine: Machine): string {
  const { cores, processor, memoryGb, flushMs, loadBefore, node, temporalSdk, temporalCli, temporalServer, platform } =
    machine;
  return [
    `${cores} cores (${processor}), ${memoryGb} GB, ${platform}; a write reaches the disk in ${flushMs.toFixed(2)} ms; load before: ${loadBefore.toFixed(1)}`,
    `Node ${node}, Temporal SDK ${temporalSdk}, CLI ${temporalCli}, server ${temporalServer}`,
    ...(loadBefore > cores / 4
      ? ['The machine was busy already: only ratios mean anything, and they less than usual.']
      : []),
  ].join('\n');
}

function flushTime(folder: string): number {
  const file = path.join(folder, 'flush');
  const descriptor = openSync(file, 'w');
  try {
    const page = Buffer.alloc(8192, 1);
    const times = Array.from({ length: 50 }, () => {
      const begun = performance.now();
      writeSync(descriptor, page, 0, page.length, 0);
      fdatasyncSync(descriptor);
      return performance.now() - begun;
    });
    return percentile(times, 50);
  } finally {
    closeSync(descriptor);
    rmSync(file, { force: true });
  }
}
