import { quantityMilli } from '../../base/quantity.ts';
import type { Json } from './json.ts';

const DEPRECATED_VOLUMES: Readonly<Record<string, string>> = {
  gitRepo: 'deprecated in v1.11, and disabled by default in v1.33+',
  photonPersistentDisk: 'deprecated in v1.11, non-functional in v1.16+',
  scaleIO: 'deprecated in v1.16, non-functional in v1.22+',
  storageos: 'deprecated in v1.22, non-functional in v1.25+',
  flocker: 'deprecated in v1.22, non-functional in v1.25+',
  quobyte: 'deprecated in v1.22, non-functional in v1.25+',
  glusterfs: 'deprecated in v1.25, non-functional in v1.26+',
  cephfs: 'deprecated in v1.28, non-functional in v1.31+',
  rbd: 'deprecated in v1.28, non-functional in v1.31+',
};

const DEPRECATED_LABELS: Readonly<Record<string, string>> = {
  'beta.kubernetes.io/arch': 'deprecated since v1.14; use "kubernetes.io/arch" instead',
  'beta.kubernetes.io/os': 'deprecated since v1.14; use "kubernetes.io/os" instead',
  'failure-domain.beta.kubernetes.io/region': 'deprecated since v1.17; use "topology.kubernetes.io/region" instead',
  'failure-domain.beta.kubernetes.io/zone': 'deprecated since v1.17; use "topology.kubernetes.io/zone" instead',
  'beta.kubernetes.io/instance-type': 'deprecated since v1.17; use "node.kubernetes.io/instance-type" instead',
};

function nodeTermWarnings(terms: readonly Json[] | undefined, field: string, out: string[]): void {
  for (let t = 0; t < (terms?.length ?? 0); t++) {
    const expressions: readonly Json[] = terms![t].matchExpressions ?? [];
    for (let i = 0; i < expressions.length; i++) {
      const key: string = expressions[i].key;
      const text = DEPRECATED_LABELS[key];
      if (text !== undefined) out.push(`${field}[${t}].matchExpressions[${i}].key: ${key} is ${text}`);
    }
  }
}

function placementWarnings(spec: Json, field: string, out: string[]): void {
  for (const key in spec.nodeSelector) {
    if (DEPRECATED_LABELS[key] !== undefined) out.push(`${field}.nodeSelector[${key}]: ${DEPRECATED_LABELS[key]}`);
  }
  const required = spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  const at = `${field}.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms`;
  if (required !== undefined) nodeTermWarnings(required.nodeSelectorTerms, at, out);
  const constraints: readonly Json[] = spec.topologySpreadConstraints ?? [];
  for (let i = 0; i < constraints.length; i++) {
    const key: string = constraints[i].topologyKey;
    const text = DEPRECATED_LABELS[key];
    if (text !== undefined) out.push(`${field}.topologySpreadConstraints[${i}].topologyKey: ${key} is ${text}`);
  }
}

function volumeWarnings(spec: Json, field: string, out: string[]): void {
  const volumes: readonly Json[] = spec.volumes ?? [];
  for (let i = 0; i < volumes.length; i++) {
    for (const type in volumes[i]) {
      const text = DEPRECATED_VOLUMES[type];
      if (text !== undefined) out.push(`${field}.volumes[${i}].${type}: ${text}`);
    }
  }
  const secrets: readonly Json[] = spec.imagePullSecrets ?? [];
  const seen = new Set<string>();
  for (let i = 0; i < secrets.length; i++) {
    const name: string = secrets[i].name ?? '';
    const at = `${field}.imagePullSecrets[${i}].name`;
    if (name === '') out.push(`${at}: invalid empty name ""`);
    else if (seen.has(name)) out.push(`${at}: duplicate name "${name}"`);
    seen.add(name);
  }
}

function envWarnings(container: Json, field: string, out: string[]): void {
  const variables: readonly Json[] = container.env ?? [];
  if (variables.length < 2) return;
  const seen = new Map<string, Json>();
  for (let i = 0; i < variables.length; i++) {
    const { name = '', value = '' } = variables[i];
    const before = seen.get(name);
    // A definition that refers to the one it replaces is meant so.
    if (before !== undefined && !value.includes(`$(${name})`)) {
      out.push(`${field}.env[${i}]: hides previous definition of "${name}", which may be dropped when using apply`);
    }
    seen.set(name, variables[i]);
  }
}

function portWarnings(containers: readonly Json[], field: string, out: string[]): void {
  const byName = new Map<string, string>();
  const byPort = new Map<string, string>();
  for (let c = 0; c < containers.length; c++) {
    const ports: readonly Json[] = containers[c].ports ?? [];
    for (let i = 0; i < ports.length; i++) {
      const at = `${field}.containers[${c}].ports[${i}]`;
      const { name = '', containerPort, protocol = 'TCP', hostPort = 0, hostIP = '' } = ports[i];
      const named = name === '' ? undefined : byName.get(name);
      if (named !== undefined)
        out.push(
          `${at}.name: duplicate port name "${name}" with ${named}, services and probes that select ports by name will use ${named}`,
        );
      else if (name !== '') byName.set(name, at);
      const key = `${containerPort}/${protocol}/${hostPort}/${hostIP}`;
      const same = byPort.get(key);
      if (same !== undefined) out.push(`${at}: duplicate port definition with ${same}`);
      else byPort.set(key, at);
    }
  }
}

function fractionWarnings(container: Json, field: string, out: string[]): void {
  for (const list of ['limits', 'requests'] as const) {
    for (const name of ['memory', 'ephemeral-storage'] as const) {
      const amount: string | undefined = container.resources?.[list]?.[name];
      if (amount === undefined || !amount.endsWith('m') || quantityMilli(amount) % 1000 === 0) continue;
      out.push(`${field}.resources.${list}[${name}]: fractional byte value "${amount}" is invalid, must be an integer`);
    }
  }
}

function specWarnings(spec: Json, field: string, out: string[]): void {
  placementWarnings(spec, field, out);
  volumeWarnings(spec, field, out);
  if ((spec.terminationGracePeriodSeconds ?? 0) < 0) {
    out.push(
      `${field}.terminationGracePeriodSeconds: must be >= 0; negative values are invalid and will be treated as 1`,
    );
  }
  for (const list of ['initContainers', 'containers'] as const) {
    const containers: readonly Json[] = spec[list] ?? [];
    for (let i = 0; i < containers.length; i++) {
      envWarnings(containers[i], `${field}.${list}[${i}]`, out);
      fractionWarnings(containers[i], `${field}.${list}[${i}]`, out);
    }
  }
  portWarnings(spec.containers ?? [], field, out);
}

/** Texts of `Warning` headers about a pod's spec: valid, but hardly what was meant. */
export function podWarnings(spec: Json): readonly string[] {
  const out: string[] = [];
  specWarnings(spec ?? {}, 'spec', out);
  return out;
}

/** The same for a template standing at `field`. */
export function podTemplateWarnings(template: Json, field: string): readonly string[] {
  const out: string[] = [];
  specWarnings(template?.spec ?? {}, `${field}.spec`, out);
  return out;
}
