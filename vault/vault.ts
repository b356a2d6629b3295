import { createCipheriv, createDecipheriv, createHash, hkdfSync, randomBytes } from 'node:crypto';

/** Seals secrets and raw messages at rest, and derives the product's other keys from the one it was given. */
export interface Vault {
  /** Names the key that seals now; stored beside what was sealed, so that keys can be rotated. */
  readonly keyId: string;
  /** AES-256-GCM; the answer is nonce, tag and ciphertext in one. `context` must be the same when opening: a row cannot be moved elsewhere. */
  seal(plain: Uint8Array, context: string): Buffer;
  /** Throws when the bytes were altered, sealed for another context, or by a key that is not known here. */
  open(sealed: Uint8Array, context: string): Buffer;
  /** The same content sealed by today's key, for a rotation; null when that key has sealed it already. Throws as `open` does. */
  reseal(sealed: Uint8Array, context: string): Buffer | null;
  /** A 32-byte key for another purpose, for example signing member tokens. It changes with today's key. */
  derive(purpose: string): Buffer;
}

const KEY_BYTES = 32;
const NONCE_BYTES = 12; // what GCM wants; random nonces are safe far beyond the number of messages one key seals here
const TAG_BYTES = 16;

/** Seals with `encryptionKey`, and opens what it or any of `previousKeys` has sealed. Each key: 32 bytes. */
export function createVault(encryptionKey: Uint8Array, previousKeys: readonly Uint8Array[] = []): Vault {
  const sealingKey = deriveKey(encryptionKey, 'sealing');
  const formerKeys = previousKeys.map((key) => deriveKey(key, 'sealing'));
  const seal = (plain: Uint8Array, context: string): Buffer => sealWith(sealingKey, plain, context);
  const openFormer = (sealed: Uint8Array, context: string): Buffer => {
    for (const key of formerKeys) {
      const plain = openWith(key, sealed, context);
      if (plain) return plain;
    }
    throw new Error('no key opens this: it was altered, or sealed for another context or by another key');
  };

  return {
    keyId: createHash('sha256').update(sealingKey).digest('hex').slice(0, 12),
    seal,
    open: (sealed, context) => openWith(sealingKey, sealed, context) ?? openFormer(sealed, context),
    reseal: (sealed, context) =>
      openWith(sealingKey, sealed, context) ? null : seal(openFormer(sealed, context), context),
    derive: (purpose) => deriveKey(encryptionKey, purpose),
  };
}

function deriveKey(encryptionKey: Uint8Array, purpose: string): Buffer {
  if (encryptionKey.length !== KEY_BYTES) throw new Error(`an encryption key must be ${KEY_BYTES} bytes`);
  return Buffer.from(hkdfSync('sha256', encryptionKey, '', `quittance ${purpose}`, KEY_BYTES));
}

function sealWith(key: Uint8Array, plain: Uint8Array, context: string): Buffer {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(context));
  const sealed = Buffer.concat([cipher.update(plain), cipher.final()]);
  return Buffer.concat([nonce, cipher.getAuthTag(), sealed]);
}

/** Null when it does not fit: the tag proves key, context and content at once, so a wrong key is told from the right one for certain. */
function openWith(key: Uint8Array, sealed: Uint8Array, context: string): Buffer | null {
  const bytes = Buffer.from(sealed);
  if (bytes.length < NONCE_BYTES + TAG_BYTES) return null;
  const nonce = bytes.subarray(0, NONCE_BYTES);
  // Without the length Node takes a shortened tag, which is easier to forge.
  const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES }).setAAD(
    Buffer.from(context),
  );
  decipher.setAuthTag(bytes.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES));
  const plain = decipher.update(bytes.subarray(NONCE_BYTES + TAG_BYTES));
  try {
    return Buffer.concat([plain, decipher.final()]);
  } catch {
    return null; // what `final` throws says only this
  }
}
