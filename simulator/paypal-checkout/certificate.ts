import { randomBytes, sign, type KeyObject } from 'node:crypto';
import { bits, integer, nothing, octets, oid, sequence, set, tagged, text, time, truth } from './der';

/** A certificate to be issued (RFC 5280), with no more in it than a verifier of signatures looks at. */
export interface CertificateOrder {
  readonly commonName: string;
  readonly organisation: string;
  readonly publicKey: KeyObject;
  readonly isAuthority: boolean;
  readonly validFrom: Date;
  readonly validTo: Date;
}

/** Who issues: its name and its RSA key. */
export interface Issuer {
  readonly commonName: string;
  readonly organisation: string;
  readonly privateKey: KeyObject;
}

/** Issues an X.509 certificate, as PEM. */
export function issueCertificate(order: CertificateOrder, issuer: Issuer): string {
  const body = sequence(
    tagged(0, integer(Buffer.of(2))), // version 3
    integer(randomBytes(16)),
    SHA256_WITH_RSA,
    nameOf(issuer),
    sequence(time(order.validFrom), time(order.validTo)),
    nameOf(order),
    order.publicKey.export({ type: 'spki', format: 'der' }),
    tagged(3, sequence(...extensionsOf(order))),
  );
  return writePem(sequence(body, SHA256_WITH_RSA, bits(sign('RSA-SHA256', body, issuer.privateKey))));
}

const SHA256_WITH_RSA = sequence(oid('1.2.840.113549.1.1.11'), nothing());
const ORGANISATION = oid('2.5.4.10');
const COMMON_NAME = oid('2.5.4.3');
const BASIC_CONSTRAINTS = oid('2.5.29.19');
const KEY_USAGE = oid('2.5.29.15');

// The first bits of a key's use: `digitalSignature` is the first, `keyCertSign` and `cRLSign` are the sixth and seventh.
const SIGNS_MESSAGES = bits(Buffer.of(0x80), 7);
const SIGNS_CERTIFICATES = bits(Buffer.of(0x06), 1);

function nameOf({ organisation, commonName }: Pick<Issuer, 'organisation' | 'commonName'>): Buffer {
  return sequence(set(sequence(ORGANISATION, text(organisation))), set(sequence(COMMON_NAME, text(commonName))));
}

function extensionsOf({ isAuthority }: CertificateOrder): Buffer[] {
  const critical = (id: Buffer, value: Buffer) => sequence(id, truth(), octets(value));
  return [
    critical(BASIC_CONSTRAINTS, isAuthority ? sequence(truth()) : sequence()),
    critical(KEY_USAGE, isAuthority ? SIGNS_CERTIFICATES : SIGNS_MESSAGES),
  ];
}

function writePem(bytes: Buffer): string {
  const lines = bytes.toString('base64').replace(/.{64}(?=.)/g, '$&\n');
  return `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`;
}
