import type { Kept } from '../shared/types';

/** What must survive the way to the gateway and back lies in this tab's storage, and nowhere once the tab is closed. */

const beside = new Map<string, unknown>(); // where storage is refused, the page works until it is left

export function recall<Name extends keyof Kept>(name: Name): Kept[Name] | null {
  try {
    const text = sessionStorage.getItem(`quittance.${name}`);
    return text === null ? null : (JSON.parse(text) as Kept[Name]);
  } catch {
    return (beside.get(name) as Kept[Name] | undefined) ?? null;
  }
}

export function remember<Name extends keyof Kept>(name: Name, value: Kept[Name]): void {
  try {
    sessionStorage.setItem(`quittance.${name}`, JSON.stringify(value));
  } catch {
    beside.set(name, value);
  }
}

export function forget(name: keyof Kept): void {
  beside.delete(name);
  try {
    sessionStorage.removeItem(`quittance.${name}`);
  } catch {
    // It was not kept there either.
  }
}

/** The member's token: from the address, out of which it is taken at once, else from before the way to the gateway. */
export function readToken(): string | null {
  const token = location.hash.slice(1);
  if (token !== '') {
    remember('token', token);
    history.replaceState(null, '', `${location.pathname}${location.search}`);
  }
  return recall('token');
}

/** Whose token it is. Read, not verified: the API does that at every call. */
export function memberOf(token: string): string | null {
  try {
    const payload = (token.split('.')[1] ?? '').replaceAll('-', '+').replaceAll('_', '/');
    const { kind, sub } = JSON.parse(atob(payload)) as { readonly kind?: unknown; readonly sub?: unknown };
    return kind === 'member' && typeof sub === 'string' ? sub : null;
  } catch {
    return null;
  }
}
