import fc from 'fast-check';
import { ID_RANDOM_BYTES, isId, makeId } from '../../workflows/domain/ids';
import type { IdPrefix } from '../../workflows/domain/ids';

const PREFIXES: IdPrefix[] = ['pay', 'mem', 'mer', 'ref', 'ntf', 'ent', 'chg', 'pln', 'acc', 'cmd'];
const NOON = Date.parse('2026-03-02T12:00:00Z');
const moments = fc.date({ min: new Date(0), max: new Date('2136-01-01'), noInvalidDate: true }).map(Number);
const bytes = fc.uint8Array({ minLength: ID_RANDOM_BYTES, maxLength: ID_RANDOM_BYTES });

test('an id is its kind and 26 letters and digits, without l and o', () => {
  fc.assert(
    fc.property(fc.constantFrom(...PREFIXES), moments, bytes, (prefix, at, random) => {
      const id = makeId(prefix, at, random);
      expect(id).toMatch(new RegExp(`^${prefix}_[0-9a-kmnp-z]{26}$`));
      expect(PREFIXES.filter((other) => isId(other, id))).toEqual([prefix]);
    }),
  );
});

test('every random byte counts', () => {
  fc.assert(
    fc.property(bytes, fc.nat(ID_RANDOM_BYTES - 1), (random, place) => {
      const other = Uint8Array.from(random, (byte, index) => (index === place ? (byte + 1) % 256 : byte));
      expect(makeId('pay', NOON, other)).not.toBe(makeId('pay', NOON, random));
    }),
  );
});

test('what is made later comes later, and what is made within a tenth of a second lies together', () => {
  fc.assert(
    fc.property(moments, moments, bytes, (one, other, random) => {
      const [sooner, later] = [Math.min(one, other), Math.max(one, other)];
      const beginning = (at: number) => makeId('pay', at, random).slice(0, 11);
      expect(beginning(sooner) <= beginning(later)).toBe(true);
      expect(beginning(sooner) === beginning(later)).toBe(Math.floor(sooner / 100) === Math.floor(later / 100));
    }),
  );
});

test('too little randomness is a bug', () => {
  expect(() => makeId('pay', NOON, new Uint8Array(ID_RANDOM_BYTES - 1))).toThrow('19 random bytes');
});

test.each([
  '',
  'pay_',
  'pay',
  'mem_00000000000000000000000000',
  'pay_0000000000000000000000000',
  'pay_000000000000000000000000000',
  'pay_0000000000000000000000000A',
  'pay_0000000000000000000000000\n',
  'pay-00000000000000000000000000',
  ' pay_0000000000000000000000000',
  "pay_0000000000000000000000000'",
])('%j is no payment id', (text) => expect(isId('pay', text)).toBe(false));

test('any text may be asked about', () => {
  fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => expect(isId('pay', text)).toBe(false)));
});
