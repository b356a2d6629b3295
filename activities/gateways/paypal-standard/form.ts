import { decoderFor, type Decode } from './charset';

/** The fields of a message in their order, duplicates kept. Flat: brackets in a name mean nothing here. */
export type Fields = readonly Field[];
export interface Field {
  readonly name: string;
  readonly value: string;
}

/** The first value of a field without surrounding space; '' when blank or absent, which PayPal does not tell apart. */
export function valueOf(fields: Fields, name: string): string {
  return fields.find((field) => field.name === name)?.value.trim() ?? '';
}

/** Whether one of these fields is there twice and says two things. */
export function contradicts(fields: Fields, names: ReadonlySet<string>): boolean {
  const seen = new Map<string, string>();
  for (const { name, value } of fields) {
    if (!names.has(name)) continue;
    if ((seen.get(name) ?? value.trim()) !== value.trim()) return true;
    seen.set(name, value.trim());
  }
  return false;
}

/**
 * Reads an `application/x-www-form-urlencoded` body in the charset that its own `charset` field names (PayPal IPN
 * integration guide, "Character encoding"); windows-1252 when it names none or an unknown one. Total: every byte string
 * gives fields, since a badly written name must not cost a payment.
 */
export function parseForm(body: Uint8Array): Fields {
  return decodeFields(split(body, AMPERSAND));
}

/** What `_notify-synch` answers (PayPal PDT guide): the word, then one `name=value` per line. */
export type PdtAnswer =
  { readonly word: 'SUCCESS'; readonly fields: Fields } | { readonly word: 'FAIL'; readonly code: string };

/** Reads a PDT answer; null when its first line is neither SUCCESS nor FAIL. */
export function parsePdtAnswer(body: Uint8Array): PdtAnswer | null {
  const [first = new Uint8Array(), ...lines] = split(body, LINE_FEED).map(withoutCarriageReturn);
  const word = latin1(first).trim();
  if (word === 'SUCCESS') return { word, fields: decodeFields(lines) };
  if (word === 'FAIL') return { word, code: /\d{3,6}/.exec(lines.map(latin1).join(' '))?.[0] ?? 'unknown' };
  return null;
}

const AMPERSAND = 0x26;
const EQUALS = 0x3d;
const PERCENT = 0x25;
const PLUS = 0x2b;
const SPACE = 0x20;
const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;
const LOWER_U = 0x75;

function decodeFields(pairs: readonly Uint8Array[]): Fields {
  // A pair is cut at its first '=' while still encoded: `custom=a%3D1` and `custom=a=1` both keep their whole value.
  const cut = pairs
    .filter((pair) => pair.length > 0)
    .map((pair) => {
      const at = pair.indexOf(EQUALS);
      return at === -1
        ? { name: pair, value: new Uint8Array() }
        : { name: pair.subarray(0, at), value: pair.subarray(at + 1) };
    });
  const label = cut.find(({ name }) => latin1(name) === 'charset');
  const decode = decoderFor(label ? latin1(label.value) : '');
  return cut.map(({ name, value }) => ({ name: decodeText(name, decode), value: decodeText(value, decode) }));
}

/** Percent-decoding to bytes, bytes to text. `%uXXXX` is what PayPal's own IPN simulator writes; a stray % stands for itself. */
function decodeText(encoded: Uint8Array, decode: Decode): string {
  let text = '';
  let bytes: number[] = [];
  const flush = (): void => {
    if (bytes.length > 0) text += decode(Uint8Array.from(bytes));
    bytes = [];
  };
  for (let i = 0; i < encoded.length; i++) {
    const byte = encoded[i] ?? 0;
    if (byte === PLUS) {
      bytes.push(SPACE);
      continue;
    }
    const escaped = byte === PERCENT ? hexAt(encoded, i + 1, 2) : null;
    const unit = byte === PERCENT && encoded[i + 1] === LOWER_U ? hexAt(encoded, i + 2, 4) : null;
    if (escaped !== null) {
      bytes.push(escaped);
      i += 2;
    } else if (unit !== null) {
      flush();
      text += String.fromCharCode(unit);
      i += 5;
    } else {
      bytes.push(byte);
    }
  }
  flush();
  return text;
}

function hexAt(bytes: Uint8Array, start: number, length: number): number | null {
  const digits = latin1(bytes.subarray(start, start + length));
  return digits.length === length && /^[0-9A-Fa-f]+$/.test(digits) ? Number.parseInt(digits, 16) : null;
}

function split(bytes: Uint8Array, separator: number): Uint8Array[] {
  const parts: Uint8Array[] = [];
  let start = 0;
  for (let end = bytes.indexOf(separator); end !== -1; end = bytes.indexOf(separator, start)) {
    parts.push(bytes.subarray(start, end));
    start = end + 1;
  }
  parts.push(bytes.subarray(start));
  return parts;
}

function withoutCarriageReturn(line: Uint8Array): Uint8Array {
  return line.at(-1) === CARRIAGE_RETURN ? line.subarray(0, -1) : line;
}

function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
}
