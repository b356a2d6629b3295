// node tools/new-gateway/main.mjs <name> [--root <checkout>]: writes the skeleton of a gateway, which compiles and does nothing,
// and its contract test, which fails with what is to do. The way from there: docs/adding-a-gateway.md.
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { prepareOrExit, root as ownRoot, say } from '../setup.mjs';

const TEMPLATES = path.join(ownRoot, 'tools', 'new-gateway');
const NAMES_FILE = path.join('workflows', 'domain', 'gateway.ts');
const REGISTRY_FILE = path.join('activities', 'gateways', 'registry.ts');
const PAYERS_FILE = path.join('tools', 'demo', 'payers.ts');

// What is looked for where something is entered. Gone, nothing is entered.
const NAMES = /^(export const GATEWAY_NAMES = \[)(.*)(\] as const;)$/m;
const IMPORTS = /^import .* from '\.\/.*\/manifest';$/gm;
const LAST_PAYER = /^(export const PAYERS: Readonly<Record<GatewayName, Payer>> = \{\n(?: .*\n)*)(\};)$/m;
const LAST_ENTRY = /^(export const GATEWAYS: Readonly<Record<GatewayName, GatewayEntry>> = \{\n(?: .*\n)*)(\};)$/m;

/** A refusal that one sentence explains; nothing was written. */
class Refusal extends Error {}

await prepareOrExit({ for: 'test' });
try {
  const { positionals, values } = parseArgs({ allowPositionals: true, options: { root: { type: 'string' } } });
  await generate(positionals, path.resolve(values.root ?? ownRoot));
} catch (error) {
  if (!(error instanceof Refusal) && error?.code?.startsWith('ERR_PARSE_ARGS') !== true) throw error;
  say(error.message);
  process.exitCode = 1;
}

/** Checks everything, then writes everything. */
async function generate([name, ...rest], root) {
  if (name === undefined || rest.length > 0) throw new Refusal('Say one name: npm run new-gateway -- acme-pay');
  if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(name) || name.length > 32)
    throw new Refusal(
      `A gateway's name is in kebab-case, like acme-pay, and has at most 32 characters; "${name}" is not.`,
    );
  const words = wordsOf(name);
  const files = [
    ...fromTemplates('gateway', (file) => path.join('activities', 'gateways', name, file), words),
    ...fromTemplates(
      'test',
      (file) => path.join('test', 'gateways', file === 'driver.ts' ? `contract/${name}.ts` : `${name}.${file}`),
      words,
    ),
  ];
  const taken = files.find(({ file }) => existsSync(path.join(root, file)));
  if (taken || namesIn(read(root, NAMES_FILE)).includes(name))
    throw new Refusal(`There is a gateway ${name} already${taken ? `: ${taken.file}` : ''}.`);
  const changed = [
    { file: NAMES_FILE, text: withName(read(root, NAMES_FILE), name) },
    { file: REGISTRY_FILE, text: withEntry(read(root, REGISTRY_FILE), words) },
    { file: PAYERS_FILE, text: withPayer(read(root, PAYERS_FILE), words) },
  ];

  const { format, resolveConfig } = await import('prettier'); // how long a line becomes depends on the name

  // After this point nothing is refused any more.
  for (const { file, text } of [...files, ...changed]) {
    const filepath = path.join(root, file);
    mkdirSync(path.dirname(filepath), { recursive: true });
    writeFileSync(filepath, await format(text, { ...(await resolveConfig(filepath)), filepath }));
  }
  say(
    `written:\n${files.map(({ file }) => `  ${file}`).join('\n')}\nchanged:\n${changed.map(({ file }) => `  ${file}`).join('\n')}`,
  );
  say(`What is to do, in the order of the work: npm test -- ${name}.contract\nHow: docs/adding-a-gateway.md`);
}

function wordsOf(name) {
  const capitalised = name.split('-').map((part) => part[0].toUpperCase() + part.slice(1));
  const Pascal = capitalised.join('');
  return {
    name,
    Pascal,
    camel: Pascal[0].toLowerCase() + Pascal.slice(1),
    Title: capitalised.join(' '),
    method: name.replaceAll('-', '_'),
  };
}

function fromTemplates(folder, placeOf, words) {
  return readdirSync(path.join(TEMPLATES, folder)).map((template) => ({
    file: placeOf(template.replace(/\.template$/, '')),
    text: readFileSync(path.join(TEMPLATES, folder, template), 'utf8').replace(
      /__(name|Pascal|camel|Title|method)__/g,
      (_, word) => words[word],
    ),
  }));
}

function read(root, file) {
  if (!existsSync(path.join(root, file)))
    throw new Refusal(`${file} is not where it was, so a gateway cannot be entered in it.`);
  return readFileSync(path.join(root, file), 'utf8');
}

function namesIn(text) {
  const names = NAMES.exec(text)?.[2];
  if (names === undefined)
    throw new Refusal(
      `${NAMES_FILE} has no line "export const GATEWAY_NAMES = [...] as const;" any more: enter the name by hand.`,
    );
  return [...names.matchAll(/'([^']+)'/g)].map(([, name]) => name);
}

function withName(text, name) {
  return text.replace(NAMES, (_, before, names, after) => `${before}${names}, '${name}'${after}`);
}

function withEntry(text, { name, camel }) {
  const last = [...text.matchAll(IMPORTS)].at(-1);
  if (!last || !LAST_ENTRY.test(text))
    throw new Refusal(
      `${REGISTRY_FILE} has no imports of manifests, or no object "export const GATEWAYS: Readonly<Record<GatewayName, GatewayEntry>>" any more: enter the gateway by hand.`,
    );
  const end = last.index + last[0].length;
  const entered = `${text.slice(0, end)}\nimport { manifest as ${camel} } from './${name}/manifest';${text.slice(end)}`;
  return entered.replace(LAST_ENTRY, (_, before, after) => `${before}  '${name}': enter(${camel}),\n${after}`);
}

function withPayer(text, { name }) {
  if (!LAST_PAYER.test(text))
    throw new Refusal(
      `${PAYERS_FILE} has no object "export const PAYERS: Readonly<Record<GatewayName, Payer>>" any more: enter a payer by hand.`,
    );
  const payer = `  '${name}': {
    path: '/${name}/',
    newAccount: () => ({ secretKey: 'demo-secret' }),
    enterNotificationUrl: isToldByUs,
    pay: () => {
      throw new DemoFailure('TODO ${name}: step 13, tools/demo/payers.ts: a payer for npm run demo, who pays through the control API of the simulator');
    },
  },
`;
  return text.replace(LAST_PAYER, (_, before, end) => before + payer + end);
}
