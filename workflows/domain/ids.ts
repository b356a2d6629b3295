/** The kinds of object that have an id of their own; the prefix is part of the id. */
export type IdPrefix =
  | 'pay'
  | 'mem'
  | 'mer'
  | 'ref'
  | 'ntf'
  | 'ent'
  | 'chg'
  | 'pln'
  | 'acc'
  | 'cmd'
  | 'onb'
  | 'dis'
  | 'key'
  | 'imp'
  | 'per'
  | 'ses'
  | 'inv'
  | 'ltr'
  | 'rem'
  | 'evt'
  | 'whe'
  | 'whd'
  | 'viw'
  | 'psk'
  | 'agr'
  | 'ofr';

const ALPHABET = '0123456789abcdefghijkmnpqrstuvwxyz'; // no l and o: people read ids aloud
const LENGTH = 26;
/** Tenths of a second since 1970 fit into so many letters until the year 2136. */
const TIME_LENGTH = 7;
const TICK_MS = 100;

/** How many random bytes {@link makeId} wants: 34^19 is over 2^96, so that nobody guesses a payment id. */
export const ID_RANDOM_BYTES = LENGTH - TIME_LENGTH;

/**
 * Makes an id, for example `pay_09wn3mf8x3…`. It begins with the time, so that rows made together lie together in every index;
 * the order of two ids says nothing. `at`: milliseconds since 1970. The caller brings the clock and the randomness, so that
 * this stays pure.
 */
export function makeId(prefix: IdPrefix, at: number, randomBytes: Uint8Array): string {
  if (randomBytes.length < ID_RANDOM_BYTES) throw new Error(`an id needs ${ID_RANDOM_BYTES} random bytes`);
  return `${prefix}_${spellTime(at)}${spell(randomBytes.subarray(0, ID_RANDOM_BYTES))}`;
}

function spellTime(at: number): string {
  let rest = Math.floor(at / TICK_MS);
  let text = '';
  for (let place = 0; place < TIME_LENGTH; place++) {
    text = ALPHABET.charAt(rest % ALPHABET.length) + text;
    rest = Math.floor(rest / ALPHABET.length);
  }
  return text;
}

function spell(bytes: Uint8Array): string {
  // 256 is not a multiple of 34; the bias costs a fraction of a bit per letter, which the length pays for.
  return Array.from(bytes, (byte) => ALPHABET.charAt(byte % ALPHABET.length)).join('');
}

/** Whether `text` has the shape of an id of this kind; says nothing about whether such an object exists. */
export function isId(prefix: IdPrefix, text: string): boolean {
  return (
    text.length === prefix.length + 1 + LENGTH &&
    text.startsWith(`${prefix}_`) &&
    /^[0-9a-z]+$/.test(text.slice(prefix.length + 1))
  );
}

/** The first letters of an id that a person reads out; with fewer it would be told apart from too few others. */
const FEWEST_LETTERS = 8;

/** Between which ids of this kind all lie that begin as `text`, which may leave the prefix out; null where it is no beginning of one. */
export function idsBeginning(prefix: IdPrefix, text: string): { readonly first: string; readonly last: string } | null {
  const begins = text.startsWith(`${prefix}_`) ? text : `${prefix}_${text}`;
  const whole = prefix.length + 1 + LENGTH;
  const isBeginning = /^[0-9a-z]+$/.test(begins.slice(prefix.length + 1));
  if (text.length < FEWEST_LETTERS || begins.length > whole || !isBeginning) return null;
  return { first: begins.padEnd(whole, '0'), last: begins.padEnd(whole, 'z') };
}

/**
 * An id that follows from `text`: told again, the same thing has the same id. For objects that gateways make (a refund at
 * their own site, a dispute), whose first news may come twice. It is no secret; what it names is read with a key.
 */
export function derivedId(prefix: IdPrefix, text: string): string {
  const bytes = new Uint8Array(LENGTH);
  let state = [0x9e3779b9, 0x243f6a88, 0xb7e15162, 0x510e527f];
  const stir = (value: number) => {
    state = state.map((word, index) => {
      const mixed = Math.imul(word ^ (value + index), 0x85ebca6b + 2 * index);
      return (Math.imul(mixed ^ (mixed >>> 15), 0xc2b2ae35) ^ (state[(index + 1) % 4] ?? 0)) >>> 0;
    });
  };
  for (let place = 0; place < text.length; place++) stir(text.charCodeAt(place));
  for (let place = 0; place < LENGTH; place++) {
    stir(place);
    bytes[place] = ((state[place % 4] ?? 0) >>> 13) & 0xff;
  }
  return `${prefix}_${spell(bytes)}`;
}
