import { createServer } from 'node:http';

/**
 * PayPal as the bench needs it: a process that says VERIFIED to every post-back. The simulator is not used, because what
 * it does beyond that (pages, genuine messages, resends) would be counted as the product's cost on a small machine.
 */
const server = createServer((req, res) => {
  req.resume().once('end', () => {
    res.writeHead(200, { 'content-type': 'text/html; charset=UTF-8', 'content-length': '8' }).end('VERIFIED');
  });
});
server.keepAliveTimeout = 60_000;
server.listen(Number(process.env['PORT']), '127.0.0.1');
