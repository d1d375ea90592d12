import { existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { ImageEntry } from './entries.ts';
import { POSTGRES_ENTRYPOINT } from './postgres-entrypoint.ts';

const USERLAND = ['busybox', 'alpine', 'debian', 'ubuntu', 'bash', 'fedora', 'rockylinux', 'buildpack-deps'];

/** Where to look for programs; the real machine's by default. */
export interface Machine {
  /** Directory of the installed package, which holds `examples/`. */
  readonly packageDirectory: string;
  /** The Node.js binary. */
  readonly node: string;
  readonly exists: (path: string) => boolean;
  readonly list: (directory: string) => readonly string[];
}

export function thisMachine(packageDirectory: string): Machine {
  const list = (directory: string): readonly string[] => (existsSync(directory) ? readdirSync(directory) : []);
  return { packageDirectory, node: process.execPath, exists: existsSync, list };
}

const BIN_DIRECTORIES = ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin'];

/** Entries for what is known to Perdure and present on the machine. */
export function builtInImages(machine: Machine): ImageEntry[] {
  const found = (name: string): boolean => BIN_DIRECTORIES.some((directory) => machine.exists(join(directory, name)));
  const nodePath = { path: [dirname(machine.node)], expose: [dirname(dirname(machine.node))] };
  const ledger = join(machine.packageDirectory, 'examples', 'ledger-store', 'server.mjs');
  const entries: ImageEntry[] = ['2.8.1', '2.9.0'].map((version) => ({
    match: `example/ledger-store:${version}`,
    command: [machine.node, ledger],
    env: { LEDGER_VERSION: version },
    user: 0,
    workingDir: '/',
    path: nodePath.path,
    expose: [...nodePath.expose, machine.packageDirectory],
  }));
  for (const name of USERLAND)
    entries.push({ match: `library/${name}`, command: [], args: [found('bash') && name === 'bash' ? 'bash' : 'sh'] });
  entries.push({ match: 'library/node', ...openEntry('node'), ...nodePath });
  for (const match of ['registry.k8s.io/pause', 'k8s.gcr.io/pause', 'library/pause'])
    entries.push({ match, command: ['sleep', 'infinity'] });
  if (found('redis-server'))
    entries.push({ match: 'library/redis', ...openEntry('redis-server', '--protected-mode no'), workingDir: '/data' });
  if (found('nginx'))
    entries.push({ match: 'library/nginx', command: [], args: ['nginx', '-g', 'daemon off;'], stopSignal: 'SIGQUIT' });
  const postgres = postgresImage(machine);
  if (postgres !== null) entries.push(postgres);
  return entries;
}

/** As the official images do: arguments that name no program are arguments of `program`, others are run instead. */
function openEntry(program: string, options = ''): Pick<ImageEntry, 'command' | 'args'> {
  const script = `case "$1" in -*) set -- ${program} "$@" ;; esac
command -v "$1" > /dev/null && [ ! -d "$1" ] || set -- ${program} "$@"
${options === '' ? '' : `[ "$1" != ${program} ] || set -- "$@" ${options}\n`}exec "$@"`;
  return { command: ['/bin/sh', '-c', script, 'entrypoint'], args: [program] };
}

function postgresImage(machine: Machine): ImageEntry | null {
  const root = '/usr/lib/postgresql';
  const versions = [...machine.list(root)].filter((name) => /^\d+$/.test(name)).sort((a, b) => Number(b) - Number(a));
  const candidates = [
    ...versions.map((version) => join(root, version, 'bin')),
    '/usr/local/pgsql/bin',
    ...BIN_DIRECTORIES,
  ];
  const bin = candidates.find(
    (directory) => machine.exists(join(directory, 'postgres')) && machine.exists(join(directory, 'initdb')),
  );
  if (bin === undefined) return null;
  const entrypoint = '/usr/local/bin/docker-entrypoint.sh';
  return {
    match: 'library/postgres',
    command: ['/bin/sh', entrypoint],
    args: ['postgres'],
    env: { PGDATA: '/var/lib/postgresql/data', LANG: 'C.UTF-8' },
    path: [bin],
    directories: ['/run/postgresql'],
    accounts: { postgres: 999 },
    files: { [entrypoint]: POSTGRES_ENTRYPOINT },
    stopSignal: 'SIGINT',
    notice: {
      text:
        'POSTGRES_PASSWORD is not set: the official postgres image would refuse to start. Perdure generates a password ' +
        'when it makes a new database and writes it to the log of the container.',
      unlessSet: ['POSTGRES_PASSWORD', 'POSTGRES_PASSWORD_FILE', 'POSTGRES_HOST_AUTH_METHOD'],
    },
  };
}
