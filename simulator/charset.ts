// What windows-1252 has at 0x80 to 0x9F. Written out because Node 20's own TextDecoder reads these bytes as latin1, so a euro sign
// or a typographic apostrophe would come out as a control character.
const WINDOWS_1252_MIDDLE = '€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ';

const UNREADABLE = '\ufffd';
const UNWRITABLE = 0x3f; // a question mark, as most mail and payment systems write it

/** The bytes of `text` in the charset of this name. Unknown names count as windows-1252, characters it lacks become `?`. */
export function encodeText(text: string, charset: string): Buffer {
  const encoding = encodingOf(charset);
  if (encoding === 'utf-8') return Buffer.from(text, 'utf8');
  const table = tableOf(encoding);
  return Buffer.from(Array.from(text).flatMap((character) => table.get(character) ?? [UNWRITABLE]));
}

/** Reads bytes in the charset of this name. Unknown names count as windows-1252. */
export function decodeText(bytes: Uint8Array, charset: string): string {
  const encoding = encodingOf(charset);
  if (encoding !== 'windows-1252') return new TextDecoder(encoding).decode(bytes);
  return [...bytes].map((byte) => WINDOWS_1252_MIDDLE[byte - 0x80] ?? String.fromCharCode(byte)).join('');
}

function encodingOf(charset: string): string {
  try {
    return new TextDecoder(charset).encoding;
  } catch {
    return 'windows-1252';
  }
}

type Table = ReadonlyMap<string, readonly number[]>;
const tables = new Map<string, Table>();

/** Node writes UTF-8 only; every other charset is written by reading all its one-byte and two-byte codes once, backwards. */
function tableOf(encoding: string): Table {
  const known = tables.get(encoding);
  if (known) return known;
  const table = new Map<string, readonly number[]>();
  for (let first = 0; first < 256; first++) {
    const single = decodeText(Uint8Array.of(first), encoding);
    if (single !== UNREADABLE) {
      table.set(single, [first]);
      continue;
    }
    for (let second = 0x30; second < 256; second++) {
      const double = decodeText(Uint8Array.of(first, second), encoding);
      if (Array.from(double).length === 1 && double !== UNREADABLE && !table.has(double))
        table.set(double, [first, second]);
    }
  }
  tables.set(encoding, table);
  return table;
}
