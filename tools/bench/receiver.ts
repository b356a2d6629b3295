import { createHmac } from 'node:crypto';
import { createServer } from 'node:http';

/**
 * A merchant's system: checks the signature of what it gets, thinks for a while and takes it, now and then not. `PUT /` with JSON tells it the
 * endpoint's secret and how much of what comes it does not take; it answers how many deliveries it took and how many were not signed as told.
 */
const THINKS_MS = 50;

const known = { secret: '', refuses: 0 };
const seen = { taken: 0, forged: 0 };

const server = createServer((req, res) => {
  const chunks: Buffer[] = [];
  req
    .on('data', (chunk: Buffer) => chunks.push(chunk))
    .once('end', () => {
      const body = Buffer.concat(chunks);
      if (req.method === 'PUT') {
        Object.assign(known, JSON.parse(body.toString()));
        res.end(JSON.stringify(seen));
        return;
      }
      const isSigned = req.headers['webhook-signature'] === signature(req.headers, body);
      setTimeout(() => {
        const isTaken = isSigned && Math.random() >= known.refuses;
        if (isTaken) seen.taken += 1;
        if (!isSigned) seen.forged += 1;
        res.writeHead(isTaken ? 204 : 503).end();
      }, THINKS_MS);
    });
});

function signature(headers: NodeJS.Dict<string | string[]>, body: Buffer): string {
  const key = Buffer.from(known.secret.replace('whsec_', ''), 'base64');
  const said = `${String(headers['webhook-id'])}.${String(headers['webhook-timestamp'])}.`;
  return `v1,${createHmac('sha256', key).update(said).update(body).digest('base64')}`;
}

server.keepAliveTimeout = 60_000;
server.listen(Number(process.env['PORT']), '127.0.0.1');
