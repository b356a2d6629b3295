import type { Posting } from '../workflows/domain/letter';

/** What a mail server's answer to a letter means: 2 it has it, 5 it never will, anything else says nothing for good. RFC 5321, 4.2.1. */
export function judge(code: number, answer: string): Posting {
  if (code >= 200 && code < 300) return { outcome: 'sent', answer };
  return { outcome: code >= 500 && code < 600 ? 'refused' : 'later', answer };
}
