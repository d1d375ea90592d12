import type { KubeObject } from '../../../schema/object.ts';

/** What a pod reads its settings from: names, and the keys it wants of them. */
export interface References {
  readonly configMaps: Map<string, Set<string>>;
  readonly secrets: Map<string, Set<string>>;
  readonly accounts: Set<string>;
}

interface Selector {
  readonly name?: string;
  readonly key?: string;
  readonly items?: readonly { readonly key: string }[];
  readonly secretName?: string;
}

interface Container {
  readonly env?: readonly { readonly valueFrom?: { configMapKeyRef?: Selector; secretKeyRef?: Selector } }[];
  readonly envFrom?: readonly { readonly configMapRef?: Selector; readonly secretRef?: Selector }[];
}

function note(into: Map<string, Set<string>>, selector: Selector | undefined): void {
  const name = selector?.secretName ?? selector?.name;
  if (selector === undefined || name === undefined) return;
  const keys = into.get(name) ?? new Set();
  into.set(name, keys);
  if (selector.key !== undefined) keys.add(selector.key);
  for (const { key } of selector.items ?? []) keys.add(key);
}

/** ConfigMaps, Secrets and ServiceAccounts that pods of these specs need in order to start. */
export function referencesOf(specs: readonly KubeObject['spec'][]): References {
  const found: References = { configMaps: new Map(), secrets: new Map(), accounts: new Set() };
  for (const spec of specs) {
    if (spec?.serviceAccountName) found.accounts.add(spec.serviceAccountName);
    const containers: readonly Container[] = [...(spec?.initContainers ?? []), ...(spec?.containers ?? [])];
    for (const { env = [], envFrom = [] } of containers) {
      for (const { valueFrom } of env) {
        note(found.configMaps, valueFrom?.configMapKeyRef);
        note(found.secrets, valueFrom?.secretKeyRef);
      }
      for (const { configMapRef, secretRef } of envFrom) {
        note(found.configMaps, configMapRef);
        note(found.secrets, secretRef);
      }
    }
    for (const { configMap, secret, projected } of spec?.volumes ?? []) {
      note(found.configMaps, configMap);
      note(found.secrets, secret);
      for (const source of projected?.sources ?? []) {
        note(found.configMaps, source.configMap);
        note(found.secrets, source.secret);
      }
    }
  }
  return found;
}
