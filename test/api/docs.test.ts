import { runInNewContext } from 'node:vm';
import { startApi } from './api-alone';
import type { RunningApi } from './api-alone';

let api: RunningApi;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.stop());

const get = async (path: string) => {
  const answer = await fetch(new URL(path, api.baseUrl), { redirect: 'manual' });
  return { status: answer.status, type: answer.headers.get('content-type') ?? '', text: await answer.text() };
};

test('the page of the contract loads what it names, and nothing from elsewhere', async () => {
  const { status, text } = await get('/docs');
  expect(status).toBe(200);
  const loaded = [...text.matchAll(/(?:src|href)="([^"]+)"/g)].map((match) => match[1]!);
  expect(loaded).toEqual(['/docs/ui/swagger-ui.css', '/docs/ui/swagger-ui-bundle.js', '/docs/start.js']);
  for (const path of loaded)
    expect(await get(path)).toMatchObject({ status: 200, type: expect.stringMatching(/^text\/(css|javascript)/) });
});

test('it keeps no key that is typed into it, and forgets one that was kept before', async () => {
  const kept = new Map([['authorized', '{"bearer":{"value":"sk_old"}}']]);
  const options: Record<string, unknown>[] = [];
  const { text } = await get('/docs/start.js');
  runInNewContext(text, {
    SwaggerUIBundle: (given: Record<string, unknown>) => options.push(given),
    localStorage: { removeItem: (name: string) => kept.delete(name) },
  });
  expect(options).toEqual([expect.objectContaining({ persistAuthorization: false })]);
  expect(kept.size).toBe(0);
});

test.each([
  'package.json',
  'README.md',
  'LICENSE',
  'index.html',
  'index.js',
  'absolute-path.js',
  'oauth2-redirect.html',
  'swagger-initializer.js',
  'swagger-ui.js',
  'swagger-ui.js.map',
  'swagger-ui-bundle.js.map',
  'swagger-ui-es-bundle.js',
  'favicon-32x32.png',
  '',
  '..%2fpackage.json',
  '%2e%2e/express/package.json',
  'constructor',
])('of the package behind it nothing else is served: %s', async (name) => {
  expect((await get(`/docs/ui/${name}`)).status).toBe(404);
});
