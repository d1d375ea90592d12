import type { KubeObject } from '../../schema/object.ts';
import { forbidden } from '../../schema/status.ts';
import { lookup } from '../core.ts';
import type { AdmissionPlugin, Attributes } from './plugin.ts';

const PREFIX = 'pod-security.kubernetes.io/';

interface Finding {
  readonly check: string;
  readonly detail: string;
}

// biome-ignore lint/suspicious/noExplicitAny: the pod spec is structurally checked already
type Spec = any;

function allContainers(spec: Spec): Spec[] {
  return [...(spec.initContainers ?? []), ...(spec.containers ?? []), ...(spec.ephemeralContainers ?? [])];
}

function named(containers: readonly Spec[]): string {
  const names = containers.map((container) => JSON.stringify(container.name)).join(', ');
  return `${containers.length > 1 ? 'containers' : 'container'} ${names}`;
}

const BASELINE_CAPABILITIES: ReadonlySet<string> = new Set(
  'AUDIT_WRITE CHOWN DAC_OVERRIDE FOWNER FSETID KILL MKNOD NET_BIND_SERVICE SETFCAP SETGID SETPCAP SETUID SYS_CHROOT'.split(
    ' ',
  ),
);

/** The `baseline` level: no known way out of the pod. */
function baseline(spec: Spec): Finding[] {
  const findings: Finding[] = [];
  const host = ['hostNetwork', 'hostPID', 'hostIPC'].filter((field) => spec[field] === true);
  if (host.length > 0)
    findings.push({ check: 'host namespaces', detail: host.map((field) => `${field}=true`).join(', ') });
  const privileged = allContainers(spec).filter((c) => c.securityContext?.privileged === true);
  if (privileged.length > 0) {
    findings.push({
      check: 'privileged',
      detail: `${named(privileged)} must not set securityContext.privileged=true`,
    });
  }
  const capable = allContainers(spec).filter((c) =>
    (c.securityContext?.capabilities?.add ?? []).some((name: string) => !BASELINE_CAPABILITIES.has(name)),
  );
  if (capable.length > 0) {
    const added = capable
      .flatMap((c) => c.securityContext.capabilities.add as string[])
      .map((name) => JSON.stringify(name));
    findings.push({
      check: 'non-default capabilities',
      detail: `${named(capable)} must not include ${added.join(', ')} in securityContext.capabilities.add`,
    });
  }
  const hostPaths = (spec.volumes ?? []).filter((volume: Spec) => volume.hostPath !== undefined);
  if (hostPaths.length > 0) {
    findings.push({
      check: 'hostPath volumes',
      detail: `volume ${hostPaths.map((v: Spec) => JSON.stringify(v.name)).join(', ')}`,
    });
  }
  const ports = allContainers(spec).filter((c) => (c.ports ?? []).some((port: Spec) => (port.hostPort ?? 0) !== 0));
  if (ports.length > 0) {
    const numbers = ports
      .flatMap((c) => c.ports.map((port: Spec) => port.hostPort ?? 0))
      .filter((n: number) => n !== 0);
    findings.push({ check: 'hostPort', detail: `${named(ports)} uses hostPort ${numbers.join(', ')}` });
  }
  return findings;
}

/** The `restricted` level: baseline and what hardening asks for. */
function restricted(spec: Spec): Finding[] {
  const findings = baseline(spec);
  const containers = allContainers(spec);
  const escalating = containers.filter((c) => c.securityContext?.allowPrivilegeEscalation !== false);
  if (escalating.length > 0) {
    findings.push({
      check: 'allowPrivilegeEscalation != false',
      detail: `${named(escalating)} must set securityContext.allowPrivilegeEscalation=false`,
    });
  }
  const holding = containers.filter((c) => !(c.securityContext?.capabilities?.drop ?? []).includes('ALL'));
  if (holding.length > 0) {
    findings.push({
      check: 'unrestricted capabilities',
      detail: `${named(holding)} must set securityContext.capabilities.drop=["ALL"]`,
    });
  }
  const rooted = containers.filter(
    (c) => (c.securityContext?.runAsNonRoot ?? spec.securityContext?.runAsNonRoot) !== true,
  );
  if (rooted.length > 0) {
    findings.push({
      check: 'runAsNonRoot != true',
      detail: `pod or ${named(rooted)} must set securityContext.runAsNonRoot=true`,
    });
  }
  const unconfined = containers.filter(
    (c) => (c.securityContext?.seccompProfile ?? spec.securityContext?.seccompProfile) === undefined,
  );
  if (unconfined.length > 0) {
    findings.push({
      check: 'seccompProfile',
      detail: `pod or ${named(unconfined)} must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost"`,
    });
  }
  return findings;
}

function findings(level: string, spec: Spec): readonly Finding[] {
  if (level === 'baseline') return baseline(spec);
  return level === 'restricted' ? restricted(spec) : [];
}

const text = (found: readonly Finding[]): string => found.map(({ check, detail }) => `${check} (${detail})`).join(', ');

function labelsOf(attributes: Attributes): Readonly<Record<string, string>> {
  return lookup(attributes.core, 'namespaces', '', '', attributes.namespace)?.metadata.labels ?? {};
}

/** Pod security standards by the labels of the namespace; without labels everything is allowed. */
export const podSecurity: AdmissionPlugin = {
  name: 'PodSecurity',
  resources: ['pods', 'pods/ephemeralcontainers'],
  operations: ['CREATE', 'UPDATE'],
  validate(attributes) {
    const labels = labelsOf(attributes);
    const { spec } = attributes.object as unknown as KubeObject;
    for (const mode of ['enforce', 'warn'] as const) {
      const level = labels[PREFIX + mode];
      if (level === undefined || level === 'privileged') continue;
      const found = findings(level, spec ?? {});
      if (found.length === 0) continue;
      const version = labels[`${PREFIX}${mode}-version`] ?? 'latest';
      if (mode === 'enforce') {
        const why = `violates PodSecurity "${level}:${version}": ${text(found)}`;
        throw forbidden(attributes.kind.subject, attributes.name, why);
      }
      attributes.warn(`would violate PodSecurity "${level}:${version}": ${text(found)}`);
    }
  },
};
