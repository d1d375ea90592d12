import { DEFAULT_CAPABILITIES } from '../capabilities.ts';
import { type ContainerSpec, RuntimeError } from '../runtime.ts';
import type { Support } from './support.ts';

export interface Identity {
  readonly uid: number;
  readonly gid: number;
  readonly groups: readonly number[];
}

/** What a program may do. */
export interface Rights {
  /** Names without `CAP_`; null: all. */
  readonly capabilities: readonly string[] | null;
  readonly noNewPrivileges: boolean;
}

/** What is right for whoever does not say. */
export const DEFAULT_RIGHTS: Rights = { capabilities: DEFAULT_CAPABILITIES, noNewPrivileges: true };

export function rightsOf(spec: ContainerSpec): Rights {
  if (spec.privileged) return { capabilities: null, noNewPrivileges: false };
  const { capabilities = DEFAULT_CAPABILITIES, noNewPrivileges = true } = spec;
  return { capabilities, noNewPrivileges };
}

/** Linux capabilities by number; setpriv(1) takes them in lower case. */
const KNOWN = new Set(
  (
    'CHOWN DAC_OVERRIDE DAC_READ_SEARCH FOWNER FSETID KILL SETGID SETUID SETPCAP LINUX_IMMUTABLE NET_BIND_SERVICE ' +
    'NET_BROADCAST NET_ADMIN NET_RAW IPC_LOCK IPC_OWNER SYS_MODULE SYS_RAWIO SYS_CHROOT SYS_PTRACE SYS_PACCT SYS_ADMIN ' +
    'SYS_BOOT SYS_NICE SYS_RESOURCE SYS_TIME SYS_TTY_CONFIG MKNOD LEASE AUDIT_WRITE AUDIT_CONTROL SETFCAP MAC_OVERRIDE ' +
    'MAC_ADMIN SYSLOG WAKE_ALARM BLOCK_SUSPEND AUDIT_READ PERFMON BPF CHECKPOINT_RESTORE'
  ).split(' '),
);

/** Throws RuntimeError for a capability no kernel has. */
export function checkCapabilities({ capabilities }: Rights): void {
  const unknown = capabilities?.find((name) => !KNOWN.has(name));
  if (unknown !== undefined)
    throw new RuntimeError(
      'CreateContainerError',
      `failed to generate container spec: unknown capability "CAP_${unknown}"`,
    );
}

/**
 * setpriv with who the program is and what it may do. Without root the user is a mapping of the namespace, and
 * capabilities count inside it only; they are limited all the same.
 */
export function privileges(support: Support, identity: Identity, rights: Rights): string[] {
  const { capabilities, noNewPrivileges } = rights;
  const bounding =
    capabilities === null
      ? []
      : [`--bounding-set=${['-all', ...capabilities.map((name) => `+${name.toLowerCase()}`)].join(',')}`];
  const caps = capabilities === null && support.root ? [] : [...bounding, '--inh-caps=-all'];
  const locked = noNewPrivileges ? ['--no-new-privs'] : [];
  if (!support.root) return ['setpriv', '--ambient-caps=-all', ...caps, ...locked, '--'];
  const groups = identity.groups.length > 0 ? [`--groups=${identity.groups.join(',')}`] : ['--clear-groups'];
  const who = [`--reuid=${identity.uid}`, `--regid=${identity.gid}`, ...groups];
  return ['setpriv', ...who, ...caps, ...locked, '--'];
}
