import type { ReactNode } from 'react';
import { money, t } from '../words';

interface Posting {
  readonly account: string;
  readonly side: 'debit' | 'credit';
  readonly amount: number;
  readonly currency: string;
}

interface ShownEntry {
  readonly kind: string;
  readonly postings: readonly Posting[];
  /** What is said beside its kind. */
  readonly about?: ReactNode;
}

interface EntriesProps {
  readonly caption: string;
  /** The page says already what the table is; who hears it is told all the same. */
  readonly isCaptionHidden?: boolean;
  readonly entries: readonly ShownEntry[];
}

/** What the books say, or will say: each entry with its two sides. */
export function Entries({ caption, isCaptionHidden = false, entries }: EntriesProps) {
  return (
    <div className="scrolling" role="region" aria-label={caption} tabIndex={0}>
      <table className="entries">
        <caption className={isCaptionHidden ? 'hidden' : undefined}>{caption}</caption>
        <thead>
          <tr>
            <th scope="col">{t('books.account')}</th>
            <th scope="col" className="figure">
              {t('books.debit')}
            </th>
            <th scope="col" className="figure">
              {t('books.credit')}
            </th>
          </tr>
        </thead>
        {entries.map(({ kind, postings, about }, index) => (
          <tbody key={index}>
            <tr>
              <th scope="rowgroup" colSpan={3}>
                {t(`entry.${kind}`)}
                {about !== undefined && <> · {about}</>}
              </th>
            </tr>
            {postings.map(({ account, side, amount, currency }, row) => (
              <tr key={row}>
                <td>{accountName(account)}</td>
                <td className="figure">{side === 'debit' && money(amount, currency)}</td>
                <td className="figure">{side === 'credit' && money(amount, currency)}</td>
              </tr>
            ))}
          </tbody>
        ))}
      </table>
    </div>
  );
}

/** `gateway_fees:kkiapay` → “Fees · KKiaPay” */
export function accountName(account: string): string {
  const [kind = '', of = ''] = account.split(/:(.*)/);
  const name = t(`account.${kind}`);
  if (of === '') return name;
  return kind.startsWith('gateway_') ? `${name} · ${t(`gateway.${of}`)}` : `${name} · ${of}`;
}
