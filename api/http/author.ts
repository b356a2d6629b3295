import type { Request } from 'express';
import type { Actor, Author } from '../../books/audit';
import type { Caller } from './auth';

/** Browsers say of themselves half of this; what is longer is somebody's own text. */
const USER_AGENT_LENGTH = 200;

/** In whose name, and from where, what a request changes is noted. */
export function authorOf(caller: Caller, req: Request): Author {
  return { actor: actorOf(caller), source: sourceOf(req) };
}

/** From where a request comes, as far as its connection and its headers say. */
export function sourceOf(req: Request): Author['source'] {
  return { ip: req.ip ?? null, userAgent: req.get('user-agent')?.slice(0, USER_AGENT_LENGTH) ?? null };
}

function actorOf(caller: Caller): Actor {
  switch (caller.kind) {
    case 'operator':
      return { kind: 'operator', id: null };
    case 'key':
      return { kind: 'key', id: caller.keyId };
    case 'staff':
    case 'person':
      return { kind: 'person', id: caller.personId };
    case 'member':
      return { kind: 'member', id: caller.memberId };
    case 'watcher':
      return { kind: 'payer', id: caller.paymentId };
  }
}
