import type { Fields } from '../../form-encoding';
import { asReading, type FormReading } from '../checkout-form';
import { FormReader, type FormHead } from '../form-reader';
import { PERIOD_UNITS, type Period } from './period';

/** A subscription form as the merchant's page sent it, read and found in order. */
export interface SubscriptionForm extends FormHead {
  readonly kind: 'subscription';
  readonly item: { readonly name: string; readonly number: string };
  /** `a3`, in the currency's smallest unit. */
  readonly amount: number;
  readonly period: Period;
  /** `p1`, `t1` and `p2`, `t2`: what passes without payment before the first one. */
  readonly trials: readonly Period[];
  /** How many payments there are; null: until it is cancelled. */
  readonly times: number | null;
  /** `src`: whether a period is followed by another. */
  readonly isRecurring: boolean;
  /** `sra`: whether a payment that fails is tried twice more. */
  readonly isReattempted: boolean;
}

export function isSubscriptionForm(fields: Fields): boolean {
  return fields['cmd']?.trim() === '_xclick-subscriptions';
}

const LEAST_TIMES = 2;
const MOST_TIMES = 52;

/** Reads a subscription form with PayPal's rules (HTML variables of Subscribe buttons), and says all that is wrong with it at once. */
export function readSubscriptionForm(fields: Fields): FormReading<SubscriptionForm> {
  const reader = new FormReader(fields);
  const { problems, head } = reader;

  if (reader.get('a3') === '') problems.push('a3 is missing');
  const amount = reader.money('a3');
  if (amount <= 0) problems.push('there is nothing to pay');
  const period = readPeriod(reader, '3');
  const trials = readTrials(reader);

  const isRecurring = readFlag(reader, 'src', '0');
  const hasTimes = reader.get('srt') !== '';
  const times = hasTimes ? reader.count('srt', '') : null;
  if (hasTimes && !isRecurring) problems.push('srt needs src=1');
  if (times !== null && (times < LEAST_TIMES || times > MOST_TIMES))
    problems.push(`srt "${reader.get('srt')}" is not from ${LEAST_TIMES} to ${MOST_TIMES}`);
  const isReattempted = readFlag(reader, 'sra', '1');
  if (!['', '1'].includes(reader.get('no_note'))) problems.push('no_note is 1 for subscriptions');
  if (!['', '0', '1', '2'].includes(reader.get('rm'))) problems.push(`rm "${reader.get('rm')}" is not 0, 1 or 2`);

  const item = { name: reader.get('item_name'), number: reader.get('item_number') };
  return asReading(
    {
      ...head,
      kind: 'subscription',
      item,
      amount,
      period,
      trials,
      times: isRecurring ? times : 1,
      isRecurring,
      isReattempted,
    },
    problems,
  );
}

/** Up to two trials: the second needs the first, and each its price and length. Here they are free. */
function readTrials(reader: FormReader): Period[] {
  const { problems } = reader;
  const given = (['1', '2'] as const).filter((number) => has(reader, number));
  if (given[0] === '2') problems.push('a2 needs a1');
  return given.map((number) => {
    if (reader.get(`a${number}`) === '') problems.push(`a${number} is missing`);
    if (reader.money(`a${number}`) > 0)
      problems.push(`a${number}: trial periods that cost something are not played by this simulator`);
    return readPeriod(reader, number);
  });
}

function has(reader: FormReader, number: '1' | '2'): boolean {
  return ['a', 'p', 't'].some((letter) => reader.get(`${letter}${number}`) !== '');
}

function readPeriod(reader: FormReader, number: '1' | '2' | '3'): Period {
  const { problems } = reader;
  const [p, t] = [`p${number}`, `t${number}`];
  const text = reader.get(t);
  const unit = PERIOD_UNITS.find(({ letter }) => letter === text);
  if (unit === undefined) problems.push(text === '' ? `${t} is missing` : `${t} "${text}" is not D, W, M or Y`);
  if (reader.get(p) === '') problems.push(`${p} is missing`);
  const count = reader.get(p) === '' ? 1 : reader.count(p, '');
  if (unit !== undefined && count > unit.most)
    problems.push(`${p} "${count}" is more than ${unit.most} for ${unit.letter}`);
  return { count, unit: unit?.letter ?? 'M' };
}

function readFlag(reader: FormReader, name: string, usual: '0' | '1'): boolean {
  const text = reader.get(name) || usual;
  if (!['0', '1'].includes(text)) reader.problems.push(`${name} "${text}" is not 0 or 1`);
  return text === '1';
}
