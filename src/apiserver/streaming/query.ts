import type { KubeObject } from '../../schema/object.ts';
import { badRequest } from '../../schema/status.ts';

/** A boolean query parameter as apimachinery converts it: absent is false, anything but `0` and `false` is true. */
export function queryBool(query: URLSearchParams, name: string): boolean {
  const value = query.get(name);
  return value !== null && value !== '0' && value.toLowerCase() !== 'false';
}

/** An int64 query parameter; undefined when absent. Throws 400 with Go's words. */
export function queryInt(query: URLSearchParams, name: string): number | undefined {
  const value = query.get(name);
  if (value === null) return undefined;
  if (!/^[+-]?\d+$/.test(value)) throw badRequest(`strconv.ParseInt: parsing ${JSON.stringify(value)}: invalid syntax`);
  const number = Number(value);
  if (Math.abs(number) > 2 ** 63)
    throw badRequest(`strconv.ParseInt: parsing ${JSON.stringify(value)}: value out of range`);
  return number;
}

/**
 * The container a stream is for: the one asked for, or the only one. Throws 400 when it is not of the pod or not said
 * (api.md 8.1).
 */
export function containerOf(pod: KubeObject, asked: string): string {
  const spec = (pod.spec ?? {}) as Readonly<Record<string, readonly { readonly name: string }[] | undefined>>;
  const names = [spec.initContainers, spec.containers, spec.ephemeralContainers].flatMap((list) =>
    (list ?? []).map((c) => c.name),
  );
  const name = pod.metadata.name ?? '';
  if (asked === '') {
    const containers = spec.containers ?? [];
    if (containers.length === 1) return containers[0]!.name;
    if (containers.length === 0) throw badRequest(`a container name must be specified for pod ${name}`);
    throw badRequest(`a container name must be specified for pod ${name}, choose one of: [${names.join(' ')}]`);
  }
  if (!names.includes(asked)) throw badRequest(`container ${asked} is not valid for pod ${name}`);
  return asked;
}

/** Name of the pod's node, '' when it has none yet. */
export function nodeOf(pod: KubeObject): string {
  return ((pod.spec ?? {}) as { readonly nodeName?: string }).nodeName ?? '';
}
