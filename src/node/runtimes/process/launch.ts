import { spawn } from 'node:child_process';
import {
  chmodSync,
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  realpathSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { DEFAULT_PATH, type ImageEntry } from '../../images/entries.ts';
import { type ContainerSpec, type MountSpec, RuntimeError } from '../runtime.ts';
import { isolation, type SharedProcesses } from './pid-namespaces.ts';
import { checkCapabilities, type Identity, privileges, rightsOf } from './privileges.ts';
import { SETUP, SHIM, TERMINAL, valuesAsEnvironment } from './scripts.ts';
import { HELPER_ENVIRONMENT, type Support } from './support.ts';

export interface Launch {
  readonly directory: string;
  readonly spec: ContainerSpec;
  readonly entry: ImageEntry;
  readonly support: Support;
  readonly hostname: string;
  readonly netns: string | null;
  /** `none`: it has processes of its own. */
  readonly processes: SharedProcesses | 'none';
  /** Files of the pod, such as its hosts file. */
  readonly podMounts: readonly MountSpec[];
  /** Host directories hidden from containers. */
  readonly hidden: readonly string[];
  readonly cgroups: readonly string[];
  readonly environment: readonly (readonly [string, string])[];
}

/** Environment of a container: the image's, then the pod's; PATH always set. */
export function containerEnvironment(
  entry: ImageEntry,
  spec: ContainerSpec,
  extra: readonly (readonly [string, string])[],
): [string, string][] {
  const image: [string, string][] = Object.entries(entry.env ?? {});
  const terminal: [string, string][] = spec.tty ? [['TERM', 'xterm']] : [];
  const env = new Map<string, string>([
    ['HOSTNAME', ''],
    ['HOME', '/root'],
    ...terminal,
    ...image,
    ...extra,
    ...spec.env,
  ]);
  const path = env.get('PATH') ?? DEFAULT_PATH;
  env.set('PATH', [...(entry.path ?? []), path].join(':'));
  return [...env];
}

export function identityOf(spec: ContainerSpec): Identity {
  return { uid: spec.runAsUser ?? spec.image.user, gid: spec.runAsGroup ?? 0, groups: spec.supplementalGroups };
}

/** The program and its arguments by the rules of command and args over the image's own. */
export function programOf(entry: ImageEntry, spec: ContainerSpec): string[] {
  if (spec.command.length > 0) return [...spec.command, ...spec.args];
  return [...entry.command, ...(spec.args.length > 0 ? spec.args : (entry.args ?? []))];
}

/** Starts the shim, which outlives us. Throws RuntimeError RunContainerError. */
export function launch(what: Launch): { readonly shim: number; onExit(callback: () => void): void } {
  const { directory, spec, entry, support } = what;
  const identity = identityOf(spec);
  const environment = containerEnvironment(entry, spec, [['HOSTNAME', what.hostname], ...what.environment]);
  const program = programOf(entry, spec);
  const mounts = allMounts(what);
  checkCapabilities(rightsOf(spec));
  checkProgram(program, environment, mounts);
  mkdirSync(join(directory, 'root'), { recursive: true });
  const values = [
    String(what.hidden.length),
    ...what.hidden,
    String(mounts.length),
    ...mounts.flatMap((mount) => [mount.hostPath, mount.containerPath, mount.readOnly ? 'ro' : 'rw']),
    ...environment.map(([name, value]) => `${name}=${value}`),
    ...privileges(support, identity, rightsOf(spec)),
    ...program,
  ];
  const isolate = isolation(support, identity, what.processes);
  const settings = {
    PD_DIR: directory,
    PD_SETUP: SETUP,
    PD_HOSTNAME: what.hostname,
    PD_WORKDIR: spec.workingDir ?? entry.workingDir ?? '/',
    PD_READONLY: spec.readOnlyRoot ? '1' : '0',
    PD_MASKED: spec.privileged || spec.procUnmasked === true ? '0' : '1',
    PD_USERNS: support.root ? '0' : '1',
    PD_CGROUPS: what.cgroups.join(' '),
    PD_EXIT: spec.tty ? 'exit.shim' : 'exit',
    PD_TERMINAL: spec.tty ? '1' : '0',
    PD_UID: String(identity.uid),
    PD_SHARED: what.processes === 'none' ? '0' : '1',
    ...(spec.tty ? { PD_SHIM: SHIM, PD_ISOLATE: isolate.join(' '), SHELL: '/bin/sh' } : {}),
  };
  const inside = spec.tty ? ['/bin/sh', '-c', TERMINAL] : [...isolate, '/bin/sh', '-c', SHIM, 'perdure-shim'];
  const command = what.netns === null ? inside : ['nsenter', `--net=${what.netns}`, ...inside];
  const out = openSync(join(directory, 'stdout'), 'a', 0o600);
  const err = openSync(join(directory, 'stderr'), 'a', 0o600);
  const input = openStdin(directory, spec);
  try {
    const child = spawn(command[0]!, command.slice(1), {
      cwd: '/',
      env: { ...HELPER_ENVIRONMENT, ...settings, ...valuesAsEnvironment(values) },
      detached: true,
      stdio: [input, out, err],
    });
    child.on('error', () => undefined);
    child.unref();
    return { shim: child.pid ?? 0, onExit: (callback) => void child.once('exit', callback) };
  } finally {
    for (const file of [out, err, input]) closeSync(file);
  }
}

/**
 * The pipe attached clients write to, open for writing too so that it never ends; where it has to end with the first
 * client, Perdure holds it open until then. A terminal always has one: its end would be a typed end of file.
 */
function openStdin(directory: string, spec: ContainerSpec): number {
  if (!hasStdinPipe(spec)) return openSync('/dev/null', 'r');
  return openSync(join(directory, 'stdin'), spec.stdinOnce === true && !spec.tty ? 'r' : 'r+');
}

export function hasStdinPipe(spec: Pick<ContainerSpec, 'stdin' | 'tty'>): boolean {
  return spec.stdin || spec.tty;
}

/** The host's users with the image's own and the one the container runs as, who has to have a name. */
function accountFiles(what: Launch): MountSpec[] {
  const { uid, gid } = identityOf(what.spec);
  const accounts = new Map(Object.entries(what.entry.accounts ?? {}).map(([name, id]) => [name, { uid: id, gid: id }]));
  const known = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .some((line) => line.split(':')[2] === String(uid));
  if (!known && ![...accounts.values()].some((account) => account.uid === uid)) accounts.set('container', { uid, gid });
  if (accounts.size === 0) return [];
  const write = (file: 'passwd' | 'group', line: (name: string, uid: number, gid: number) => string): MountSpec => {
    const numbers = new Set(
      [...accounts.values()].map((account) => String(file === 'passwd' ? account.uid : account.gid)),
    );
    const kept = readFileSync(`/etc/${file}`, 'utf8')
      .split('\n')
      .filter(
        (one) =>
          one !== '' && !accounts.has(one.split(':')[0]!) && (numbers.has('0') || !numbers.has(one.split(':')[2]!)),
      );
    const added = [...accounts].map(([name, ids]) => line(name, ids.uid, ids.gid));
    const hostPath = join(what.directory, file);
    writeFileSync(hostPath, `${[...kept, ...added].join('\n')}\n`, { mode: 0o644 });
    return { hostPath, containerPath: `/etc/${file}`, readOnly: false };
  };
  return [
    write('passwd', (name, id, group) => `${name}:x:${id}:${group}::/:/bin/sh`),
    write('group', (name, _id, group) => `${name}:x:${group}:`),
  ];
}

function allMounts(what: Launch): MountSpec[] {
  const { directory, spec, entry } = what;
  const exposed = [...new Set(entry.expose ?? [])].map((path) => ({
    hostPath: path,
    containerPath: path,
    readOnly: true,
  }));
  const files = Object.entries(entry.files ?? {}).map(([containerPath, text], index) => {
    const hostPath = join(directory, `file-${index}`);
    writeFileSync(hostPath, text, { mode: 0o755 });
    return { hostPath, containerPath, readOnly: true };
  });
  const directories = (entry.directories ?? []).map((containerPath, index) => {
    const hostPath = join(directory, `directory-${index}`);
    mkdirSync(hostPath, { recursive: true });
    chmodSync(hostPath, 0o1777);
    return { hostPath, containerPath, readOnly: spec.readOnlyRoot };
  });
  const own = new Set(spec.mounts.map((mount) => mount.containerPath));
  const pod = what.podMounts.filter((mount) => !own.has(mount.containerPath));
  mkdirSync(dirname(spec.terminationLogPath), { recursive: true });
  writeFileSync(spec.terminationLogPath, '', { flag: 'a', mode: 0o666 });
  const termination = {
    hostPath: spec.terminationLogPath,
    containerPath: spec.terminationMessagePath,
    readOnly: false,
  };
  // Outer directories first, so that a mount inside another is not covered by it.
  const volumes = [...spec.mounts].sort(
    (a, b) => a.containerPath.split('/').length - b.containerPath.split('/').length,
  );
  return [
    ...exposed.filter((mount) => hiddenUnder(mount.hostPath, what.hidden)),
    ...pod,
    ...accountFiles(what),
    ...files,
    ...directories,
    ...volumes,
    termination,
  ].map((mount) => ({
    ...mount,
    hostPath: realpathSync(mount.hostPath),
    containerPath: mount.containerPath.replace(/\/+$/, '') || '/',
  }));
}

function hiddenUnder(path: string, hidden: readonly string[]): boolean {
  return hidden.some((directory) => path === directory || path.startsWith(`${directory}/`));
}

/** Says what a container engine would say about a program that is not there, before anything is started. */
function checkProgram(
  program: readonly string[],
  environment: readonly (readonly [string, string])[],
  mounts: readonly MountSpec[],
): void {
  const name = program[0];
  if (name === undefined) throw new RuntimeError('RunContainerError', 'no command specified');
  const fail = (why: string): RuntimeError =>
    new RuntimeError(
      'RunContainerError',
      `failed to create containerd task: failed to create shim task: exec: ${JSON.stringify(name)}: ${why}`,
    );
  const onHost = (path: string): string => {
    const mount = mounts.findLast(
      (candidate) => path === candidate.containerPath || path.startsWith(`${candidate.containerPath}/`),
    );
    return mount === undefined ? path : mount.hostPath + path.slice(mount.containerPath.length);
  };
  const isFile = (path: string): boolean => existsSync(onHost(path)) && statSync(onHost(path)).isFile();
  if (name.includes('/')) {
    if (name.startsWith('/') && !existsSync(onHost(name))) throw fail(`stat ${name}: no such file or directory`);
    return;
  }
  const path = environment.find(([key]) => key === 'PATH')?.[1] ?? DEFAULT_PATH;
  if (!path.split(':').some((directory) => isFile(join(directory, name))))
    throw fail('executable file not found in $PATH');
}
