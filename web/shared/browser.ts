/** In this order: most browsers also name those that they are like. */
const BROWSERS: readonly (readonly [RegExp, string])[] = [
  [/\bEdg/, 'Edge'],
  [/SamsungBrowser/, 'Samsung Internet'],
  [/\bOPR\/|\bOpera/, 'Opera'],
  [/Firefox|FxiOS/, 'Firefox'],
  [/Chrom(e|ium)|CriOS/, 'Chrome'],
  [/Safari/, 'Safari'],
];
const SYSTEMS: readonly (readonly [RegExp, string])[] = [
  [/iPhone/, 'iPhone'],
  [/iPad/, 'iPad'],
  [/Android/, 'Android'],
  [/Windows/, 'Windows'],
  [/Mac OS X/, 'Mac'],
  [/CrOS/, 'ChromeOS'],
  [/Linux/, 'Linux'],
];

/** What a browser is, and what it runs on, as their owner would call them, from what it calls itself; undefined: it does not say. */
export function browserOf(userAgent: string | null): {
  readonly browser: string | undefined;
  readonly system: string | undefined;
} {
  const nameIn = (names: typeof BROWSERS) => names.find(([pattern]) => pattern.test(userAgent ?? ''))?.[1];
  return { browser: nameIn(BROWSERS), system: nameIn(SYSTEMS) };
}
