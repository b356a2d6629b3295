const parts = new Intl.DateTimeFormat('en-US', {
  timeZone: 'America/Los_Angeles',
  hourCycle: 'h23',
  year: 'numeric',
  month: 'short',
  day: '2-digit',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  timeZoneName: 'short',
});

/** A moment as PayPal writes it: `05:22:41 Mar 10, 2026 PDT`, in the time of its headquarters, summer time and all. */
export function writePacificDate(date: Date): string {
  const found = new Map(parts.formatToParts(date).map(({ type, value }) => [type, value]));
  const get = (type: Intl.DateTimeFormatPartTypes) => found.get(type) ?? '';
  return `${get('hour')}:${get('minute')}:${get('second')} ${get('month')} ${get('day')}, ${get('year')} ${get('timeZoneName')}`;
}
