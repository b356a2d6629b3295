import { decodeText, encodeText } from './charset';

/** The fields of a form, in their order. */
export type Fields = Readonly<Record<string, string>>;

/** Writes fields as PayPal percent-encodes them: a space is `+`, everything but letters, digits, `-`, `.` and `_` is escaped. */
export function writeForm(fields: Fields, charset: string): Buffer {
  const pairs = Object.entries(fields).map(([name, value]) => `${escape(name, charset)}=${escape(value, charset)}`);
  return Buffer.from(pairs.join('&'), 'latin1');
}

/** Percent-encodes one name or value. */
export function escape(text: string, charset: string): string {
  return [...encodeText(text, charset)].map(escapeByte).join('');
}

function escapeByte(byte: number): string {
  const character = String.fromCharCode(byte);
  if (/[A-Za-z0-9._-]/.test(character)) return character;
  return byte === 0x20 ? '+' : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
}

/** Reads a form's bytes. Its own `charset` field names the charset; without one, `fallback` does. A repeated name keeps its first value. */
export function readForm(bytes: Buffer, fallback: string): Fields {
  const pairs = bytes.toString('latin1').split('&').filter(Boolean).map(splitPair);
  const named = pairs.find(([name]) => name === 'charset')?.[1];
  const charset = named === undefined ? fallback : unescape(named).toString('latin1');
  const fields: Record<string, string> = {};
  for (const [name, value] of pairs) {
    const key = decodeText(unescape(name), charset);
    if (!Object.hasOwn(fields, key))
      Object.defineProperty(fields, key, { value: decodeText(unescape(value), charset), enumerable: true });
  }
  return fields;
}

function splitPair(pair: string): [string, string] {
  const equals = pair.indexOf('=');
  return equals < 0 ? [pair, ''] : [pair.slice(0, equals), pair.slice(equals + 1)];
}

function unescape(text: string): Buffer {
  const bytes = text
    .replaceAll('+', ' ')
    .replace(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)));
  return Buffer.from(bytes, 'latin1');
}
