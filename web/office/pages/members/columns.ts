import { REGIONS } from '../../../../words/figures';
import { formatDecimal, minorUnitDecimals } from '../../../../workflows/domain/money';
import { parseAmount } from '../../../shared/money';
import { writeCsv } from './csv';
import type { Sheet } from './csv';

export type ImportKind = 'members' | 'charges';

/** What the API knows of each kind, in the order in which it is asked for. */
export const FIELDS = {
  members: ['name', 'email', 'phone', 'reference'],
  charges: ['reference', 'email', 'label', 'category', 'amount', 'dueOn'],
} as const satisfies Record<ImportKind, readonly string[]>;
export type Field = (typeof FIELDS)[ImportKind][number];

/** Which of these suffices in each place. */
export const NEEDED: Readonly<Record<ImportKind, readonly (readonly Field[])[]>> = {
  members: [['name']],
  charges: [['reference', 'email'], ['label'], ['category'], ['amount']],
};

/** Where a field's text is taken from: a column of the file by its place, or one text for every line. */
export type Source =
  { readonly from: 'column'; readonly index: number } | { readonly from: 'text'; readonly text: string };
export type Mapping = Readonly<Partial<Record<Field, Source>>>;

/** How people call their columns, without accents, in either language. */
const NAMES: Readonly<Record<Field, RegExp>> = {
  name: /^(name|full ?name|member|nom|nom complet|nom et prenom|membre|adherent)$/,
  email: /^(e-?mail|mail|e-?mail address|courriel|adresse e-?mail|adresse mail|mel)$/,
  phone: /^(phone|telephone|tel\.?|mobile|portable|numero de telephone)$/,
  reference: /^(reference|ref\.?|id|number|no\.?|member (no|number|id)|numero|n°|licence|numero d.adherent|matricule)$/,
  label: /^(label|what for|description|libelle|intitule|objet|designation|motif)$/,
  category: /^(category|account|categorie|compte|type|poste)$/,
  amount: /^(amount|sum|price|fee|total|montant|somme|prix|tarif|cotisation)( \(?(eur|euros?|€|xof|usd|gbp)\)?)?$/,
  dueOn: /^(due( ?on| date)?|date|deadline|echeance|date d.echeance|a payer (pour|avant) le)$/,
};

const plain = (name: string): string =>
  name
    .normalize('NFD')
    .replace(/\p{Diacritic}/gu, '')
    .toLowerCase()
    .replace(/’/g, "'")
    .replace(/_/g, ' ')
    .trim();

/** What the file is about: who writes sums asks for money. */
export const kindOf = ({ columns }: Sheet): ImportKind =>
  columns.some((name) => NAMES.amount.test(plain(name))) ? 'charges' : 'members';

/** What all lines of a file mostly have in common, where the file does not say it. */
const OFTEN_THE_SAME: readonly Field[] = ['label', 'category'];

/** Which column is likely to be which, by its name. */
export function guess(kind: ImportKind, { columns }: Sheet): Mapping {
  const found = FIELDS[kind].flatMap((field): [Field, Source][] => {
    const index = columns.findIndex((name) => name === field || NAMES[field].test(plain(name)));
    if (index !== -1) return [[field, { from: 'column', index }]];
    return OFTEN_THE_SAME.includes(field) ? [[field, { from: 'text', text: '' }]] : [];
  });
  return Object.fromEntries(found);
}

/** What is not said yet: of each group one field must be. */
export function missing(kind: ImportKind, mapping: Mapping): readonly (readonly Field[])[] {
  const isSaid = (field: Field) => {
    const source = mapping[field];
    return source !== undefined && (source.from === 'column' || source.text.trim() !== '');
  };
  return NEEDED[kind].filter((group) => !group.some(isSaid));
}

/** The file as the API takes it: its columns, sums with a point and days as it writes them; what cannot be read stays as it is. */
export function apiFile(kind: ImportKind, { lines }: Sheet, mapping: Mapping, currency: string): string {
  const known = FIELDS[kind].filter((field) => mapping[field] !== undefined);
  const marks = marksOf(currency);
  const cellOf = (cells: readonly string[], field: Field): string => {
    const source = mapping[field];
    const cell = source?.from === 'column' ? (cells[source.index] ?? '') : (source?.text.trim() ?? '');
    if (field === 'amount') return amountOf(cell, currency, marks);
    return field === 'dueOn' ? dayOf(cell) : cell;
  };
  return writeCsv(
    known,
    lines.map(({ cells }) => known.map((field) => cellOf(cells, field))),
  );
}

/** `1 250,00 €` → `1250.00`: a sum in the currency of the books, which some mark. Marked as another, it stays as it is. */
function amountOf(cell: string, currency: string, marks: ReadonlySet<string>): string {
  const [, before = '', sum = '', after = ''] = /^([\p{Sc}\p{L}\s]*)(.*?)([\p{Sc}\p{L}\s]*)$/u.exec(cell) ?? [];
  const mark = bare(before + after);
  if (mark !== '' && !marks.has(mark)) return cell;
  const amount = parseAmount(sum, currency);
  return typeof amount === 'number' ? (formatDecimal({ amount, currency }, minorUnitDecimals(currency)) ?? cell) : sum;
}

const bare = (mark: string): string => mark.replace(/\s/g, '').toLowerCase();

/** How a currency is marked, in either language: its code, its symbols, and its name for one and for many. */
function marksOf(currency: string): ReadonlySet<string> {
  const marks = Object.values(REGIONS).flatMap((region) =>
    (['code', 'symbol', 'narrowSymbol', 'name'] as const).flatMap((currencyDisplay) => {
      const format = new Intl.NumberFormat(region, { style: 'currency', currency, currencyDisplay });
      return [1, 2].map((number) => format.formatToParts(number).find(({ type }) => type === 'currency')?.value ?? '');
    }),
  );
  return new Set(marks.map(bare));
}

/** `31/01/2027` or `31.1.2027` → `2027-01-31` */
function dayOf(cell: string): string {
  const [, day = '', month = '', year = ''] = /^(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})$/.exec(cell) ?? [];
  return year === '' ? cell : `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`;
}
