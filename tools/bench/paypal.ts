import { createServer } from 'node:http';
import { FORGED } from './load/message';

/**
 * PayPal as the bench needs it: a process that says VERIFIED to every post-back but those of forged messages. The simulator is not used, because what
 * it does beyond that (pages, genuine messages, resends) would be counted as the product's cost on a small machine.
 */
const server = createServer((req, res) => {
  let isForged = false;
  req
    .on('data', (chunk: Buffer) => (isForged ||= chunk.includes(FORGED)))
    .once('end', () => {
      const answer = isForged ? 'INVALID' : 'VERIFIED';
      res
        .writeHead(200, { 'content-type': 'text/html; charset=UTF-8', 'content-length': String(answer.length) })
        .end(answer);
    });
});
server.keepAliveTimeout = 60_000;
server.listen(Number(process.env['PORT']), '127.0.0.1');
