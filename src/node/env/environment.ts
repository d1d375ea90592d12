import type { KubeObject } from '../../schema/object.ts';
import { ConfigError, type Lookup } from '../lookup.ts';
import type { ContainerTemplate } from '../pod/container-record.ts';
import { expand } from './expand.ts';
import { fieldValue, type PodAddresses, resourceValue } from './fields.ts';
import { serviceEnvironment } from './services.ts';

export interface EnvironmentInput {
  readonly pod: KubeObject;
  readonly template: ContainerTemplate;
  readonly lookup: Lookup;
  readonly addresses: PodAddresses;
  readonly allocatable: Readonly<Record<string, string>>;
  /** Service variables are left out where nobody reads them. */
  readonly withServices: boolean;
  /** Content of a file an init container wrote (fileKeyRef); null when there is none. */
  readonly file?: (volume: string, path: string) => string | null;
}

const NONE: readonly (readonly [string, string])[] = [];
const decode = (base64: string): string => Buffer.from(base64, 'base64').toString('utf8');

function configMapData(
  input: EnvironmentInput,
  ref: { name: string; optional?: boolean },
): Record<string, string> | null {
  const namespace = input.pod.metadata.namespace ?? '';
  const found = input.lookup.configMap(namespace, ref.name);
  if (found !== undefined) return found.data ?? {};
  if (ref.optional) return null;
  throw new ConfigError(`configmap "${ref.name}" not found`);
}

function secretData(input: EnvironmentInput, ref: { name: string; optional?: boolean }): Record<string, string> | null {
  const found = input.lookup.secret(input.pod.metadata.namespace ?? '', ref.name);
  if (found !== undefined) return found.data ?? {};
  if (ref.optional) return null;
  throw new ConfigError(`secret "${ref.name}" not found`);
}

function addFrom(env: Map<string, string>, input: EnvironmentInput): void {
  for (const source of input.template.envFrom ?? []) {
    const prefix = source.prefix ?? '';
    if (source.configMapRef) {
      const data = configMapData(input, source.configMapRef) ?? {};
      for (const key in data) env.set(prefix + key, data[key]!);
    } else if (source.secretRef) {
      const data = secretData(input, source.secretRef) ?? {};
      for (const key in data) env.set(prefix + key, decode(data[key]!));
    }
  }
}

/** Value of `valueFrom`; undefined leaves the variable unset (optional and missing). */
// biome-ignore lint/suspicious/noExplicitAny: EnvVarSource as stored
function valueFrom(source: any, input: EnvironmentInput): string | undefined {
  const namespace = input.pod.metadata.namespace ?? '';
  if (source.fieldRef) return fieldValue(input.pod, source.fieldRef.fieldPath, input.addresses);
  if (source.resourceFieldRef) {
    return resourceValue(input.pod, source.resourceFieldRef, input.template.name, input.allocatable);
  }
  if (source.configMapKeyRef) {
    const { name, key, optional } = source.configMapKeyRef;
    const value = configMapData(input, source.configMapKeyRef)?.[key];
    if (value === undefined && !optional)
      throw new ConfigError(`couldn't find key ${key} in ConfigMap ${namespace}/${name}`);
    return value;
  }
  if (source.secretKeyRef) {
    const { name, key, optional } = source.secretKeyRef;
    const value = secretData(input, source.secretKeyRef)?.[key];
    if (value === undefined && !optional)
      throw new ConfigError(`couldn't find key ${key} in Secret ${namespace}/${name}`);
    return value === undefined ? undefined : decode(value);
  }
  if (source.fileKeyRef) return fromFile(source.fileKeyRef, input);
  return undefined;
}

function fromFile(
  ref: { volumeName: string; path: string; key: string; optional?: boolean },
  input: EnvironmentInput,
): string | undefined {
  const text = input.file?.(ref.volumeName, ref.path) ?? null;
  for (const line of (text ?? '').split('\n')) {
    const at = line.indexOf('=');
    if (at > 0 && line.slice(0, at).trim() === ref.key)
      return line
        .slice(at + 1)
        .trim()
        .replace(/^'(.*)'$/, '$1');
  }
  if (ref.optional) return undefined;
  throw new ConfigError(`couldn't find key ${ref.key} in file ${ref.path}`);
}

/**
 * Environment of a container: service variables, then envFrom, then env, later ones winning (node.md 6.1).
 * Throws ConfigError when something it refers to is missing.
 */
export function containerEnvironment(input: EnvironmentInput): readonly (readonly [string, string])[] {
  const { template, pod } = input;
  if (!input.withServices && !template.env && !template.envFrom) return NONE;
  const env = new Map<string, string>();
  const services = new Map<string, string>(
    input.withServices
      ? serviceEnvironment(input.lookup.services, pod.metadata.namespace ?? '', pod.spec.enableServiceLinks !== false)
      : [],
  );
  addFrom(env, input);
  const known = (name: string): string | undefined => env.get(name) ?? services.get(name);
  for (const variable of template.env ?? []) {
    if (variable.valueFrom && !variable.value) {
      const value = valueFrom(variable.valueFrom, input);
      if (value !== undefined) env.set(variable.name, value);
    } else env.set(variable.name, expand(variable.value ?? '', known));
  }
  for (const [name, value] of services) if (!env.has(name)) env.set(name, value);
  return [...env];
}
