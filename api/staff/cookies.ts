import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Request } from 'express';

/** The cookies of the sign-in: above all the one that says who is signed in. */
export interface SessionCookie {
  /** What the names of all of them begin with. */
  readonly prefix: string;
  /** Whether a browser is to send them over https alone. */
  readonly secure: boolean;
  /** Whether there is one that would say who is signed in, be it true or not. */
  isSent(req: Request): boolean;
  /** The token of the session, if our own sign-in has signed it. */
  read(req: Request): string | null;
  /** What another of them says, if our own sign-in has signed it. */
  readSigned(req: Request, name: string): string | null;
  /** The session's, as a browser would send it. */
  write(token: string): string;
}

const SESSION = 'session_token';

/** Over https a browser takes a `__Host-` cookie from this very host alone; over plain http, on a developer's machine, it would take none. */
export function staffCookiePrefix(publicUrl: string): string {
  return `${isSecure(publicUrl) ? '__Host-' : ''}quittance-staff`;
}
const isSecure = (publicUrl: string): boolean => publicUrl.startsWith('https:');

export function createSessionCookie({
  secret,
  publicUrl,
}: {
  readonly secret: string;
  readonly publicUrl: string;
}): SessionCookie {
  const secure = isSecure(publicUrl);
  const prefix = staffCookiePrefix(publicUrl);
  const sign = (value: string) => createHmac('sha256', secret).update(value).digest();

  function readSigned(req: Request, name: string): string | null {
    const value = readCookie(req, `${prefix}.${name}`);
    if (value === null) return null;
    const dot = value.lastIndexOf('.');
    if (dot < 1) return null;
    const [said, signature] = [value.slice(0, dot), Buffer.from(value.slice(dot + 1), 'base64')];
    const expected = sign(said);
    return signature.length === expected.length && timingSafeEqual(signature, expected) ? said : null;
  }

  return {
    prefix,
    secure,
    isSent: (req) => readCookie(req, `${prefix}.${SESSION}`) !== null,
    read: (req) => readSigned(req, SESSION),
    readSigned,
    write: (token) => `${prefix}.${SESSION}=${encodeURIComponent(`${token}.${sign(token).toString('base64')}`)}`,
  };
}

function readCookie(req: Request, name: string): string | null {
  for (const part of (req.headers.cookie ?? '').split(';')) {
    const [key, ...value] = part.split('=');
    if (key?.trim() !== name) continue;
    try {
      return decodeURIComponent(value.join('=').trim());
    } catch {
      return null;
    }
  }
  return null;
}
