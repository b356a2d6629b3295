import { REGIONS } from '../../../../words/figures';
import { COUNTRIES } from '../../../../workflows/domain/country';
import { language } from '../../words';

interface Place {
  readonly key: string;
  readonly text: string;
}

const names = new Intl.DisplayNames(REGIONS[language()], { type: 'region' });

/** A country, as the reader calls it. */
export const countryName = (code: string): string => names.of(code) ?? code;

/** All countries, by name. */
export const COUNTRIES_BY_NAME: readonly Place[] = Array.from(COUNTRIES, (key) => ({
  key,
  text: countryName(key),
})).sort((a, b) => a.text.localeCompare(b.text, language()));

const zoneOf = (key: string): Place => ({ key, text: key.replaceAll('_', ' ') });
const KNOWN_ZONES = [...new Set(['UTC', ...Intl.supportedValuesOf('timeZone')])].sort().map(zoneOf);

/** All time zones, by the place that names them; the one that is chosen is among them, whatever this browser knows. */
export function zones(chosen: string): readonly Place[] {
  return KNOWN_ZONES.some(({ key }) => key === chosen) ? KNOWN_ZONES : [zoneOf(chosen), ...KNOWN_ZONES];
}
