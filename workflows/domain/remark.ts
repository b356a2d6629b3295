import type { Fact, GatewayFact } from './fact';

const LONGEST_QUOTE = 100;

/** Something that the gateway told and that could not be used as it stands. */
export interface Remark {
  /** What it is, in snake case: `unreadable_fee`, `unknown_status`. */
  readonly word: string;
  /** The gateway reference of the money it is about; null: the message or the look-up as a whole. */
  readonly about: string | null;
  /** What the gateway wrote: at most 100 printable characters and nothing personal; null where there is nothing to show. */
  readonly wrote: string | null;
}

/** Notes what could not be used. `wrote`: the gateway's own text, which may be anything. */
export function remark(word: string, about: string | null = null, wrote: string | null = null): Remark {
  return { word, about, wrote: wrote === null ? null : quote(wrote) };
}

/**
 * All that a look-up told: its facts, and its remarks as facts of their own. `otherwise`: the reference of a remark about
 * nothing in particular, where there is no fact to lay it beside; without one such a remark makes no fact.
 */
export function toldFacts(
  { facts, remarks }: { readonly facts: readonly GatewayFact[]; readonly remarks: readonly Remark[] },
  otherwise?: string,
): readonly GatewayFact[] {
  const beside = facts[0]?.gatewayReference ?? otherwise;
  return beside === undefined
    ? []
    : [...facts, ...remarks.map((remark) => noted(remark, remark.about ?? beside, facts))];
}

/** The remarks about a fee that is not in the books. */
export const FEE_REMARKS = ['fee_unreadable', 'fee_negative', 'fee_in_other_currency'] as const;
const ABOUT_FEES: ReadonlySet<string> = new Set(FEE_REMARKS);

/** Whether the remark is about a fee that is not in the books, whatever was wrong with it. */
export function isAboutFee({ reason }: Fact & { kind: 'remark_noted' }): boolean {
  return ABOUT_FEES.has(reason);
}

/** Why a message is worth a second look although it was applied, in the word that its payment's attention has; null where it told nothing but facts. */
export function reasonOf(facts: readonly Fact[]): string | null {
  const noted = facts.find((fact) => fact.kind === 'remark_noted');
  if (!noted) return null;
  return isAboutFee(noted) ? 'fee_unreadable' : noted.reason;
}

function noted({ word, wrote }: Remark, gatewayReference: string, facts: readonly GatewayFact[]): GatewayFact {
  const { occurredAt = null } = facts.find((fact) => fact.gatewayReference === gatewayReference) ?? {};
  return {
    kind: 'remark_noted',
    gatewayReference,
    qualifier: word,
    amount: null,
    currency: null,
    reason: word,
    wrote,
    occurredAt,
  };
}

/** One line that a database and a page can hold: no control characters, no half characters, not endless. */
function quote(text: string): string | null {
  let line = '';
  for (const letter of text
    .slice(0, 2 * LONGEST_QUOTE)
    .replace(/[\p{Cc}\p{Zl}\p{Zp}\s]+/gu, ' ')
    .replace(/\p{Cs}/gu, '\ufffd')
    .trim()) {
    if (line.length + letter.length > LONGEST_QUOTE) break;
    line += letter;
  }
  return line || null;
}
