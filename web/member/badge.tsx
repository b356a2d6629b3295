import type { Words } from '../../words/standing';

const SIGNS: Readonly<Record<Words['tone'], string>> = { good: '✓', waiting: '…', bad: '!', plain: '·' };

/** A state: its word, a sign, and only then a colour. */
export function Badge({ tone, children }: { readonly tone: Words['tone']; readonly children: string }) {
  return (
    <span class="badge" data-tone={tone}>
      <span aria-hidden="true">{SIGNS[tone]}</span> {children}
    </span>
  );
}
