import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

const ROOT = path.resolve(__dirname, '..', '..', '..');

/** What `tools/new-gateway/main.mjs` left to be done: where, and what the contract expects, in the order of the work. Empty for a gateway that is finished. */
export function todosOf(gateway: string): string[] {
  const folder = path.join('activities', 'gateways', gateway);
  const files = [
    ...(existsSync(path.join(ROOT, folder))
      ? readdirSync(path.join(ROOT, folder)).map((name) => path.join(folder, name))
      : []),
    path.join('test', 'gateways', 'contract', `${gateway}.ts`),
    path.join('tools', 'demo', 'payers.ts'),
  ];
  const mark = new RegExp(`TODO ${gateway}: step (\\d+), [^\`'"\\n]*`, 'g');
  return files
    .filter((file) => existsSync(path.join(ROOT, file)))
    .flatMap((file) => [...readFileSync(path.join(ROOT, file), 'utf8').matchAll(mark)])
    .map(([todo, step]) => ({ todo: todo.replace(/-->$/, '').trim(), step: Number(step) }))
    .sort((a, b) => a.step - b.step)
    .map(({ todo }) => todo);
}
