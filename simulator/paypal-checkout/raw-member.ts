/**
 * The bytes of one member of a JSON object, exactly as they were sent; null if it has no such member. The text must be JSON:
 * parse it first.
 */
export function rawMember(json: Buffer, name: string): Buffer | null {
  const text = json.toString('latin1'); // one character per byte
  let at = text.indexOf('{') + 1;
  for (;;) {
    at = skip(text, at, /[\s,]*/y);
    if (text[at] !== '"') return null;
    const afterKey = skip(text, at, STRING);
    const key: unknown = JSON.parse(text.slice(at, afterKey));
    const start = skip(text, afterKey, /\s*:\s*/y);
    const end = endOfValue(text, start);
    if (key === name) return json.subarray(start, end);
    at = end;
  }
}

const STRING = /"(?:[^"\\]|\\.)*"/y;
// What is neither a string nor opens or closes anything.
const PLAIN = /[^"{}[\],\s]+/y;

function endOfValue(text: string, start: number): number {
  let depth = 0;
  for (let at = start; at < text.length;) {
    const letter = text[at] ?? '';
    if (letter === '"') at = skip(text, at, STRING);
    else if ('{}[]'.includes(letter)) {
      depth += letter === '{' || letter === '[' ? 1 : -1;
      at += 1;
    } else at = depth > 0 ? skip(text, at, /[^"{}[\]]+/y) : skip(text, at, PLAIN);
    if (depth === 0) return at;
  }
  return text.length;
}

/** Where what fits the pattern ends. */
function skip(text: string, at: number, pattern: RegExp): number {
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex : at;
}
