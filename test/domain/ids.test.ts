import fc from 'fast-check';
import { ID_RANDOM_BYTES, isId, makeId } from '../../workflows/domain/ids';
import type { IdPrefix } from '../../workflows/domain/ids';

const PREFIXES: IdPrefix[] = ['pay', 'mem', 'mer', 'ref', 'ntf', 'ent', 'chg', 'pln', 'acc', 'cmd'];
const bytes = fc.uint8Array({ minLength: ID_RANDOM_BYTES, maxLength: ID_RANDOM_BYTES });

test('an id is its kind and 26 letters and digits, without l and o', () => {
  fc.assert(
    fc.property(fc.constantFrom(...PREFIXES), bytes, (prefix, random) => {
      const id = makeId(prefix, random);
      expect(id).toMatch(new RegExp(`^${prefix}_[0-9a-kmnp-z]{26}$`));
      expect(PREFIXES.filter((other) => isId(other, id))).toEqual([prefix]);
    }),
  );
});

test('every random byte counts', () => {
  fc.assert(
    fc.property(bytes, fc.nat(ID_RANDOM_BYTES - 1), (random, place) => {
      const other = Uint8Array.from(random, (byte, index) => (index === place ? (byte + 1) % 256 : byte));
      expect(makeId('pay', other)).not.toBe(makeId('pay', random));
    }),
  );
});

test('too little randomness is a bug', () => {
  expect(() => makeId('pay', new Uint8Array(ID_RANDOM_BYTES - 1))).toThrow('26 random bytes');
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
