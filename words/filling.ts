/** The words with what is known in the place of their marks: `{merchant}`. */
export function fillIn(text: string, known: Readonly<Record<string, string>>): string {
  return text.replace(/\{(\w+)\}/g, (mark, name: string) => known[name] ?? mark);
}
