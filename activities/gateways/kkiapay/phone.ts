/** A phone number to which KKiaPay can send a prompt, or why not. */
export type PhoneReading =
  | {
      readonly ok: true;
      /** With the country code and without a plus, as it was given: an old Benin number is not rewritten as a new one. */
      readonly digits: string;
      readonly network: 'MTN' | 'Moov';
    }
  | { readonly ok: false; readonly detail: string };

/**
 * Reads a phone number as a person writes it: with its country code, with or without `+` or `00`, with spaces, dots,
 * hyphens or brackets. Prompts reach MTN and Moov only (KKiaPay, Transactions: "only mobile money (MTN or Flooz)", Flooz
 * being Moov's).
 */
export function readPhone(text: string): PhoneReading {
  const written = text.trim();
  if (!/^\+?[\d\s.()-]+$/.test(written))
    return refused('the phone number must be digits with the country code, like +229 01 61 00 00 00');
  const digits = written.replace(/\D/g, '').replace(/^00/, '');
  const country = COUNTRIES.find(
    ({ code, lengths }) => digits.startsWith(code) && lengths.includes(digits.length - code.length),
  );
  if (!country) {
    const known = COUNTRIES.map(({ name, code }) => `${name} (+${code})`).join(', ');
    // Without its code 97 00 00 00 is a number of Benin and of Togo: the wrong person must never be asked for money.
    return refused(`the phone number must begin with its country code and be complete; prompts are sent in ${known}`);
  }
  const national = digits.slice(country.code.length);
  const network = Object.entries(country.networks).find(([, prefixes]) => prefixes.test(national))?.[0] ?? null;
  if (network === 'MTN' || network === 'Moov') return { ok: true, digits, network };
  const whose =
    network === null ? `a number of no network in ${country.name} that is known here` : `a ${network} number`;
  return refused(
    `prompts are sent to MTN and Moov numbers only, and this is ${whose}; the payer can pay in the widget instead`,
  );
}

/**
 * The digits under which one line can be called, the same list whichever of them is given. A line of Benin kept its old number
 * when 01 was put before it, and both still reach it.
 */
export function spellingsOf(digits: string): readonly [string, ...string[]] {
  const line = /^229(?:01)?(\d{8})$/.exec(digits)?.[1];
  return line === undefined ? [digits] : [`22901${line}`, `229${line}`];
}

interface Country {
  readonly name: string;
  readonly code: string;
  /** How many digits follow the code. */
  readonly lengths: readonly number[];
  /** By the national number's first digits. A number that was ported to another network still begins like the old one. */
  readonly networks: Readonly<Record<string, RegExp>>;
}

// The regulators' numbering plans, as libphonenumber's carrier lists have them (resources/carrier/en/228, 229).
const COUNTRIES: readonly Country[] = [
  {
    name: 'Benin',
    code: '229',
    // Ten digits since 30 November 2024: 01 and the old number. KKiaPay's sandbox numbers are still the old ones.
    lengths: [10, 8],
    networks: {
      MTN: /^(01)?(4[26]|5[0-4679]|6[12679]|9[0167])\d{6}$/,
      Moov: /^(01)?(45|5[58]|6[03458]|9[4589])\d{6}$/,
      Celtiis: /^(01)?4[013478]\d{6}$/,
    },
  },
  {
    name: 'Côte d’Ivoire',
    code: '225',
    lengths: [10], // since 31 January 2021 the first two digits name the network
    networks: { MTN: /^05/, Moov: /^01/, Orange: /^07/ },
  },
  {
    name: 'Togo',
    code: '228',
    lengths: [8],
    networks: { Moov: /^(79|9[689])/, Togocom: /^(7[01]|9[01237])/ },
  },
];

function refused(detail: string): PhoneReading {
  return { ok: false, detail };
}
