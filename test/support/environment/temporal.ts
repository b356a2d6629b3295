import { randomUUID } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { testAddress } from './addresses';

export interface TestTemporal {
  readonly address: string;
  readonly namespace: string;
  /** The compiled workflows, for `workflowBundle: { codePath }`. */
  readonly workflowBundlePath: string;
  /** Nobody else's, so that test files run side by side on one server. */
  readonly taskQueue: string;
}

export const TEST_NAMESPACE = 'default';

/** Where the global set-up leaves the reason when the workflows do not compile. */
export const bundleFailureFile = (bundlePath: string): string => `${bundlePath}.failure`;

export function testTemporal(name = 'test'): TestTemporal {
  return {
    address: testAddress('temporalAddress'),
    namespace: TEST_NAMESPACE,
    workflowBundlePath: builtBundle(),
    taskQueue: `${name}-${randomUUID()}`,
  };
}

function builtBundle(): string {
  const file = testAddress('workflowBundlePath');
  const failure = bundleFailureFile(file);
  if (existsSync(failure)) throw new Error(`The workflows do not compile: ${readFileSync(failure, 'utf8')}`);
  return file;
}
