import type { AskingPlace } from '../../books/attention';
import type { Database } from '../../prisma/client';
import type { Vault } from '../../vault/vault';
import type { Waiting } from '../../workflows/domain/letter';
import { sum } from '../../workflows/domain/money';
import type { Money } from '../../workflows/domain/money';
import { ATTENTION_KINDS } from '../../workflows/domain/remedies';
import { readAttention } from './attention';
import type { AttentionItem } from './attention';
import { createRefundDesk } from './refunding';

const PAGE_ROWS = 100;

/** Counts what waits for a person at a merchant: exactly what the list of it shows. */
export function waitingAt({ db, vault }: { readonly db: Database; readonly vault: Vault }) {
  const desk = { db, refunds: createRefundDesk({ vault }), payerOf: () => null };

  return async (merchantId: string): Promise<readonly Waiting[]> => {
    const items: AttentionItem[] = [];
    let after: AskingPlace | null = null;
    do {
      const page = await readAttention(desk, merchantId, undefined, { after, limit: PAGE_ROWS });
      items.push(...page.items);
      after = page.last;
    } while (after !== null);
    return ATTENTION_KINDS.flatMap((kind) => {
      const ofKind = items.filter((item) => item.kind === kind);
      return ofKind.length === 0
        ? []
        : [{ kind, count: ofKind.length, sums: totalsOf(ofKind.flatMap(({ sums }) => sums)) }];
    });
  };
}

/** One sum of each currency. */
function totalsOf(sums: readonly Money[]): readonly Money[] {
  return [...new Set(sums.map(({ currency }) => currency))].map((currency) =>
    sum(
      currency,
      sums.filter((each) => each.currency === currency),
    ),
  );
}
