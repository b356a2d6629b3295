/** A text as one line of at most `longest` characters, no letter cut in two. */
export function oneLine(text: string, longest: number): string {
  let line = '';
  for (const letter of text.replace(/[\p{Cc}\s]+/gu, ' ').trim()) {
    if (line.length + letter.length > longest) break;
    line += letter;
  }
  return line.trim();
}
