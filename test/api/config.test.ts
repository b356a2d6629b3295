import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { PARTNERSHIPS } from '../../activities/gateways/registry';
import { configSchema } from '../../api/config';
import { ConfigError, partnersFrom, readConfig } from '../../platform/config';

const PARTNER = ['PAYPAL_PARTNER_ID', 'PAYPAL_PARTNER_CLIENT_ID', 'PAYPAL_PARTNER_CLIENT_SECRET'] as const;

const ROOT = path.resolve(__dirname, '..', '..');
const right = {
  DATABASE_URL: 'postgresql://user:password@localhost:5432/quittance',
  OPERATOR_KEY: 'an-operator-key-that-is-long-enough',
  ENCRYPTION_KEY: Buffer.alloc(32, 1).toString('base64'),
};

function complaintAbout(env: NodeJS.ProcessEnv): string {
  try {
    readConfig(configSchema, env);
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  return '';
}

test('three variables are enough; the rest has defaults', () => {
  expect(readConfig(configSchema, right)).toEqual({
    ...right,
    TEMPORAL_ADDRESS: '127.0.0.1:7233',
    TEMPORAL_NAMESPACE: 'default',
    TASK_QUEUE: 'quittance',
    TEMPORAL_UI_URL: 'http://localhost:8233',
    PORT: 3000,
    HOST: '0.0.0.0',
    SIMULATOR_URL: 'http://127.0.0.1:3400',
    ENCRYPTION_KEY_PREVIOUS: [],
    PAYPAL_PARTNER_ENVIRONMENT: 'live',
    LOG_LEVEL: 'info',
    DATABASE_CONNECTIONS: 10,
    REQUESTS_PER_MINUTE: 12_000,
    FAILED_LOGINS_PER_MINUTE: 300,
    INBOX_BACKLOG: 20_000,
    DEMO_ENTRY: '0',
    OPERATOR_EMAILS: new Set(),
    TRUSTED_PROXIES: 0,
    MAIL: 'off',
    WEBHOOK_ALLOW_HTTP: false,
    MEMBER_LINK_TTL_S: 900,
    RECOVERY_WAIT_S: 259_200,
  });
});

test('numbers are read from text, and an empty variable is one that was not set', () => {
  expect(
    readConfig(configSchema, { ...right, PORT: '8080', INBOX_BACKLOG: '', REDIS_URL: '', PUBLIC_URL: '' }),
  ).toMatchObject({
    PORT: 8080,
    INBOX_BACKLOG: 20_000,
  });
});

const wrong = [
  ['MAIL', 'by pigeon'],
  ['SMTP_URL', 'https://mail.example'],
  ['MAIL_FROM', 'Club'],
  ['WEBHOOK_ALLOW_HTTP', 'yes'],
  ['MEMBER_LINK_TTL_S', '0'],
  ['RECOVERY_WAIT_S', '3d'],
  ['DATABASE_URL', 'mysql://localhost/quittance'],
  ['DATABASE_URL', 'localhost:5432'],
  ['OPERATOR_EMAILS', 'me@platform.example, you'],
  ['TEMPORAL_UI_URL', 'localhost:8233'],
  ['TEMPORAL_UI_URL', 'javascript:alert(1)'],
  ['PORT', 'http'],
  ['PORT', '70000'],
  ['PORT', '-1'],
  ['PORT', '80.5'],
  ['PUBLIC_URL', 'pay.club.example'],
  ['PUBLIC_URL', 'localhost:3000'],
  ['PUBLIC_URL', 'ftp://club.example'],
  ['SIMULATOR_URL', 'localhost:3400'],
  ['SIMULATOR_PUBLIC_URL', 'simulator:3400'],
  ['OPERATOR_KEY', 'short'],
  ['ENCRYPTION_KEY', 'short'],
  ['ENCRYPTION_KEY', Buffer.alloc(31).toString('base64')],
  ['ENCRYPTION_KEY', Buffer.alloc(33).toString('base64')],
  ['ENCRYPTION_KEY', Buffer.alloc(32).toString('hex')],
  ['ENCRYPTION_KEY_PREVIOUS', 'short'],
  ['ENCRYPTION_KEY_PREVIOUS', `${Buffer.alloc(32, 2).toString('base64')},short`],
  ['PAYPAL_PARTNER_ENVIRONMENT', 'production'],
  ['REDIS_URL', 'http://localhost:6379'],
  ['REDIS_URL', 'localhost:6379'],
  ['LOG_LEVEL', 'loud'],
  ['DATABASE_CONNECTIONS', '0'],
  ['DATABASE_CONNECTIONS', 'many'],
  ['REQUESTS_PER_MINUTE', '0'],
  ['FAILED_LOGINS_PER_MINUTE', '1.5'],
  ['INBOX_BACKLOG', '-5'],
  ['DEMO_ENTRY', 'yes'],
  ['TRUSTED_PROXIES', '-1'],
  ['TRUSTED_PROXIES', 'all'],
] as const;

test.each(wrong)('%s = %s is refused by its name, and the value is not repeated', (name, value) => {
  const complaint = complaintAbout({ ...right, [name]: value });
  expect(complaint.split('\n')).toEqual([expect.stringMatching(new RegExp(`^${name}: .`))]);
  expect(complaint).not.toContain(value);
});

test.each([['DATABASE_URL'], ['OPERATOR_KEY'], ['ENCRYPTION_KEY']])('without %s nothing starts', (name) => {
  expect(complaintAbout({ ...right, [name]: undefined })).toMatch(new RegExp(`^${name}: `));
});

test('partner credentials are there whole or not at all', () => {
  const whole = Object.fromEntries(PARTNER.map((name) => [name, `its ${name}`]));
  const partners = (env: NodeJS.ProcessEnv) => partnersFrom(PARTNERSHIPS, readConfig(configSchema, env));
  expect(partners(right)).toEqual({});
  expect(partners({ ...right, PAYPAL_PARTNER_ENVIRONMENT: 'sandbox' })).toEqual({});
  expect(partners({ ...right, ...whole, PAYPAL_PARTNER_ENVIRONMENT: 'sandbox' })).toEqual({
    'paypal-checkout': {
      environment: 'sandbox',
      partnerId: 'its PAYPAL_PARTNER_ID',
      clientId: 'its PAYPAL_PARTNER_CLIENT_ID',
      clientSecret: 'its PAYPAL_PARTNER_CLIENT_SECRET',
    },
  });
  for (const name of PARTNER)
    expect(() => partners({ ...right, ...whole, [name]: undefined })).toThrow(
      'PAYPAL_PARTNER_ID, PAYPAL_PARTNER_CLIENT_ID, PAYPAL_PARTNER_CLIENT_SECRET: all of them, or none',
    );
});

test('every variable that can be wrong is tried above', () => {
  const anyTextWillDo = ['TEMPORAL_ADDRESS', 'TEMPORAL_NAMESPACE', 'TASK_QUEUE', 'HOST', ...PARTNER];
  expect([...new Set<string>(wrong.map(([name]) => name)), ...anyTextWillDo].sort()).toEqual(
    Object.keys(configSchema.shape).sort(),
  );
});

test('the process does not start: it names each wrong variable in a sentence and exits with 1', () => {
  const env = { ...right, PORT: 'http', ENCRYPTION_KEY: 'short', PUBLIC_URL: 'localhost:3000' };
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['-r', './test/support/environment/register.cjs', 'api/main.ts'],
    {
      cwd: ROOT,
      env: { PATH: process.env['PATH'], ...env },
      encoding: 'utf8',
      timeout: 25_000,
    },
  );
  expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
  expect(stderr).toMatch(/^the API's configuration is wrong:\n/);
  for (const name of ['PORT', 'ENCRYPTION_KEY', 'PUBLIC_URL']) expect(stderr).toMatch(new RegExp(`^${name}: `, 'm'));
  expect(stderr).not.toMatch(/\.ts:\d+/);
});
