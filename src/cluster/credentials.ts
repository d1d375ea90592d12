import type { Random } from '../base/random.ts';
import type { DataDirectory } from './data-directory.ts';
import { issue, type KeyPair, signingKey } from './pki/certificate.ts';

const TEN_YEARS_DAYS = 3650;
const RENEW_BEFORE_MS = 30 * 86_400_000;

/** Keys and tokens of one cluster, made once and kept in its data directory. PEM texts. */
export interface Credentials {
  readonly authority: KeyPair;
  readonly serving: KeyPair;
  readonly administrator: KeyPair;
  readonly administratorToken: string;
  readonly serviceAccounts: { readonly privateKey: string; readonly publicKey: string };
  /** Hosts the serving certificate is for. */
  readonly hosts: readonly string[];
  readonly madeAtMs: number;
}

function make(random: Random, nowMs: number, hosts: readonly string[]): Credentials {
  const around = () => ({ nowMs, serial: random.bytes(16) });
  const authority = issue({ commonName: 'perdure-ca', use: 'authority', days: TEN_YEARS_DAYS }, null, around());
  return {
    authority,
    serving: issue(
      { commonName: 'kube-apiserver', names: hosts, use: 'server', days: TEN_YEARS_DAYS },
      authority,
      around(),
    ),
    administrator: issue(
      { commonName: 'kubernetes-admin', organizations: ['system:masters'], use: 'client', days: TEN_YEARS_DAYS },
      authority,
      around(),
    ),
    administratorToken: Buffer.from(random.bytes(24)).toString('hex'),
    serviceAccounts: signingKey(),
    hosts,
    madeAtMs: nowMs,
  };
}

/** Reads the credentials of the data directory, or makes them, for a server at these addresses. New hosts or an expiring certificate renew the serving pair. */
export function credentials(
  directory: DataDirectory,
  random: Random,
  nowMs: number,
  addresses: readonly string[],
): Credentials {
  const hosts = [
    ...new Set([
      '127.0.0.1',
      'localhost',
      'kubernetes',
      'kubernetes.default',
      'kubernetes.default.svc',
      'kubernetes.default.svc.cluster.local',
      ...addresses,
    ]),
  ];
  const text = directory.read('credentials.json');
  if (text === null) {
    const made = make(random, nowMs, hosts);
    directory.write('credentials.json', JSON.stringify(made));
    return made;
  }
  const kept = JSON.parse(text) as Credentials;
  const expiring = nowMs > kept.madeAtMs + TEN_YEARS_DAYS * 86_400_000 - RENEW_BEFORE_MS;
  if (expiring || hosts.some((name) => !kept.hosts.includes(name))) {
    const serving = issue(
      { commonName: 'kube-apiserver', names: hosts, use: 'server', days: TEN_YEARS_DAYS },
      kept.authority,
      { nowMs, serial: random.bytes(16) },
    );
    const renewed = { ...kept, serving, hosts };
    directory.write('credentials.json', JSON.stringify(renewed));
    return renewed;
  }
  return kept;
}

/** A kubeconfig (v1 Config, JSON is YAML) with one context. */
export function kubeconfig(server: string, name: string, made: Credentials): string {
  const base64 = (text: string): string => Buffer.from(text).toString('base64');
  return [
    'apiVersion: v1',
    'kind: Config',
    `current-context: ${name}`,
    'clusters:',
    `- name: ${name}`,
    '  cluster:',
    `    server: ${server}`,
    `    certificate-authority-data: ${base64(made.authority.certificate)}`,
    'users:',
    `- name: ${name}-admin`,
    '  user:',
    `    client-certificate-data: ${base64(made.administrator.certificate)}`,
    `    client-key-data: ${base64(made.administrator.key)}`,
    'contexts:',
    `- name: ${name}`,
    '  context:',
    `    cluster: ${name}`,
    `    user: ${name}-admin`,
    'preferences: {}',
    '',
  ].join('\n');
}
