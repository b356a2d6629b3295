import { createHash, generateKeyPair, sign, verify, type KeyPairKeyObjectResult } from 'node:crypto';
import { promisify } from 'node:util';
import { crc32 } from 'node:zlib';
import { issueCertificate, type Issuer } from './certificate';

/**
 * `other_name` and `expired` are issued by the genuine root to the genuine key, and still prove nothing. `stranger` has the
 * right names on it, and is by an issuer of its own.
 */
export type CertificateKind = 'genuine' | 'other_name' | 'expired' | 'stranger';

export interface Certificate {
  readonly kind: CertificateKind;
  /** The last part of its address. */
  readonly name: string;
  /** With its issuer's after it. */
  readonly pem: string;
}

/** What is signed of a message. */
export interface Transmission {
  readonly id: string;
  readonly time: string;
  readonly webhookId: string;
  readonly body: Buffer;
}

/** Signs events as PayPal does, and shows the certificates to prove it by. */
export interface Signer {
  readonly certificates: Readonly<Record<CertificateKind, Certificate>>;
  /** Base64; by the genuine key, or by a stranger's. */
  sign(transmission: Transmission, algorithm: 'RSA-SHA256' | 'RSA-SHA1', as: 'genuine' | 'stranger'): string;
  /** Whether it is the genuine key's. */
  isGenuine(signature: string, transmission: Transmission): boolean;
}

let making: Promise<Signer> | null = null;

/** The signer of this process. Keys take up to a second to make, so they are made when first needed, and not on the main thread. */
export function theSigner(): Promise<Signer> {
  making ??= makeSigner();
  return making;
}

const ROOT = { organisation: 'Gateway simulator', commonName: 'Gateway simulator root' };
const PAYPAL = { organisation: 'PayPal, Inc.', commonName: 'messageverificationcerts.paypal.com' };

// Wider than any clock that a test may set.
const VALID = { validFrom: new Date('2020-01-01T00:00:00Z'), validTo: new Date('2049-12-31T00:00:00Z') };
const EXPIRED = { validFrom: new Date('2018-01-01T00:00:00Z'), validTo: new Date('2019-01-01T00:00:00Z') };

async function makeSigner(): Promise<Signer> {
  const newKeys = () => promisify(generateKeyPair)('rsa', { modulusLength: 2048 });
  const [root, leaf, stranger] = await Promise.all([newKeys(), newKeys(), newKeys()]);
  const issue = (
    kind: CertificateKind,
    keys: KeyPair,
    issuer: KeyPair,
    name: Name,
    validity: typeof VALID,
  ): Certificate => {
    const by = { ...ROOT, privateKey: issuer.privateKey };
    const own = issueCertificate({ ...name, ...validity, publicKey: keys.publicKey, isAuthority: false }, by);
    const issuers = issueCertificate({ ...ROOT, ...VALID, publicKey: issuer.publicKey, isAuthority: true }, by);
    // Its own for every key: who keeps certificates by their address must never be shown another under the same.
    const fingerprint = createHash('sha256').update(own).digest('hex').slice(0, 24);
    return { kind, name: `CERT-${fingerprint}`, pem: own + issuers };
  };
  return {
    certificates: {
      genuine: issue('genuine', leaf, root, PAYPAL, VALID),
      other_name: issue('other_name', leaf, root, { ...PAYPAL, commonName: 'messages.example.com' }, VALID),
      expired: issue('expired', leaf, root, PAYPAL, EXPIRED),
      stranger: issue('stranger', stranger, stranger, PAYPAL, VALID),
    },
    sign: (transmission, algorithm, as) =>
      sign(algorithm, signedText(transmission), as === 'genuine' ? leaf.privateKey : stranger.privateKey).toString(
        'base64',
      ),
    isGenuine: (signature, transmission) =>
      verify('RSA-SHA256', signedText(transmission), leaf.publicKey, Buffer.from(signature, 'base64')),
  };
}

type KeyPair = KeyPairKeyObjectResult;
type Name = Pick<Issuer, 'organisation' | 'commonName'>;

/** PayPal's `id|time|webhook id|crc32`, the checksum of the body's bytes as an unsigned decimal. */
function signedText({ id, time, webhookId, body }: Transmission): Buffer {
  return Buffer.from(`${id}|${time}|${webhookId}|${crc32(body)}`);
}
