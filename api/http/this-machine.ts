import type { Request } from 'express';

const LOOPBACK = /^(?:127\.\d+\.\d+\.\d+|::1|::ffff:127\.\d+\.\d+\.\d+)$/i;
const NAMES = ['localhost', '127.0.0.1', '[::1]'];
/** What a proxy adds that passes a request on. */
const PASSED_ON = ['forwarded', 'via', 'x-forwarded-for', 'x-forwarded-host', 'x-real-ip'];

/** Whether an address leads back to the machine on which it is opened. */
export function isOfThisMachine(url: string): boolean {
  return NAMES.includes(new URL(url).hostname);
}

/** The connection itself comes from here, nobody says that they passed it on, and the browser knows us by a name of this machine. */
export function isFromThisMachine(req: Pick<Request, 'get' | 'headers' | 'socket'>): boolean {
  const host = `http://${req.get('host') ?? ''}`;
  return (
    LOOPBACK.test(req.socket.remoteAddress ?? '') &&
    URL.canParse(host) &&
    isOfThisMachine(host) &&
    PASSED_ON.every((name) => req.headers[name] === undefined)
  );
}
