const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];

const TIME = String.raw`(?<hour>\d{1,2}):(?<minute>\d{2}):(?<second>\d{2})`;
const MONTH = String.raw`(?<month>[A-Za-z]{3,9})\.?`;
const DAY = String.raw`(?<day>\d{1,2})`;
const YEAR = String.raw`(?<year>\d{4})`;
const ZONE = String.raw`(?<zone>[A-Za-z]{3})`;
const OFFSET = String.raw`(?:GMT|UTC)(?<offset>[+-]\d{4})?(?: \([^)]*\))?`;

const SHAPES: readonly RegExp[] = [
  new RegExp(`^${TIME} ${MONTH} ${DAY},? ${YEAR} ${ZONE}$`), // 05:22:41 Mar 10, 2026 PST
  new RegExp(`^${TIME} ${DAY} ${MONTH},? ${YEAR} ${ZONE}$`), // 05:22:41 10 Mar 2026 PST
  new RegExp(`^[A-Za-z]{3,9},? ${MONTH} ${DAY},? ${YEAR} ${TIME} ${OFFSET}$`), // Tue Mar 10 2026 05:22:41 GMT-0700 (PDT)
  new RegExp(String.raw`^${YEAR}-(?<monthNumber>\d{2})-${DAY}T${TIME}(?:\.\d{1,9})?Z$`), // 2026-03-10T13:22:41Z
];

// Two answers for the hour that November repeats: the suffix says which one, so no time zone table is needed.
const ZONES: Readonly<Record<string, number>> = { PST: -480, PDT: -420, GMT: 0, UTC: 0 };

/**
 * Reads a date of a PayPal message as ISO 8601 in UTC (PayPal IPN variables, `payment_date`: "HH:MM:SS Mmm DD, YYYY PDT";
 * the other shapes come from older messages and from PayPal's IPN simulator). Null when it names no certain instant.
 */
export function readPaypalDate(text: string): string | null {
  const squeezed = text.trim().replace(/\s+/g, ' ');
  for (const shape of SHAPES) {
    const parts = shape.exec(squeezed)?.groups;
    if (parts) return toInstant(parts);
  }
  return null;
}

function toInstant(parts: Record<string, string | undefined>): string | null {
  const { year, month = '', monthNumber, day, hour, minute, second, zone, offset } = parts;
  const monthIndex =
    monthNumber === undefined ? MONTHS.indexOf(month.slice(0, 3).toLowerCase()) : Number(monthNumber) - 1;
  const offsetMinutes = zone === undefined ? minutesOf(offset ?? '+0000') : ZONES[zone.toUpperCase()];
  if (monthIndex < 0 || offsetMinutes === undefined) return null;
  const wanted = [Number(year), monthIndex, Number(day), Number(hour), Number(minute), Number(second)] as const;
  const local = new Date(Date.UTC(...wanted));
  const read = [
    local.getUTCFullYear(),
    local.getUTCMonth(),
    local.getUTCDate(),
    local.getUTCHours(),
    local.getUTCMinutes(),
    local.getUTCSeconds(),
  ];
  // Date.UTC rolls 31 February over into March; a date that does not read back as it was written is none.
  if (wanted.some((part, i) => part !== read[i])) return null;
  return new Date(local.getTime() - offsetMinutes * 60_000).toISOString();
}

function minutesOf(offset: string): number {
  const minutes = Number(offset.slice(1, 3)) * 60 + Number(offset.slice(3));
  return offset.startsWith('-') ? -minutes : minutes;
}
