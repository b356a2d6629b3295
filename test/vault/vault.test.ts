import fc from 'fast-check';
import { openRaw, sealRaw } from '../../vault/raw-message';
import { createVault } from '../../vault/vault';

const key = (byte: number) => new Uint8Array(32).fill(byte);
const vault = createVault(key(7));
const bytes = fc.uint8Array({ maxLength: 300 });
const text = fc.string({ unit: 'binary', maxLength: 40 });

test('what was sealed is opened as it was, for any bytes and any context', () => {
  fc.assert(
    fc.property(bytes, text, (plain, context) => {
      expect(Uint8Array.from(vault.open(vault.seal(plain, context), context))).toEqual(plain);
    }),
  );
});

test('a second vault with the same key opens it; the name of the key is the same and tells nothing of it', () => {
  const twin = createVault(key(7));
  expect(twin.open(vault.seal(Buffer.from('secret'), 'acc_1'), 'acc_1').toString()).toBe('secret');
  expect(twin.keyId).toBe(vault.keyId);
  expect(createVault(key(8)).keyId).not.toBe(vault.keyId);
  expect(vault.keyId).toMatch(/^[0-9a-f]{12}$/);
});

test('the same text sealed twice is two different rows, and neither shows it', () => {
  const plain = Buffer.from('identity-token');
  const [one, other] = [vault.seal(plain, 'acc_1'), vault.seal(plain, 'acc_1')];
  expect(one.equals(other)).toBe(false);
  expect(one.includes(plain)).toBe(false);
});

describe('opening is refused', () => {
  test('in another context: a row cannot be moved to another account', () => {
    fc.assert(
      fc.property(bytes, text, text, (plain, sealedFor, openedFor) => {
        fc.pre(Buffer.compare(Buffer.from(sealedFor), Buffer.from(openedFor)) !== 0);
        expect(() => vault.open(vault.seal(plain, sealedFor), openedFor)).toThrow();
      }),
    );
  });

  test('with another key', () => {
    fc.assert(
      fc.property(bytes, (plain) =>
        expect(() => createVault(key(8)).open(vault.seal(plain, 'acc_1'), 'acc_1')).toThrow(),
      ),
    );
  });

  test('when one bit of any byte was altered, in nonce, tag or content', () => {
    fc.assert(
      fc.property(bytes, fc.nat(), fc.nat(7), (plain, place, bit) => {
        const sealed = vault.seal(plain, 'acc_1');
        const at = place % sealed.length;
        sealed.writeUInt8(sealed.readUInt8(at) ^ (1 << bit), at);
        expect(() => vault.open(sealed, 'acc_1')).toThrow();
      }),
    );
  });

  test('when bytes are missing or added', () => {
    fc.assert(
      fc.property(bytes, fc.nat(), (plain, cut) => {
        const sealed = vault.seal(plain, 'acc_1');
        expect(() => vault.open(sealed.subarray(0, cut % sealed.length), 'acc_1')).toThrow();
        expect(() => vault.open(Buffer.concat([sealed, Buffer.from([0])]), 'acc_1')).toThrow();
      }),
    );
  });
});

test.each([4, 8, 12, 15])('a tag cut to %i bytes is refused, though it is the beginning of the true one', (length) => {
  const sealed = vault.seal(Buffer.alloc(0), 'acc_1'); // with no content, nonce and tag are all there is
  expect(() => vault.open(sealed.subarray(0, 12 + length), 'acc_1')).toThrow();
});

test.each([0, 16, 31, 33])('a key of %i bytes is no key', (length) => {
  expect(() => createVault(new Uint8Array(length))).toThrow('must be 32 bytes');
});

