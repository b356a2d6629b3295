import { useEffect, useSyncExternalStore } from 'react';
import { t } from '../words';

interface Announcement {
  readonly id: number;
  readonly text: string;
  readonly tone: 'good' | 'bad';
}

/** How long an outcome stays to be read; a refusal stays until it is put away. */
const READING_MS = 8_000;

let shown: readonly Announcement[] = [];
let next = 1;
const listeners = new Set<() => void>();
function show(announcements: readonly Announcement[]): void {
  shown = announcements;
  for (const listener of listeners) listener();
}

/** Says once what came of something; the focus stays where it is. */
export function announce(text: string, tone: Announcement['tone']): void {
  show([...shown.slice(-2), { id: next, text, tone }]);
  next += 1;
}

/** Where outcomes are said. */
export function Announcements() {
  const announcements = useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => shown,
  );
  useEffect(() => {
    const newest = announcements.at(-1);
    if (newest?.tone !== 'good') return;
    const timer = setTimeout(() => show(shown.filter(({ id }) => id !== newest.id)), READING_MS);
    return () => clearTimeout(timer);
  }, [announcements]);
  return (
    <div className="announcements">
      <div role="status">
        {announcements.map(({ id, text, tone }) => (
          <p key={id} data-tone={tone}>
            {text}
            <button type="button" className="plain" onClick={() => show(shown.filter((other) => other.id !== id))}>
              {t('shell.close')}
            </button>
          </p>
        ))}
      </div>
    </div>
  );
}
