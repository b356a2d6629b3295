import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { configSchema as apiConfig } from '../api/config';
import { simulatorConfig } from '../simulator/config';
import { configSchema as workerConfig } from '../worker/config';
import { searchAttributes } from '../workflows/messages';

// No container engine can be assumed where tests run, so the file is held to what it says.
const ROOT = path.resolve(__dirname, '..');
const read = (file: string): string => readFileSync(path.join(ROOT, file), 'utf8');

const healthcheck = z.object({ test: z.array(z.string()).min(2) });
const service = z.looseObject({
  image: z.string(),
  build: z.string().optional(),
  command: z.array(z.string()).optional(),
  environment: z.record(z.string(), z.string()).default({}),
  depends_on: z
    .record(
      z.string(),
      z.object({ condition: z.enum(['service_healthy', 'service_completed_successfully', 'service_started']) }),
    )
    .default({}),
  healthcheck: healthcheck.optional(),
  restart: z.string(),
  profiles: z.array(z.string()).default([]),
});
const compose = z
  .looseObject({ services: z.record(z.string(), service) })
  .parse(parse(read('docker-compose.yml'), { merge: true }));
const services = Object.entries(compose.services);
const named = (name: string): z.infer<typeof service> => compose.services[name] ?? fail(`there is no service ${name}`);

const fail = (message: string): never => {
  throw new Error(message);
};

/** One-shots end by themselves, and others wait for that. */
const oneShots = ['temporal-schema', 'temporal-namespace', 'migrate'];
const SCHEMAS = {
  api: apiConfig,
  worker: workerConfig,
  simulator: simulatorConfig,
  migrate: apiConfig.pick({ DATABASE_URL: true }),
};
const ours = Object.keys(SCHEMAS) as (keyof typeof SCHEMAS)[];

/** What compose makes of a value: the default where there is one, else what a person must give. */
const GIVEN: Record<string, string> = {
  ENCRYPTION_KEY: Buffer.alloc(32, 1).toString('base64'),
  OPERATOR_KEY: 'an-operator-key-of-a-good-length',
  DATABASE_PASSWORD: 'secret',
};
const interpolate = (value: string): string =>
  value.replaceAll(
    /\$\{(\w+)(?::([-?])([^}]*))?\}/g,
    (_, name: string, kind: string | undefined, rest: string | undefined) =>
      kind === '-' ? (rest ?? '') : (GIVEN[name] ?? fail(`nobody gives ${name}`)),
  );

describe('docker-compose.yml', () => {
  it('has a service for each part of the product and of what it stands on', () => {
    expect(Object.keys(compose.services)).toEqual(
      expect.arrayContaining(['postgres', 'redis', 'temporal', 'temporal-ui', 'migrate', 'api', 'worker', 'simulator']),
    );
  });

  it.each(services)('pins the image of %s to a version', (_name, { image }) => {
    expect(image).toMatch(/^[\w./-]+:\d+\.\d+(\.\d+)?(-[\w.]+)?$/);
  });

  it('builds our image from a pinned one of a supported Node', () => {
    const base = /^ARG NODE_IMAGE=node:(\d+)\.(\d+)\.\d+-\w+-slim$/m.exec(read('Dockerfile'));
    expect(base).not.toBeNull();
    expect(Number(base?.[1]) * 100 + Number(base?.[2])).toBeGreaterThanOrEqual(2019);
  });

  it.each(['dist', 'prisma/migrations', 'package.json'])('puts into our image what a process reads: %s', (file) => {
    expect(existsSync(path.join(ROOT, file)) || file === 'dist').toBe(true);
    expect(read('Dockerfile')).toMatch(new RegExp(`^COPY .*${file}(\\s|$)`, 'm'));
  });

  it.each(services.filter(([name]) => !oneShots.includes(name)))(
    'checks the health of %s',
    (_name, { healthcheck: check }) => {
      expect(check).toBeDefined();
    },
  );

  it.each(oneShots)('lets %s end once, and try again only after a failure', (name) => {
    expect(named(name).restart).toMatch(/^on-failure/);
    const waits = services.flatMap(([, { depends_on }]) => depends_on[name]?.condition ?? []);
    expect(waits.length).toBeGreaterThan(0);
    expect(new Set(waits)).toEqual(new Set(['service_completed_successfully']));
  });

  it.each(services)('makes %s wait only for services that exist', (_name, { depends_on }) => {
    for (const [other, { condition }] of Object.entries(depends_on)) {
      expect(Object.keys(compose.services)).toContain(other);
      if (condition === 'service_healthy') expect(named(other).healthcheck).toBeDefined();
    }
  });

  it.each(ours)('runs a program of ours as %s, the same as npm run', (name) => {
    const [node, flag, entry] = named(name).command ?? [];
    expect([node, flag]).toEqual(['node', '--enable-source-maps']);
    const source = (entry ?? '').replace(/^dist\//, '').replace(/\.js$/, '.ts');
    expect(existsSync(path.join(ROOT, source))).toBe(true);
    const { scripts } = z.object({ scripts: z.record(z.string(), z.string()) }).parse(JSON.parse(read('package.json')));
    expect(scripts[name]).toBeDefined();
    expect(read('tools/run.mjs')).toContain(`${name}: '${(entry ?? '').replace(/^dist\//, '')}'`);
  });

  it.each(ours)('gives %s only variables that it knows', (name) => {
    expect(Object.keys(SCHEMAS[name].shape)).toEqual(expect.arrayContaining(Object.keys(named(name).environment)));
  });

  it.each(ours)('gives %s a configuration with which it starts', (name) => {
    const environment = Object.fromEntries(
      Object.entries(named(name).environment)
        .map(([variable, value]) => [variable, interpolate(value)])
        .filter(([, value]) => value !== ''), // as the processes read it: empty is not set
    );
    expect(SCHEMAS[name].safeParse(environment)).toMatchObject({ success: true });
  });

  it('makes the search attributes that payments carry', () => {
    const script = named('temporal-namespace').command?.join('\n') ?? '';
    for (const { name } of Object.values(searchAttributes)) expect(script).toContain(name);
  });

  it('keeps every secret out of the file', () => {
    for (const [, { environment }] of services) {
      for (const [variable, value] of Object.entries(environment)) {
        if (/PASSWORD|PWD|_KEY$/.test(variable)) expect(value).toMatch(/^\$\{\w+:\?[^}]+\}$/);
      }
    }
  });

  it('starts the simulator only when asked', () => {
    expect(services.filter(([, { profiles }]) => profiles.length > 0).map(([name]) => name)).toEqual(['simulator']);
  });
});
