import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Router } from 'express';
import { absolutePath } from 'swagger-ui-dist';
import { PROBLEMS } from '../http/problems';
import { refuseOtherMethods, strictRouter } from '../http/routing';

/** The contract, for programs (`/openapi.json`) and for people (`/docs`). */
export function docsRoutes(describe: () => object): Router {
  const router = strictRouter();
  let document: object | null = null; // hundreds of schemas, which a process that nobody asks need not write
  router.get('/openapi.json', (_req, res) => {
    res.json((document ??= describe()));
  });
  router.get('/docs', (_req, res) => {
    res.type('html').send(PAGE);
  });
  router.get('/docs/start.js', (_req, res) => {
    res.type('text/javascript').send(START);
  });
  router.get('/docs/problems', (_req, res) => {
    const rows = Object.entries(PROBLEMS).map(
      ([code, [status, meaning]]) =>
        `<tr id="${code}"><td><code>${code}</code></td><td>${status}</td><td>${meaning}</td></tr>`,
    );
    res
      .type('html')
      .send(
        `<!doctype html><html lang="en"><meta charset="utf-8"><title>Problems</title><h1>Problems</h1><table>${rows.join('')}</table></html>`,
      );
  });
  for (const [name, type] of Object.entries(UI_FILES)) {
    const content = readFileSync(path.join(absolutePath(), name));
    router.get(`/docs/ui/${name}`, (_req, res) => {
      res.set('cache-control', 'public, max-age=86400').type(type).send(content);
    });
  }
  for (const place of ['/openapi.json', '/docs', '/docs/problems']) refuseOtherMethods(router, place, ['get']);
  return router;
}

/** All that the page loads of its package; the rest of the package is nobody's business. */
const UI_FILES: Readonly<Record<string, string>> = {
  'swagger-ui.css': 'text/css',
  'swagger-ui-bundle.js': 'text/javascript',
};

const PAGE = `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Quittance API</title>
<link rel="stylesheet" href="/docs/ui/swagger-ui.css"></head><body><div id="docs"></div>
<script src="/docs/ui/swagger-ui-bundle.js"></script><script src="/docs/start.js"></script></body></html>`;
// A key that is typed in lives as long as its page: this origin also serves payers. What an earlier release kept is forgotten.
const START = `localStorage.removeItem('authorized');
SwaggerUIBundle({ url: '/openapi.json', dom_id: '#docs', persistAuthorization: false, deepLinking: true });`;
