import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { bundleWorkflowCode } from '@temporalio/worker';

/** Where the build puts the workflows' code; the worker runs exactly this file. */
export const BUNDLE_PATH = path.join(__dirname, '..', 'workflow-bundle.js');

export async function buildBundle(
  to: string,
  workflowsPath = path.join(__dirname, '..', 'workflows', 'index.js'),
): Promise<void> {
  const { code } = await bundleWorkflowCode({ workflowsPath });
  writeFileSync(to, code);
}

if (require.main === module) void buildBundle(BUNDLE_PATH);
