import type { Letter, LetterLocale } from '../workflows/domain/letter';
import { wordsOf } from '../words/letters';
import type { LetterWords } from '../words/letters';

/** A letter as it is sent: the same words twice. It loads nothing, so that nobody learns whether it was opened. */
export interface WrittenLetter {
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

export function writeLetter({ kind, data }: Letter, locale: LetterLocale): WrittenLetter {
  const words = wordsOf(locale, kind, data);
  return { subject: words.subject.replace(/\s+/g, ' '), text: textOf(words), html: htmlOf(words, locale) };
}

function textOf({ paragraphs, link, code, closing }: LetterWords): string {
  const acting = [...(link === null ? [] : [`${link.label}\n${link.url}`]), ...(code === null ? [] : [code])];
  // Who wrote stands below the line by which mail programs know a signature.
  return `${[...paragraphs, ...acting].join('\n\n')}\n\n-- \n${closing}\n`;
}

function htmlOf({ subject, paragraphs, link, code, closing }: LetterWords, locale: LetterLocale): string {
  const lines = [
    ...paragraphs.map((text) => `<p>${escaped(text)}</p>`),
    ...(link === null
      ? []
      : [
          `<p><a href="${escaped(link.url)}" style="display:inline-block;padding:12px 20px;border-radius:6px;background:#0b5cad;color:#ffffff;text-decoration:none">${escaped(link.label)}</a></p>`,
        ]),
    ...(code === null ? [] : [`<p style="font-size:28px;letter-spacing:4px"><strong>${escaped(code)}</strong></p>`]),
    `<p style="color:#55636f">${escaped(closing)}</p>`,
  ];
  return `<!doctype html>
<html lang="${locale}">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${escaped(subject)}</title></head>
<body style="font-family:system-ui,sans-serif;line-height:1.5;max-width:36em;margin:0 auto;padding:16px">
${lines.join('\n')}
</body>
</html>
`;
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
