/** The few forms of DER (ITU-T X.690) that a certificate is written in. Node reads certificates and cannot write them. */

/** One value: its tag, its length, and what is in it. */
export function der(tag: number, ...content: readonly Uint8Array[]): Buffer {
  const body = Buffer.concat(content);
  return Buffer.concat([Buffer.from([tag, ...length(body.length)]), body]);
}

export const sequence = (...content: readonly Uint8Array[]): Buffer => der(0x30, ...content);
export const set = (...content: readonly Uint8Array[]): Buffer => der(0x31, ...content);
export const octets = (content: Uint8Array): Buffer => der(0x04, content);
export const text = (content: string): Buffer => der(0x0c, Buffer.from(content, 'utf8'));
export const truth = (): Buffer => der(0x01, Buffer.of(0xff));
export const nothing = (): Buffer => der(0x05);

/** Bits, of which the last `unused` do not count. */
export const bits = (content: Uint8Array, unused = 0): Buffer => der(0x03, Buffer.of(unused), content);

/** A positive whole number, most significant byte first: written without zeros before it, except where its first bit would read as a sign. */
export function integer(content: Uint8Array): Buffer {
  const digits = content.subarray(
    Math.max(
      0,
      content.findIndex((byte) => byte !== 0),
    ),
  );
  return der(0x02, Buffer.alloc((digits[0] ?? 0) & 0x80 ? 1 : 0), digits);
}

/** What the enclosing structure tells apart by number. */
export const tagged = (number: number, content: Uint8Array): Buffer => der(0xa0 + number, content);

/** A moment between 1950 and 2049. */
export function time(date: Date): Buffer {
  const digits = date.toISOString().replace(/\D/g, '');
  return der(0x17, Buffer.from(`${digits.slice(2, 14)}Z`));
}

/** An object identifier: `2.5.4.3`. */
export function oid(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number);
  return der(0x06, Buffer.from([first * 40 + second, ...rest.flatMap(base128)]));
}

function base128(number: number): number[] {
  const groups = [number & 0x7f];
  for (let rest = number >>> 7; rest > 0; rest >>>= 7) groups.unshift((rest & 0x7f) | 0x80);
  return groups;
}

function length(bytes: number): number[] {
  if (bytes < 0x80) return [bytes];
  const digits: number[] = [];
  for (let rest = bytes; rest > 0; rest >>>= 8) digits.unshift(rest & 0xff);
  return [0x80 | digits.length, ...digits];
}
