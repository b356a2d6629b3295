import http from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Workbench } from './workbench';

/** Stands before the gateways' look-alike, and counts what API and worker ask it. */
export interface CountingProxy {
  readonly url: string;
  /** What was asked since the last time: a question (method and path, ids left out) and how often. */
  take(): Map<string, number>;
}

export async function startCountingProxy(workbench: Workbench, target: string): Promise<CountingProxy> {
  let counts = new Map<string, number>();
  const agent = new http.Agent({ keepAlive: true, maxFreeSockets: 1_000 });
  const server = http.createServer((req, res) => {
    const question = nameOf(req.method ?? '', req.url ?? '');
    counts.set(question, (counts.get(question) ?? 0) + 1);
    // The Host header goes on as it came: the look-alike writes links to where it was asked.
    const forwarded = http.request(
      new URL(req.url ?? '/', target),
      { method: req.method, headers: req.headers, agent },
      (answer) => {
        res.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(res);
      },
    );
    forwarded.once('error', () => res.destroy());
    req.pipe(forwarded);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  workbench.onClose(async () => {
    server.close();
    server.closeAllConnections();
    agent.destroy();
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    take() {
      const taken = counts;
      counts = new Map();
      return taken;
    },
  };
}

/** `/paypal/v2/checkout/orders/5O190127TN364715T/capture` becomes `POST orders/:id/capture`. */
function nameOf(method: string, url: string): string {
  const path = (url.split('?')[0] ?? '').replace(/\/(?=[^/]*\d)[A-Za-z0-9-]{9,}(?=\/|$)/g, '/:id');
  return `${method} ${path.replace(/^.*\/(v\d|cgi-bin)\/(?:checkout\/|notifications\/)?/, '')}`;
}
