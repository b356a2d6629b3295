// Builds what runs in the browsers of members, payers and those whom a letter lets in. One entry per language: a page loads the words of one.
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
  oxc: { jsx: { runtime: 'automatic' } }, // from which library: tsconfig.json says
  build: {
    outDir: path.join(web, '..', 'dist', 'member'),
    emptyOutDir: true,
    assetsDir: '',
    manifest: true,
    target: 'es2022',
    modulePreload: { polyfill: false },
    rolldownOptions: { input: ['member/en.ts', 'member/fr.ts', 'entering/entering.ts', 'member/member.css'] },
  },
});
