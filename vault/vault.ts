import { createCipheriv, createDecipheriv, createHash, hkdfSync, randomBytes } from 'node:crypto';

/** Seals secrets and raw messages at rest, and derives the product's other keys from the one it was given. */
export interface Vault {
  /** Names the key that seals now; stored beside what was sealed, so that keys can be rotated. */
  readonly keyId: string;
  /** AES-256-GCM; the answer is nonce, tag and ciphertext in one. `context` must be the same when opening: a row cannot be moved elsewhere. */
  seal(plain: Uint8Array, context: string): Buffer;
  /** Throws when the bytes were altered, sealed for another context, or by another key. */
  open(sealed: Uint8Array, context: string): Buffer;
  /** A 32-byte key for another purpose, for example signing member tokens. */
  derive(purpose: string): Buffer;
}

const NONCE_BYTES = 12; // what GCM wants; random nonces are safe far beyond the number of messages one key seals here
const TAG_BYTES = 16;

/** `encryptionKey`: 32 bytes. */
export function createVault(encryptionKey: Uint8Array): Vault {
  if (encryptionKey.length !== 32) throw new Error('the encryption key must be 32 bytes');
  const derive = (purpose: string) => Buffer.from(hkdfSync('sha256', encryptionKey, '', `quittance ${purpose}`, 32));
  const sealingKey = derive('sealing');

  return {
    keyId: createHash('sha256').update(sealingKey).digest('hex').slice(0, 12),
    seal(plain, context) {
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv('aes-256-gcm', sealingKey, nonce).setAAD(Buffer.from(context));
      const sealed = Buffer.concat([cipher.update(plain), cipher.final()]);
      return Buffer.concat([nonce, cipher.getAuthTag(), sealed]);
    },
    open(sealed, context) {
      const bytes = Buffer.from(sealed);
      const nonce = bytes.subarray(0, NONCE_BYTES);
      // Without the length Node takes a shortened tag, which is easier to forge.
      const decipher = createDecipheriv('aes-256-gcm', sealingKey, nonce, { authTagLength: TAG_BYTES }).setAAD(Buffer.from(context));
      decipher.setAuthTag(bytes.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES));
      return Buffer.concat([decipher.update(bytes.subarray(NONCE_BYTES + TAG_BYTES)), decipher.final()]);
    },
    derive,
  };
}
