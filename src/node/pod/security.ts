import { DEFAULT_CAPABILITIES } from '../runtimes/capabilities.ts';
import type { ContainerTemplate } from './container-record.ts';

/** What a container may do beyond running a program. */
export interface ContainerSecurity {
  readonly privileged: boolean;
  readonly readOnlyRoot: boolean;
  /** Capability names without `CAP_`; null: all there are. */
  readonly capabilities: readonly string[] | null;
  /** It can gain no rights that it does not start with. */
  readonly noNewPrivileges: boolean;
  /** Nothing of /proc is masked or read-only. */
  readonly procUnmasked: boolean;
}

const nameOf = (capability: string): string => capability.toUpperCase().replace(/^CAP_/, '');

/** The default set with `drop` and `add` of a securityContext, in the order container engines take them. */
function capabilitiesOf(context: ContainerTemplate): readonly string[] | null {
  const add: string[] = (context.capabilities?.add ?? []).map(nameOf);
  const drop: string[] = (context.capabilities?.drop ?? []).map(nameOf);
  if (add.includes('ALL') && drop.length === 0) return null;
  const has = new Set(drop.includes('ALL') ? [] : DEFAULT_CAPABILITIES);
  for (const name of add) if (name !== 'ALL') has.add(name);
  for (const name of drop) if (name !== 'ALL') has.delete(name);
  return [...has].sort();
}

/**
 * Security of a container from its securityContext. Beyond upstream, which lets a program gain rights unless
 * `allowPrivilegeEscalation` is false, it cannot here unless that is true.
 */
export function securityOf(template: ContainerTemplate): ContainerSecurity {
  const context = template.securityContext ?? {};
  const privileged = context.privileged === true;
  const readOnlyRoot = context.readOnlyRootFilesystem === true;
  if (privileged) return { privileged, readOnlyRoot, capabilities: null, noNewPrivileges: false, procUnmasked: true };
  return {
    privileged,
    readOnlyRoot,
    capabilities: capabilitiesOf(context),
    noNewPrivileges: context.allowPrivilegeEscalation !== true,
    procUnmasked: context.procMount === 'Unmasked',
  };
}
