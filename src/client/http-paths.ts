import type { DeleteOptions, ListOptions, PatchType, Target, WriteOptions } from './client.ts';

/** `/apis/apps/v1/namespaces/n/statefulsets/web/status` */
export function pathOf(target: Target, name?: string, subresource?: string): string {
  const root = target.group === '' ? `/api/${target.version}` : `/apis/${target.group}/${target.version}`;
  const namespace = target.namespace === undefined ? '' : `/namespaces/${encodeURIComponent(target.namespace)}`;
  const rest =
    name === undefined ? '' : `/${encodeURIComponent(name)}${subresource === undefined ? '' : `/${subresource}`}`;
  return `${root}${namespace}/${target.resource}${rest}`;
}

export function queryOf(parameters: Readonly<Record<string, string | number | boolean | undefined>>): string {
  const query = new URLSearchParams();
  for (const [key, value] of Object.entries(parameters)) if (value !== undefined) query.set(key, String(value));
  const text = query.toString();
  return text === '' ? '' : `?${text}`;
}

export function writeQuery({ fieldManager, dryRun }: WriteOptions = {}): Record<string, string | undefined> {
  return { fieldManager, dryRun: dryRun === true ? 'All' : undefined };
}

export function listQuery(options: ListOptions = {}): Record<string, string | number | undefined> {
  const { labelSelector, fieldSelector, limit, resourceVersion } = options;
  return { labelSelector, fieldSelector, limit, resourceVersion, continue: options.continue };
}

export function deleteBody({ gracePeriodSeconds, propagationPolicy, preconditions }: DeleteOptions = {}): object {
  return { kind: 'DeleteOptions', apiVersion: 'v1', gracePeriodSeconds, propagationPolicy, preconditions };
}

export const PATCH_TYPES: Readonly<Record<PatchType, string>> = {
  json: 'application/json-patch+json',
  merge: 'application/merge-patch+json',
  strategic: 'application/strategic-merge-patch+json',
  apply: 'application/apply-patch+yaml',
};
