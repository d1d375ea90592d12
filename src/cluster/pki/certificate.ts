import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  sign,
  X509Certificate,
} from 'node:crypto';
import { isIP } from 'node:net';
import * as der from './der.ts';

const ECDSA_SHA256 = der.sequence(der.oid('1.2.840.10045.4.3.2'));
const DAY_MS = 86_400_000;

/** A certificate with its private key, both PEM. */
export interface KeyPair {
  readonly certificate: string;
  readonly key: string;
}

export interface CertificateRequest {
  readonly commonName: string;
  readonly organizations?: readonly string[];
  /** DNS names and IPv4 addresses of the subjectAltName. */
  readonly names?: readonly string[];
  readonly use: 'authority' | 'server' | 'client';
  readonly days: number;
}

export interface Surroundings {
  readonly nowMs: number;
  readonly serial: Uint8Array;
}

function distinguishedName(commonName: string, organizations: readonly string[] = []): Buffer {
  const attribute = (type: string, value: string): Buffer => der.set(der.sequence(der.oid(type), der.utf8(value)));
  return der.sequence(...organizations.map((name) => attribute('2.5.4.10', name)), attribute('2.5.4.3', commonName));
}

function extension(id: string, critical: boolean, value: Uint8Array): Buffer {
  return der.sequence(der.oid(id), ...(critical ? [der.boolean(true)] : []), der.octets(value));
}

function extensions(request: CertificateRequest): Buffer {
  const authority = request.use === 'authority';
  const list = [
    extension('2.5.29.19', true, authority ? der.sequence(der.boolean(true)) : der.sequence()),
    extension('2.5.29.15', true, authority ? der.bits(Buffer.from([0x86]), 1) : der.bits(Buffer.from([0xa0]), 5)),
  ];
  if (!authority) {
    const purpose = request.use === 'server' ? '1.3.6.1.5.5.7.3.1' : '1.3.6.1.5.5.7.3.2';
    list.push(extension('2.5.29.37', false, der.sequence(der.oid(purpose))));
  }
  const names = (request.names ?? []).map((name) =>
    isIP(name) === 4 ? der.tagged(0x87, Buffer.from(name.split('.').map(Number))) : der.tagged(0x82, Buffer.from(name)),
  );
  if (names.length > 0) list.push(extension('2.5.29.17', false, der.sequence(...names)));
  return der.explicit(3, der.sequence(...list));
}

function pem(label: string, bytes: Buffer): string {
  return `-----BEGIN ${label}-----\n${bytes.toString('base64').replace(/.{1,64}/g, '$&\n')}-----END ${label}-----\n`;
}

/** Raw subject of an issuer, so that a chain matches byte for byte. */
function issuerName(issuer: KeyPair | null, own: Buffer): Buffer {
  if (issuer === null) return own;
  const subject = new X509Certificate(issuer.certificate).subject.split('\n');
  const value = (prefix: string): string[] =>
    subject.filter((line) => line.startsWith(prefix)).map((line) => line.slice(prefix.length));
  return distinguishedName(value('CN=')[0] ?? '', value('O='));
}

/** Makes an ECDSA P-256 certificate (RFC 5280), signed by `issuer`, or by itself when null. */
export function issue(request: CertificateRequest, issuer: KeyPair | null, { nowMs, serial }: Surroundings): KeyPair {
  const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const signer: KeyObject = issuer === null ? pair.privateKey : createPrivateKey(issuer.key);
  const subject = distinguishedName(request.commonName, request.organizations);
  const body = der.sequence(
    der.explicit(0, der.integer(Buffer.from([2]))),
    der.integer(serial),
    ECDSA_SHA256,
    issuerName(issuer, subject),
    der.sequence(der.time(nowMs - DAY_MS), der.time(nowMs + request.days * DAY_MS)),
    subject,
    pair.publicKey.export({ type: 'spki', format: 'der' }),
    extensions(request),
  );
  const certificate = der.sequence(body, ECDSA_SHA256, der.bits(sign('sha256', body, signer)));
  return {
    certificate: pem('CERTIFICATE', certificate),
    key: pair.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
}

/** Key pair for service-account tokens (ES256), PEM. */
export function signingKey(): { readonly privateKey: string; readonly publicKey: string } {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const pemKey = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  return {
    privateKey: pemKey,
    publicKey: createPublicKey(privateKey).export({ type: 'spki', format: 'pem' }).toString(),
  };
}
