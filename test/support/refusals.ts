import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { codesOf, operationOf } from '../api/openapi-document';
import type { Document } from '../api/openapi-document';

/** One way in which a call was refused: `POST /v1/payments → 409 nothing_due`, once for all such answers. */
interface Refused {
  readonly method: string;
  readonly path: string;
  readonly status: number;
  readonly code: string;
}

/**
 * Looks at every refusal that leaves a server, whatever the test is about: the document names them all. `undocumented` gives those that it does
 * not name under this call and status; what the document has no call for, such as a path that is not there, is no call's answer.
 */
export function watchRefusals(server: Server, baseUrl: string): { undocumented(): Promise<readonly string[]> } {
  const seen = new Map<string, Refused>();

  server.prependListener('request', ({ method = '', url = '' }: IncomingMessage, res: ServerResponse) => {
    const [path = ''] = url.split('?');
    const end = res.end.bind(res) as (...all: unknown[]) => ServerResponse;
    res.end = (...all: unknown[]) => {
      if (/^application\/problem\+json/.test(String(res.getHeader('content-type'))) && typeof all[0] !== 'function')
        note({ method, path, status: res.statusCode, code: codeOf(all[0]) });
      return end(...all);
    };
  });

  function note(refused: Refused): void {
    seen.set(JSON.stringify(refused), refused);
  }

  return {
    async undocumented() {
      if (seen.size === 0) return [];
      const document = (await (await fetch(`${baseUrl}/openapi.json`)).json()) as Document;
      const found = [...seen.values()].flatMap((refused) => missingIn(document, refused));
      return [...new Set(found)].sort();
    },
  };
}

/** Fails where there are any. */
export function expectDocumented(undocumented: readonly string[]): void {
  if (undocumented.length > 0)
    throw new Error(`the document of the API does not name these refusals:\n${undocumented.join('\n')}`);
}

function codeOf(body: unknown): string {
  return (JSON.parse(Buffer.isBuffer(body) ? body.toString() : String(body)) as { code: string }).code;
}

function missingIn(document: Document, { method, path, status, code }: Refused): readonly string[] {
  const template = Object.keys(document.paths)
    .filter((one) => new RegExp(`^${one.replace(/\{\w+\}/g, '[^/]+')}$`).test(path))
    .sort((a, b) => a.split('{').length - b.split('{').length)[0];
  const operation = template === undefined ? undefined : operationOf(document, method.toLowerCase(), template);
  if (!operation || codesOf(operation, String(status)).includes(code)) return [];
  return [`${method} ${template} → ${status} ${code}`];
}
