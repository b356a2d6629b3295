// Runs the rules of .dependency-cruiser.cjs. By its library, because its command refuses Node 20, on which the library works.
import { createRequire } from 'node:module';
import path from 'node:path';
import { cruise } from 'dependency-cruiser';
import extractTSConfig from 'dependency-cruiser/config-utl/extract-ts-config';
import { SOURCES, root } from './setup.mjs';

process.chdir(root);
const { forbidden, options } = createRequire(import.meta.url)(path.join(root, '.dependency-cruiser.cjs'));
const { output } = await cruise(
  [...SOURCES, 'test'],
  { ...options, validate: true, ruleSet: { forbidden } },
  { tsConfig: options.tsConfig.fileName },
  { tsConfig: extractTSConfig(path.join(root, options.tsConfig.fileName)) },
);

const { violations, totalCruised } = output.summary;
const comments = new Map(forbidden.map((rule) => [rule.name, rule.comment]));
for (const { rule, from, to, cycle } of violations) {
  const where = cycle ? [from, ...cycle.map((step) => step.name ?? step)].join(' → ') : `${from} → ${to}`;
  console.error(`${rule.name}: ${where}\n    ${comments.get(rule.name) ?? ''}`);
}
console.log(`${violations.length} imports against the rules, ${totalCruised} modules`);
process.exitCode = violations.length === 0 ? 0 : 1;
