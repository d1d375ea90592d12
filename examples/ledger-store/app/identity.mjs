// Who am I: everything comes from what a StatefulSet promises (host name, its line in /etc/hosts), nothing from flags.
import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';

/** @returns {{ name: string, ordinal: number, set: string, domain: string | null, address: string }} */
export function identity(env = process.env, hostsFile = '/etc/hosts') {
  const name = env.POD_NAME ?? hostname();
  const match = /^(.*)-(\d+)$/.exec(name);
  if (match === null) throw new Error(`host name ${name} does not end in an ordinal: run this as a StatefulSet`);
  let domain = null;
  let address = env.POD_IP ?? '0.0.0.0';
  for (const line of readFileSync(hostsFile, 'utf8').split('\n')) {
    const [ip, ...names] = line.trim().split(/\s+/);
    const full = names.find((candidate) => candidate.startsWith(`${name}.`));
    if (full === undefined) continue;
    domain = full.slice(name.length + 1);
    address = env.POD_IP ?? ip;
  }
  return { name, ordinal: Number(match[2]), set: match[1], domain, address };
}

/** Stable name of another ordinal. */
export function peer(self, ordinal) {
  return self.domain === null ? `${self.set}-${ordinal}` : `${self.set}-${ordinal}.${self.domain}`;
}