describe('after the key was changed', () => {
  const [old, older, unknown] = [createVault(key(6)), createVault(key(5)), createVault(key(4))];
  const rotated = createVault(key(7), [key(6), key(5)]);

  test('what any of the keys has sealed is opened, for its own context only', () => {
    fc.assert(
      fc.property(bytes, text, fc.constantFrom(vault, old, older), (plain, context, before) => {
        const sealed = before.seal(plain, context);
        expect(Uint8Array.from(rotated.open(sealed, context))).toEqual(plain);
        expect(() => rotated.open(sealed, `${context}.`)).toThrow('no key opens this');
      }),
    );
  });

  test('what is sealed now is opened by the new key alone, and the new key has its own name', () => {
    expect(vault.open(rotated.seal(Buffer.from('x'), 'acc_1'), 'acc_1').toString()).toBe('x');
    expect(() => old.open(rotated.seal(Buffer.from('x'), 'acc_1'), 'acc_1')).toThrow();
    expect(rotated.keyId).toBe(vault.keyId);
  });

  test('a vault that learnt the new key before using it opens what the new key seals', () => {
    expect(
      createVault(key(6), [key(7)])
        .open(rotated.seal(Buffer.from('x'), 'acc_1'), 'acc_1')
        .toString(),
    ).toBe('x');
  });

  test('what an old key has sealed is sealed anew with the same content; what the new one has, stays', () => {
    const resealed = rotated.reseal(older.seal(Buffer.from('secret'), 'acc_1'), 'acc_1')!;
    expect(vault.open(resealed, 'acc_1').toString()).toBe('secret');
    expect(rotated.reseal(resealed, 'acc_1')).toBeNull();
  });

  test('what no key opens is not sealed anew', () => {
    expect(() => rotated.reseal(unknown.seal(Buffer.from('x'), 'acc_1'), 'acc_1')).toThrow('no key opens this');
    expect(() => rotated.reseal(old.seal(Buffer.from('x'), 'acc_1'), 'acc_2')).toThrow('no key opens this');
  });

  test('keys for other purposes are those of the new key', () => {
    expect(rotated.derive('tokens').equals(vault.derive('tokens'))).toBe(true);
    expect(rotated.derive('tokens').equals(old.derive('tokens'))).toBe(false);
  });

  test.each([31, 33])('a previous key of %i bytes is no key', (length) => {
    expect(() => createVault(key(7), [new Uint8Array(length)])).toThrow('must be 32 bytes');
  });
});

test('a key for another purpose is 32 bytes, its own, and the same every time', () => {
  const derived = ['member tokens', 'cursors'].map((purpose) => vault.derive(purpose));
  expect(derived.map((one) => one.length)).toEqual([32, 32]);
  expect(derived[0]!.equals(derived[1]!)).toBe(false);
  expect(derived[0]!.equals(createVault(key(7)).derive('member tokens'))).toBe(true);
  expect(derived[0]!.equals(Buffer.from(key(7)))).toBe(false);
});

describe('a raw message', () => {
  const header = fc.string({ unit: 'binary', maxLength: 30 });
  const message = fc.record({ headers: fc.dictionary(header, header), body: bytes });

  test('comes back with its headers and its very bytes, line breaks, zeros and half characters included', () => {
    fc.assert(
      fc.property(message, ({ headers, body }) => {
        const opened = openRaw(vault, sealRaw(vault, { headers, body }, 'acc_1'), 'acc_1');
        expect(opened.headers).toEqual(headers);
        expect(Uint8Array.from(opened.body)).toEqual(body);
      }),
    );
  });

  test('whatever its first bytes are', () => {
    for (const start of ['\n', '{}\n', '\r\n', '\0', '']) {
      const body = Buffer.from(`${start}txn_id=1`);
      expect(
        Buffer.from(openRaw(vault, sealRaw(vault, { headers: { 'x-a': '\n' }, body }, 'acc_1'), 'acc_1').body).equals(
          body,
        ),
      ).toBe(true);
    }
  });

  test('is opened for its own account only', () => {
    const sealed = sealRaw(vault, { headers: {}, body: Buffer.from('x') }, 'acc_1');
    expect(() => openRaw(vault, sealed, 'acc_2')).toThrow();
  });
});
