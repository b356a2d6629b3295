/** The members of a JSON object from outside, none of them read yet. */
export type Fields = Readonly<Record<string, unknown>>;

/** Null for bytes that are no JSON object: a page, nothing, `null`, a list. */
export function readJsonObject(bytes: Uint8Array): Fields | null {
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(bytes));
    return isFields(value) ? value : null;
  } catch {
    return null;
  }
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
