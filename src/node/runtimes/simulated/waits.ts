/** What a container's script waits for before it goes on. */
export interface Wait {
  readonly host: string;
  /** Name: it must resolve. Connection: something must answer there. */
  readonly need: 'name' | 'connection';
}

const LOOKUPS = new Set(['nslookup', 'getent', 'dig', 'host']);
const BETWEEN_WORDS = /[\s;|&<>()]+/;
const HOST = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const HOST_FLAGS = new Set(['-h', '--host', '-host', '--hostname', '--server', '-s']);
/** Commands whose first word that is no flag is a host. */
const HOST_FIRST = new Set(['nslookup', 'nc', 'ncat', 'netcat', 'ping', 'dig', 'host', 'telnet', 'hosts', 'ahosts']);
const FILE_SUFFIX = /\.(sh|py|js|conf|log|txt|json|ya?ml|pid|sock)$/;
const LOOP = /\b(until|while\s+!)\s+([\s\S]*?)[;\n]\s*do\b/g;

function hostOf(token: string): string | null {
  const bare = token
    .replace(/^["']|["']$/g, '')
    .replace(/^[a-z][a-z0-9+.-]*:\/\//, '')
    .replace(/^[^@/]*@/, '')
    .replace(/[/?].*$/, '')
    .replace(/:\d+$/, '');
  if (!HOST.test(bare) || /^[\d.]+$/.test(bare) || bare === 'localhost') return null;
  return bare;
}

function hostsIn(condition: string): string[] {
  const words = condition.split(BETWEEN_WORDS).filter((word) => word !== '');
  const found = new Set<string>();
  let expect = false;
  for (const word of words) {
    const [flag, value] =
      word.startsWith('-') && word.includes('=')
        ? [word.slice(0, word.indexOf('=')), word.slice(word.indexOf('=') + 1)]
        : [word, undefined];
    if (HOST_FLAGS.has(flag)) {
      if (value !== undefined) add(hostOf(value));
      else expect = true;
      continue;
    }
    if (HOST_FIRST.has(word)) {
      expect = true;
      continue;
    }
    if (word.startsWith('-')) continue;
    const host = hostOf(word);
    const looksLikeName = word.includes('://') || (host?.includes('.') ?? false);
    // A file name such as ready.sh has a dot too; names of the cluster never end in a file suffix.
    if ((expect || looksLikeName) && !FILE_SUFFIX.test(host ?? '')) add(host);
    expect = false;
  }
  return [...found];

  function add(host: string | null): void {
    if (host !== null) found.add(host);
  }
}

/**
 * Hosts that a script polls in an `until …; do …; done` or `while ! …; do …; done` loop: the usual way an init container
 * waits for another service. Loops on anything else say nothing.
 */
export function waitsOf(text: string): readonly Wait[] {
  const script = text.replace(/^\s*#.*$/gm, '');
  const waits: Wait[] = [];
  for (const match of script.matchAll(LOOP)) {
    const condition = match[2] ?? '';
    const need = condition.split(BETWEEN_WORDS).some((word) => LOOKUPS.has(word)) ? 'name' : 'connection';
    for (const host of hostsIn(condition)) waits.push({ host, need });
  }
  return waits;
}

const OWN_ORDINAL = /\[ "?\$\{HOSTNAME##\*-\}"? = "?(\d+)"? \]\s*\|\|/;

/** The script lets the pod of this ordinal pass: `[ "${HOSTNAME##*-}" = 0 ] || until …`. */
export function isPassedBy(script: string, hostname: string): boolean {
  const ordinal = OWN_ORDINAL.exec(script)?.[1];
  return ordinal !== undefined && hostname.endsWith(`-${ordinal}`);
}
