/** The zone by whose day a merchant's books are kept, by country (ISO 3166-1); of countries with one zone, or one that counts. */
const ZONES: Readonly<Record<string, string>> = {
  BE: 'Europe/Brussels',
  BF: 'Africa/Ouagadougou',
  BJ: 'Africa/Porto-Novo',
  CH: 'Europe/Zurich',
  CI: 'Africa/Abidjan',
  DE: 'Europe/Berlin',
  ES: 'Europe/Madrid',
  FR: 'Europe/Paris',
  GB: 'Europe/London',
  IT: 'Europe/Rome',
  LU: 'Europe/Luxembourg',
  ML: 'Africa/Bamako',
  NE: 'Africa/Niamey',
  SN: 'Africa/Dakar',
  TG: 'Africa/Lome',
};

/** UTC where the country is not known, or has several. */
export function timeZoneOf(country: string | undefined): string {
  return (country === undefined ? undefined : ZONES[country]) ?? 'UTC';
}
