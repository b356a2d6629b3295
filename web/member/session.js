/** @import { Kept } from './types' */

/** What must survive the way to the gateway and back lies in this tab's storage, and nowhere once the tab is closed. */

/** @type {Map<string, unknown>} */
const beside = new Map(); // where storage is refused, the page works until it is left

/**
 * @template {keyof Kept} Name
 * @param {Name} name
 * @returns {Kept[Name] | null}
 */
export function recall(name) {
  try {
    const text = sessionStorage.getItem(`quittance.${name}`);
    return text === null ? null : JSON.parse(text);
  } catch {
    return /** @type {Kept[Name] | null} */ (beside.get(name) ?? null);
  }
}

/**
 * @template {keyof Kept} Name
 * @param {Name} name
 * @param {Kept[Name]} value
 */
export function remember(name, value) {
  try {
    sessionStorage.setItem(`quittance.${name}`, JSON.stringify(value));
  } catch {
    beside.set(name, value);
  }
}

/** @param {keyof Kept} name */
export function forget(name) {
  beside.delete(name);
  try {
    sessionStorage.removeItem(`quittance.${name}`);
  } catch {
    // It was not kept there either.
  }
}

/** The member's token: from the address, out of which it is taken at once, else from before the way to the gateway. */
export function readToken() {
  const token = location.hash.slice(1);
  if (token !== '') {
    remember('token', token);
    history.replaceState(null, '', `${location.pathname}${location.search}`);
  }
  return recall('token');
}

/**
 * Whose token it is. Read, not verified: the API does that at every call.
 * @param {string} token
 * @returns {string | null}
 */
export function memberOf(token) {
  try {
    const payload = (token.split('.')[1] ?? '').replaceAll('-', '+').replaceAll('_', '/');
    const { kind, sub } = JSON.parse(atob(payload));
    return kind === 'member' && typeof sub === 'string' ? sub : null;
  } catch {
    return null;
  }
}
