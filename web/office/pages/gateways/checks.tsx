import { CircleCheck, CircleHelp, CircleX } from 'lucide-react';
import { isSaid, language, t } from '../../words';
import type { Card } from './standing';

type Check = Card['checks'][number];

/** What we saw of an account, line by line: green is what we have seen work, and nobody ticks it. */
export function Checks({ checks }: { readonly checks: readonly Check[] }) {
  return (
    <ul className="plain checks">
      {checks.map((check) => (
        <li key={check.name} data-tone={check.ok === null ? 'waiting' : check.ok ? 'good' : 'bad'}>
          {check.ok === null ? (
            <CircleHelp size={18} aria-hidden />
          ) : check.ok ? (
            <CircleCheck size={18} aria-hidden />
          ) : (
            <CircleX size={18} aria-hidden />
          )}
          <div>
            {sentenceOf(check)}
            {check.ok !== true && check.remedy !== null && <p className="note">{remedyOf(check)}</p>}
          </div>
        </li>
      ))}
    </ul>
  );
}

/** The API tells details in English; in other languages the kind of check is told, and whether it holds. */
function sentenceOf({ name, ok, detail }: Check): string {
  const id = `check.${name}.${ok === null ? 'unknown' : ok ? 'good' : 'bad'}`;
  if (!isSaid(id)) return detail;
  return language() === 'en' ? `${t(id)} (${detail})` : t(id);
}

function remedyOf({ name, remedy }: Check): string {
  const id = `check.${name}.remedy`;
  return language() === 'en' || !isSaid(id) ? (remedy ?? '') : t(id);
}
