const MINUTE_MS = 60_000;

/** Notes that a session or key is used: once a minute, however often. No request waits for it, and a note that is lost is made up for by the next minute's. */
export function oncePerMinute(note: (id: string) => Promise<void>): (id: string) => void {
  const seenIn = new Map<string, number>();
  return (id) => {
    const minute = Math.floor(Date.now() / MINUTE_MS);
    if (seenIn.get(id) === minute) return;
    if (seenIn.size > 10_000) seenIn.clear(); // a bound, not a policy: the note itself is made once a minute as well
    seenIn.set(id, minute);
    void note(id).catch(() => undefined);
  };
}
