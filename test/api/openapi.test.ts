import type { Express } from 'express';
import { PROBLEMS } from '../../api/http/problems';
import type { ProblemCode } from '../../api/http/problems';
import { Merchant, untilStatus } from '../support/client';
import { payAs } from '../support/paypal';
import { startWorld } from '../support/world';
import type { World } from '../support/world';
import { startApi } from './api-alone';
import { asking, operatorOf } from './asking';
import { codesOf, comparing, operationsOf } from './openapi-document';
import type { Document, Operation, Schema } from './openapi-document';
import { refused } from './refusal';

let world: World;
let merchant: Merchant;
let document: Document;
let differences: ReturnType<typeof comparing>;
let operations: readonly (readonly [string, string, Operation])[];
beforeAll(async () => {
  world = await startWorld();
  merchant = await Merchant.create(world);
  document = (await asking(world, null).get<Document>('/openapi.json')).body;
  operations = operationsOf(document);
  differences = comparing(document);
});
afterAll(() => world.stop());

describe('the document', () => {
  test('is OpenAPI 3.1 of this server, with a bearer key unless a call says otherwise', () => {
    expect(document.openapi).toMatch(/^3\.1\.\d+$/);
    expect(document.info).toMatchObject({ title: 'Quittance', version: expect.stringMatching(/./) });
    expect(document.servers).toEqual([{ url: world.baseUrl }]);
    for (const requirement of document.security)
      for (const scheme of Object.keys(requirement)) expect(document.components.securitySchemes).toHaveProperty(scheme);
    expect(document.components.securitySchemes['bearer']).toMatchObject({ type: 'http', scheme: 'bearer' });
  });

  test('says of every call what it does, what goes into its path, and how it answers', () => {
    for (const [method, path, operation] of operations) {
      const where = `${method} ${path}`;
      expect(['get', 'post', 'put', 'patch', 'delete']).toContain(method);
      expect([where, operation.summary]).toEqual([where, expect.stringMatching(/^.{5,}/)]);
      const inPath = [...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1]);
      const parameters = operation.parameters ?? [];
      expect([where, parameters.filter((one) => one.in === 'path').map((one) => one.name)]).toEqual([where, inPath]);
      for (const one of parameters) {
        expect(['path', 'query', 'header']).toContain(one.in);
        if (one.in === 'path') expect(one.required).toBe(true);
        expect([where, one.name, typeof one.schema]).toEqual([where, one.name, 'object']);
      }
      expect(new Set(parameters.map((one) => `${one.in} ${one.name}`)).size).toBe(parameters.length);
      expect([where, Object.keys(operation.responses).some((status) => /^2\d\d$/.test(status))]).toEqual([where, true]);
      for (const [status, answer] of Object.entries(operation.responses)) {
        expect(status).toMatch(/^[2-5]\d\d$/);
        expect([where, status, answer.description]).toEqual([where, status, expect.stringMatching(/./)]);
      }
      if (method === 'get') expect(operation.requestBody).toBeUndefined();
    }
  });

  test('refers to nothing that is not there, and every schema is one', () => {
    const visit = (value: unknown, where: string): void => {
      if (value === null || typeof value !== 'object') return;
      const { $ref, type, required, properties } = value as Schema;
      if (typeof $ref === 'string') {
        const target = $ref
          .replace('#/', '')
          .split('/')
          .reduce<unknown>((node, key) => (node as Record<string, unknown>)[key], document);
        expect([where, $ref, typeof target]).toEqual([where, $ref, 'object']);
      }
      if (typeof type === 'string' && !where.includes('securitySchemes') && !where.endsWith('properties'))
        expect(['string', 'integer', 'number', 'boolean', 'object', 'array', 'null']).toContain(type);
      if (Array.isArray(required) && properties)
        expect(Object.keys(properties)).toEqual(expect.arrayContaining([...required]));
      for (const [key, inner] of Object.entries(value)) if (key !== 'examples') visit(inner, `${where}/${key}`);
    };
    visit(document, '');
  });

  test('lists every problem that a call can answer, under its status, from the closed list and no other', () => {
    expect(document.components.schemas['ProblemCode']?.enum).toEqual(Object.keys(PROBLEMS));
    const documented = new Set<string>();
    for (const [, , operation] of operations)
      for (const [status, answer] of Object.entries(operation.responses)) {
        if (!answer.content?.['application/problem+json']) continue;
        const codes = [...answer.description.matchAll(/`([a-z_]+)`:/g)].map((match) => match[1] as ProblemCode);
        expect(codes.length).toBeGreaterThan(0);
        expect(codesOf(operation, status)).toEqual(codes);
        for (const code of codes) {
          expect(PROBLEMS).toHaveProperty(code);
          if (code === 'origin_not_registered' && status === '403') continue; // of a member's browser
          expect([code, PROBLEMS[code][0]]).toEqual([code, Number(status)]);
          documented.add(code);
        }
      }
    const ofNoCall = ['method_not_allowed', 'idempotency_key_in_use'];
    expect([...documented, ...ofNoCall].sort()).toEqual(Object.keys(PROBLEMS).sort());
  });

  test('says of every call that takes an Idempotency-Key that its answer may be a repetition, and of no other', () => {
    const keyed = operations.filter(([, , operation]) =>
      operation.parameters?.some((one) => one.name === 'Idempotency-Key'),
    );
    expect(keyed.map(([method, path]) => `${method} ${path}`).sort()).toEqual([
      'patch /v1/agreements/{id}',
      'post /v1/agreements',
      'post /v1/agreements/{id}/cancel',
      'post /v1/agreements/{id}/resolution',
      'post /v1/agreements/{id}/resumption',
      'post /v1/agreements/{id}/suspension',
      'post /v1/disputes/{id}/resolution',
      'post /v1/members',
      'post /v1/members/{id}/charges',
      'post /v1/members/{id}/charges/{charge}/cancellation',
      'post /v1/notifications/{id}/attachment',
      'post /v1/notifications/{id}/dismissal',
      'post /v1/notifications/{id}/refunds',
      'post /v1/offers',
      'post /v1/pay-links',
      'post /v1/payments',
      'post /v1/payments/{id}/cancel',
      'post /v1/payments/{id}/refunds',
      'post /v1/payments/{id}/resolution',
      'post /v1/refunds/{id}/cancel',
      'post /v1/refunds/{id}/retry',
      'post /v1/reminders',
      'post /v1/views',
      'post /v1/webhook-deliveries/{id}/resend',
      'post /v1/webhook-endpoints/{id}/test',
    ]);
    for (const [, , { responses }] of keyed) {
      const [done] = Object.entries(responses).filter(([status]) => status.startsWith('2'));
      expect(done?.[1].headers).toHaveProperty('Idempotency-Replayed');
      expect(responses['422']?.description).toContain('idempotency_key_reused');
    }
  });

  test('names every call, by verb and noun and no two alike, and says to which resource it belongs', () => {
    const names = operations.map(([, , { operationId }]) => operationId);
    for (const name of names) expect(name).toMatch(/^[a-z]+([A-Z][a-z]+)*$/);
    expect(names.filter((name, i) => names.indexOf(name) !== i)).toEqual([]);
    expect(names).toEqual(expect.arrayContaining(['openPayment', 'listPayments', 'refundPayment', 'watchEvents']));
    const resources = document.tags.map(({ name }) => name);
    expect(new Set(operations.flatMap(([, , { tags }]) => tags))).toEqual(new Set(resources));
    expect(operations.filter(([, , { tags }]) => tags.length !== 1)).toEqual([]);
    for (const { description } of document.tags) expect(description).toMatch(/^[A-Z].{15,}\.$/);
  });

  test('says of every parameter what it is', () => {
    const silent = operations.flatMap(([method, path, { parameters = [] }]) =>
      parameters.filter(({ description }) => !description).map(({ name }) => `${method} ${path}: ${name}`),
    );
    expect(silent).toEqual([]);
  });

  test('has a name for each thing of the contract, and for whatever else is told twice', () => {
    const named = ['Payment', 'Member', 'Cart', 'Refund', 'Dispute', 'Event', 'WebhookEndpoint', 'Delivery', 'Key'];
    for (const name of [...named, 'Person', 'Invitation', 'AuditRow', 'Problem'])
      expect(Object.keys(document.components.schemas)).toContain(name);
    const told = new Map<string, string[]>();
    const visit = (value: unknown, where: string): void => {
      if (value === null || typeof value !== 'object') return;
      const { type, properties = {} } = value as Schema;
      if (type === 'object' && Object.keys(properties).length > 1 && !('nextCursor' in properties)) {
        const written = JSON.stringify(value);
        told.set(written, [...(told.get(written) ?? []), where]);
      }
      for (const [key, inner] of Object.entries(value)) if (key !== 'examples') visit(inner, `${where}/${key}`);
    };
    visit(document, '');
    expect([...told.values()].filter((places) => places.length > 1)).toEqual([]);
  });

  test('shows an example of everything that has a name, which is what its schema says', () => {
    for (const [name, schema] of Object.entries(document.components.schemas)) {
      expect([name, schema.examples]).toEqual([name, [expect.anything()]]);
      expect([name, differences(schema, schema.examples![0])]).toEqual([name, []]);
    }
  });

  test('names every call of the contract that this release has', () => {
    const contract = [
      'POST /v1/merchants',
      'GET /v1/merchants',
      'GET /v1/merchant',
      'PATCH /v1/merchant',
      'POST /v1/merchants/{id}/invitations',
      'POST /v1/merchants/{id}/recovery',
      'DELETE /v1/merchant/recovery',
      'GET /v1/people',
      'PATCH /v1/people/{id}',
      'DELETE /v1/people/{id}',
      'POST /v1/invitations',
      'GET /v1/invitations',
      'DELETE /v1/invitations/{id}',
      'POST /v1/invitations/acceptance',
      'POST /v1/keys',
      'GET /v1/keys',
      'DELETE /v1/keys/{id}',
      'POST /v1/members',
      'GET /v1/members/{id}',
      'GET /v1/members',
      'PATCH /v1/members/{id}',
      'DELETE /v1/members/{id}',
      'GET /v1/members/{id}/export',
      'POST /v1/imports',
      'DELETE /v1/imports/{id}',
      'POST /v1/reminders',
      'GET /v1/reminders',
      'POST /v1/members/{id}/tokens',
      'GET /v1/members/{id}/cart',
      'POST /v1/members/{id}/charges',
      'GET /v1/members/{id}/charges',
      'GET /v1/members/{id}/paylines',
      'POST /v1/payments',
      'GET /v1/payments/{id}',
      'GET /v1/payments',
      'GET /v1/payments/{id}/events',
      'POST /v1/payments/{id}/cancel',
      'POST /v1/payments/{id}/refunds',
      'POST /v1/payments/{id}/resolution',
      'GET /v1/payments/{id}/refunds',
      'POST /hooks/{gateway}/{token}/ipn',
      'GET /return/{id}',
      'POST /return/{id}',
      'GET /cancel/{id}',
      'POST /cancel/{id}',
      'GET /v1/notifications',
      'GET /v1/events',
      'GET /v1/events/stream',
      'POST /v1/webhook-endpoints',
      'GET /v1/webhook-endpoints',
      'PATCH /v1/webhook-endpoints/{id}',
      'DELETE /v1/webhook-endpoints/{id}',
      'POST /v1/webhook-endpoints/{id}/rotation',
      'POST /v1/webhook-endpoints/{id}/test',
      'GET /v1/webhook-endpoints/{id}/deliveries',
      'GET /v1/webhook-deliveries/{id}',
      'POST /v1/webhook-deliveries/{id}/resend',
      'POST /v1/notifications/{id}/attachment',
      'POST /v1/notifications/{id}/dismissal',
      'POST /v1/notifications/{id}/refunds',
      'PUT /v1/gateway-accounts/{gateway}',
      'GET /v1/gateway-accounts',
      'POST /v1/gateway-accounts/{gateway}/check',
      'GET /v1/ledger/entries',
      'GET /v1/ledger/balances',
      'GET /openapi.json',
      'GET /docs',
      'GET /healthz',
      'GET /readyz',
      'GET /metrics',
    ];
    expect(operations.map(([method, path]) => `${method.toUpperCase()} ${path}`)).toEqual(
      expect.arrayContaining(contract),
    );
  });

  test('shows what credentials a gateway wants, and what a filter may be', () => {
    const put = document.paths['/v1/gateway-accounts/{gateway}']?.['put'];
    const schema = JSON.stringify(put?.requestBody?.content['application/json']?.schema);
    for (const field of ['receiverId', 'pdtIdentityToken', 'environment']) expect(schema).toContain(`"${field}"`);
    const status = document.paths['/v1/payments']?.['get']?.parameters?.find((one) => one.name === 'status');
    expect(JSON.stringify(status)).toContain('needs_review');
  });
});

