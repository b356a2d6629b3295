import { execFile } from 'node:child_process';
import path from 'node:path';

/** More than any document of ours becomes. */
const MOST_BYTES = 16 * 1024 * 1024;
/** A field with a default may be left out by who asks. */
const OPTIONS = ['--default-non-nullable=false'];
const HEAD =
  '// Written by `npm run docs` of the OpenAPI document: a change of the API is followed by running it again, and nobody edits this.\n';

/** The types of a client of the API, in TypeScript, as openapi-typescript writes them of its document. It runs as a program: images do without it. */
export function clientTypes(document: object): Promise<string> {
  const program = path.join(path.dirname(require.resolve('openapi-typescript/package.json')), 'bin', 'cli.js');
  return new Promise((resolve, reject) => {
    const child = execFile(
      process.execPath,
      [program, ...OPTIONS],
      { maxBuffer: MOST_BYTES },
      (error, written, said) => {
        if (error) reject(new Error(`openapi-typescript cannot read the document: ${said}`, { cause: error }));
        else resolve(`${HEAD}${written}`);
      },
    );
    child.stdin?.end(JSON.stringify(document));
  });
}
