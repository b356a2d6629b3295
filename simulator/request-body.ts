import { raw, type Request } from 'express';

/** Reads any body as bytes, untouched: what is compared byte for byte must not be parsed first. */
export const readBody = raw({ type: () => true, limit: '1mb' });

export function bodyOf(req: Pick<Request, 'body'>): Buffer {
  const body: unknown = req.body;
  return Buffer.isBuffer(body) ? body : Buffer.alloc(0);
}
