import { X509Certificate, type KeyObject } from 'node:crypto';
import { rootCertificates } from 'node:tls';

/** Which certificate authorities are believed. */
export type Trust =
  /** These, as PEM. */
  | { readonly roots: readonly string[] }
  /** Whichever comes with the certificate: the simulator is its own authority. */
  | 'own_roots';

/** The authorities that this Node.js believes. PayPal has changed its authority before, so none is pinned. */
export const PUBLIC_TRUST: Trust = { roots: rootCertificates };

export type CertificateVerdict =
  | { readonly verdict: 'good'; readonly key: KeyObject }
  | { readonly verdict: 'bad'; readonly reason: 'signature_certificate_name' | 'signature_certificate_expired' }
  /** It is signed by nobody we know, or is no certificate at all: whether it is PayPal's must be found out otherwise. */
  | { readonly verdict: 'unknown' };

/** Judges a PEM file of the signing certificate and those that vouch for it. */
export function judgeCertificate(pem: string, nowMs: number, trust: Trust): CertificateVerdict {
  const [leaf, ...others] = readPem(pem);
  if (!leaf || leaf.publicKey.asymmetricKeyType !== 'rsa') return { verdict: 'unknown' };
  if (!isPaypalName(leaf)) return { verdict: 'bad', reason: 'signature_certificate_name' };
  if (!isValidAt(leaf, nowMs)) return { verdict: 'bad', reason: 'signature_certificate_expired' };
  const roots = trust === 'own_roots' ? others.filter((other) => isIssuedBy(other, other)) : trust.roots;
  return isVouchedFor(leaf, others, roots, nowMs) ? { verdict: 'good', key: leaf.publicKey } : { verdict: 'unknown' };
}

// PayPal's chain has one certificate between its own and the root; a longer one than this is not a chain but a maze.
const LONGEST_CHAIN = 5;

/** Whether a chain of signatures leads from the certificate to one of the roots. */
function isVouchedFor(
  leaf: X509Certificate,
  others: readonly X509Certificate[],
  roots: readonly (string | X509Certificate)[],
  nowMs: number,
): boolean {
  let current = leaf;
  for (let step = 0; step < LONGEST_CHAIN; step += 1) {
    const issued = (issuer: X509Certificate): boolean => isIssuedBy(current, issuer) && isValidAt(issuer, nowMs);
    if (roots.some((root) => issued(typeof root === 'string' ? parsedRoot(root) : root))) return true;
    const next = others.find(issued);
    if (!next) return false;
    current = next;
  }
  return false;
}

function isIssuedBy(certificate: X509Certificate, issuer: X509Certificate): boolean {
  return issuer.ca && certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey);
}

function isValidAt({ validFrom, validTo }: X509Certificate, nowMs: number): boolean {
  return Date.parse(validFrom) <= nowMs && nowMs <= Date.parse(validTo);
}

/** `messageverificationcerts.paypal.com` and its sandbox twin: a name of PayPal's own domain, and one name only. */
function isPaypalName(certificate: X509Certificate): boolean {
  const name: unknown = certificate.toLegacyObject().subject.CN; // several names make an array, whatever the type says
  return typeof name === 'string' && /^(?:[a-z0-9-]+\.)+paypal\.com$/i.test(name);
}

function readPem(pem: string): X509Certificate[] {
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----/g) ?? [];
  try {
    return blocks.map((block) => new X509Certificate(block));
  } catch {
    return [];
  }
}

/** Parsing a hundred and fifty roots takes a while, and they never change while we run. */
function parsedRoot(pem: string): X509Certificate {
  const root = ROOTS.get(pem) ?? new X509Certificate(pem);
  ROOTS.set(pem, root);
  return root;
}
const ROOTS = new Map<string, X509Certificate>();
