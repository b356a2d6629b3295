// package-lock.json must name the optional packages of every platform. npm leaves out those that the registry at hand does not carry,
// installs all the same, and then `npm ci` refuses the lockfile on every fresh clone: nothing else would show it before that.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { root } from './setup.mjs';

const { packages } = JSON.parse(readFileSync(path.join(root, 'package-lock.json'), 'utf8'));
const missing = Object.entries(packages).flatMap(([where, { optionalDependencies = {} }]) =>
  Object.entries(optionalDependencies)
    .filter(([name]) => !placesOf(where, name).some((place) => place in packages))
    .map(([name, version]) => `${name}@${version}`),
);
if (missing.length > 0) {
  console.error(
    `package-lock.json lacks ${missing.length} optional packages, so npm ci refuses it: ${missing.join(', ')}`,
  );
  console.error('Take versions that the registry carries for every platform, or write the lockfile where it does.');
  process.exitCode = 1;
} else {
  console.log('package-lock.json names the packages of every platform');
}

/** Where node would look: beside the package itself, then in each folder above it. */
function placesOf(where, name) {
  const parts = where === '' ? [] : where.split('/node_modules/');
  const folders = parts.map((_, depth) => parts.slice(0, parts.length - depth).join('/node_modules/'));
  return [...folders.map((folder) => `${folder}/node_modules/${name}`), `node_modules/${name}`];
}