/** `METHOD /path` of every route that express has, in the document's spelling. */
function mountedRoutes(app: Express): string[] {
  interface Layer {
    readonly route?: { readonly path: string; readonly methods: Readonly<Record<string, boolean>> };
    readonly handle: { readonly stack?: readonly Layer[] };
  }
  const walk = (layers: readonly Layer[]): string[] =>
    layers.flatMap(({ route, handle }) =>
      route
        ? Object.keys(route.methods)
            .filter((method) => method !== '_all') // refuses what a path does not take
            .map((method) => `${method.toUpperCase()} ${route.path.replace(/:(\w+)/g, '{$1}')}`)
        : walk(handle.stack ?? []),
    );
  return walk((app.router as unknown as { stack: readonly Layer[] }).stack);
}

describe('routes and document', () => {
  test('are equal, but for what only our own pages load', async () => {
    const api = await startApi();
    await api.stop();
    const ofPages = [
      'GET /checkout',
      'GET /office',
      'GET /office/*page',
      'GET /m',
      'GET /m/{club}',
      'POST /m/{club}',
      'GET /assets/{name}',
      'GET /docs/start.js',
      'GET /docs/problems',
      'GET /docs/ui/swagger-ui.css',
      'GET /docs/ui/swagger-ui-bundle.js',
      'GET /connect/{trackingId}',
      'POST /connect/{trackingId}',
      'GET /member-sign-in/{token}',
      'POST /member-sign-in/{token}',
      'GET /office',
      'GET /office/*page',
      'GET /invitation/{token}',
      'GET /password-reset/{token}',
      'GET /recovery/{token}',
      'POST /recovery/{token}',
    ];
    // The sign-in answers in its own shapes, which its own documentation tells.
    const mounted = mountedRoutes(api.app).filter((name) => !ofPages.includes(name) && !name.includes(' /auth/'));
    expect(mounted.length).toBeGreaterThan(30);
    expect(mounted.sort()).toEqual(operations.map(([method, path]) => `${method.toUpperCase()} ${path}`).sort());
  });

  test('every documented call that needs a key asks for one before anything else', async () => {
    const closed = operations.filter(([, , operation]) => !operation.security);
    expect(closed.length).toBeGreaterThan(20);
    for (const [method, path] of closed) {
      const concrete = path.replace('{gateway}', 'paypal-standard').replace('{id}', 'x');
      refused(await asking(world, null).ask(method.toUpperCase(), concrete), 'unauthenticated');
    }
  });

  test('every documented call that is open answers anybody', async () => {
    const payment = await merchant.pay(await merchant.member([['fee', 1000]]));
    const { body: link } = await merchant.post<{ code: string }>('/v1/pay-links', { member: await merchant.member() });
    const [, , , token = ''] = new URL(merchant.notificationUrl).pathname.split('/');
    const webhook = await webhookAddress();
    for (const [method, path, operation] of operations.filter(
      // See member-sign-in.test.ts and invitations.test.ts.
      ([, path, one]) => one.security && !/member-sign-in|acceptance/.test(path),
    )) {
      expect(operation.security).toEqual([]);
      const isWebhook = path === '/hooks/{gateway}/{token}';
      const concrete = isWebhook
        ? webhook
        : path
            .replace('{gateway}', 'paypal-standard')
            .replace('{token}', token)
            .replace('{id}', payment.id)
            .replace('{code}', link.code);
      const body = isWebhook ? '{}' : path.startsWith('/hooks') ? 'txn_id=1' : undefined;
      const headers: Record<string, string> = isWebhook
        ? { 'content-type': 'application/json', 'x-kkiapay-secret': 'webhook-secret' }
        : body === undefined
          ? {}
          : { 'content-type': 'application/x-www-form-urlencoded' };
      const { status } = await asking(world, null).ask(method.toUpperCase(), concrete, body, headers);
      expect([method, path, status]).toEqual([method, path, 200]);
      expect(operation.responses).toHaveProperty(String(status));
    }
  });

  async function webhookAddress(): Promise<string> {
    const { body } = await asking(world, merchant.secretKey).put<{ notificationUrl: string }>(
      '/v1/gateway-accounts/kkiapay',
      {
        environment: 'simulator',
        publicKey: 'public',
        privateKey: 'private',
        secret: 'secret',
        webhookSecret: 'webhook-secret',
      },
    );
    return new URL(body.notificationUrl).pathname;
  }

  test('answers have exactly the fields that the document gives them', async () => {
    const member = await merchant.member([['fee', 3000]]);
    await merchant.post(`/v1/members/${member}/charges`, {
      label: 'x',
      category: 'x',
      amount: 5,
      currency: 'EUR',
      dueOn: '2027-01-01',
    });
    const payment = await merchant.pay(member);
    await payAs(merchant, payment);
    await untilStatus(merchant, payment.id, 'paid');
    const unpaid = await merchant.pay(member, { amount: 700 });

    const readable = [
      ['/v1/merchant', '/v1/merchant'],
      ['/v1/members', '/v1/members'],
      ['/v1/members/{id}', `/v1/members/${member}`],
      ['/v1/members/{id}/cart', `/v1/members/${member}/cart`],
      ['/v1/payments', '/v1/payments'],
      ['/v1/payments/{id}', `/v1/payments/${unpaid.id}`],
      ['/v1/payments/{id}/refunds', `/v1/payments/${payment.id}/refunds`],
      ['/v1/notifications', '/v1/notifications'],
      ['/v1/gateway-accounts', '/v1/gateway-accounts'],
      ['/v1/ledger/entries', '/v1/ledger/entries'],
      ['/v1/ledger/balances', '/v1/ledger/balances'],
      ['/v1/keys', '/v1/keys'],
      ['/v1/reminders', '/v1/reminders'],
    ] as const;
    for (const [path, concrete] of readable) {
      const { status, body } = await merchant.get(concrete);
      expect([path, status]).toEqual([path, 200]);
      expect(differences(documented('get', path, '200'), body)).toEqual([]);
    }
    const made = await operatorOf(world).post('/v1/merchants', { name: 'x', currency: 'EUR' });
    expect(differences(documented('post', '/v1/merchants', '201'), made.body)).toEqual([]);
    expect(differences(documented('post', '/v1/payments', '201'), unpaid)).toEqual([]);
    const key = await merchant.post<{ id: string }>('/v1/keys', { name: 'Shop', scopes: ['read'] });
    expect(differences(documented('post', '/v1/keys', '201'), key.body)).toEqual([]);
    const revoked = await asking(world, merchant.secretKey).ask('DELETE', `/v1/keys/${key.body.id}`);
    expect(differences(documented('delete', '/v1/keys/{id}', '200'), revoked.body)).toEqual([]);
    const token = await merchant.post(`/v1/members/${member}/tokens`);
    expect(differences(documented('post', '/v1/members/{id}/tokens', '201'), token.body)).toEqual([]);
    const cancelled = await merchant.post(`/v1/payments/${unpaid.id}/cancel`);
    expect(differences(documented('post', '/v1/payments/{id}/cancel', '200'), cancelled.body)).toEqual([]);
  });

  test('are compared by something that sees differences', () => {
    const schema: Schema = { type: 'object', properties: { a: { type: ['string', 'null'] } }, required: ['a'] };
    expect(differences(schema, { a: null })).toEqual([]);
    expect(differences(schema, { a: 1 })).toHaveLength(1);
    expect(differences(schema, { b: 1 })).toHaveLength(2);
  });

  const documented = (method: string, path: string, status: string): Schema =>
    document.paths[path]![method]!.responses[status]!.content!['application/json']!.schema;
});
