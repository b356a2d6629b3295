import { Router, static as files } from 'express';
import { absolutePath } from 'swagger-ui-dist';
import { PROBLEMS } from '../problems';
import { refuseOtherMethods } from '../routing';

/** The contract, for programs (`/openapi.json`) and for people (`/docs`). */
export function docsRoutes(document: unknown): Router {
  const router = Router();
  router.get('/openapi.json', (_req, res) => {
    res.json(document);
  });
  router.get('/docs', (_req, res) => {
    res.type('html').send(PAGE);
  });
  router.get('/docs/start.js', (_req, res) => {
    res.type('text/javascript').send(START);
  });
  router.get('/docs/problems', (_req, res) => {
    const rows = Object.entries(PROBLEMS).map(
      ([code, [status, meaning]]) => `<tr id="${code}"><td><code>${code}</code></td><td>${status}</td><td>${meaning}</td></tr>`,
    );
    res
      .type('html')
      .send(
        `<!doctype html><html lang="en"><meta charset="utf-8"><title>Problems</title><h1>Problems</h1><table>${rows.join('')}</table></html>`,
      );
  });
  router.use('/docs/ui', files(absolutePath(), { index: false, immutable: true, maxAge: '1d' }));
  for (const path of ['/openapi.json', '/docs', '/docs/problems']) refuseOtherMethods(router, path, ['get']);
  return router;
}

const PAGE = `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Quittance API</title>
<link rel="stylesheet" href="/docs/ui/swagger-ui.css"></head><body><div id="docs"></div>
<script src="/docs/ui/swagger-ui-bundle.js"></script><script src="/docs/start.js"></script></body></html>`;
const START = `SwaggerUIBundle({ url: '/openapi.json', dom_id: '#docs', persistAuthorization: true, deepLinking: true });`;
