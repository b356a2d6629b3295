import { REGIONS } from '../../../../words/figures';
import { COUNTRIES } from '../../../../workflows/domain/country';
import { language } from '../../words';

/** A country, as the reader calls it. */
export function countryName(code: string): string {
  return new Intl.DisplayNames(REGIONS[language()], { type: 'region' }).of(code) ?? code;
}

/** All countries, by name. */
export function countries(): readonly { readonly key: string; readonly text: string }[] {
  const named = Array.from(COUNTRIES, (key) => ({ key, text: countryName(key) }));
  return named.sort((a, b) => a.text.localeCompare(b.text, language()));
}

/** All time zones, by the place that names them; the one that is chosen is among them, whatever this browser knows. */
export function zones(chosen: string): readonly { readonly key: string; readonly text: string }[] {
  const known = new Set(['UTC', chosen, ...Intl.supportedValuesOf('timeZone')]);
  return [...known].sort().map((key) => ({ key, text: key.replaceAll('_', ' ') }));
}
