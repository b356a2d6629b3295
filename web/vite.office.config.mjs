// Builds what runs in the browsers of staff: one entry per language, and a part of its own for each page.
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';
import { pagesOfTheApi } from './pages-of-the-api.mjs';

const web = path.dirname(fileURLToPath(import.meta.url));

export default defineConfig({
  root: web,
  base: '/assets/',
  publicDir: false,
  plugins: [pagesOfTheApi()],
  oxc: { jsx: { runtime: 'automatic' } }, // from which library: office/tsconfig.json says
  build: {
    outDir: path.join(web, '..', 'dist', 'office'),
    emptyOutDir: true,
    assetsDir: '',
    manifest: true,
    target: 'es2022',
    modulePreload: { polyfill: false },
    rolldownOptions: {
      input: ['office/en.ts', 'office/fr.ts', 'office/office.css'],
      checks: { moduleLevelDirective: false }, // libraries say "use client" for servers that render them; ours does not
    },
  },
});
