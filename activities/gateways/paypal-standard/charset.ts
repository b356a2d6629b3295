import { TextDecoder } from 'node:util';

export type Decode = (bytes: Uint8Array) => string;

// What windows-1252 has at 0x80 to 0x9F: Node 20's TextDecoder reads these bytes as latin1, so a euro sign would become a control character.
const WINDOWS_1252_MIDDLE = '€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ';

/** How text in the charset of this name is read. Names that nobody knows count as windows-1252, PayPal's default (IPN variables, `charset`). */
export function decoderFor(label: string): Decode {
  for (const name of [label, label.replaceAll('_', '-')]) {
    try {
      const decoder = new TextDecoder(name);
      // UTF-16 would turn the ASCII of every field into nonsense; PayPal sends only supersets of ASCII.
      if (decoder.encoding.startsWith('utf-16')) continue;
      return decoder.encoding === 'windows-1252' ? decodeWindows1252 : (bytes) => decoder.decode(bytes);
    } catch {
      continue; // not a label that the Encoding Standard knows
    }
  }
  return decodeWindows1252;
}

function decodeWindows1252(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += WINDOWS_1252_MIDDLE[byte - 0x80] ?? String.fromCharCode(byte);
  return text;
}
