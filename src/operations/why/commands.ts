import { shellQuote } from './words.ts';

/** `kubectl -n NS …`; nodes and volumes have no namespace. What only the user knows stands in capitals. */
export function kubectl(namespace: string | undefined, ...args: readonly string[]): string {
  const where = namespace === undefined || namespace === '' ? [] : ['-n', namespace];
  return ['kubectl', ...where, ...args.map(shellQuote)].join(' ');
}

/** A strategic merge patch of a set's pod template. */
export function patchTemplate(namespace: string, set: string, podSpec: object): string {
  const patch = JSON.stringify({ spec: { template: { spec: podSpec } } });
  return kubectl(namespace, 'patch', 'sts', set, '-p', patch);
}

export const deletePod = (namespace: string, name: string): string => kubectl(namespace, 'delete', 'pod', name);

export const forceDeletePod = (namespace: string, name: string): string =>
  kubectl(namespace, 'delete', 'pod', name, '--grace-period=0', '--force');

export const logsOf = (namespace: string, pod: string, container: string, previous = false): string =>
  kubectl(namespace, 'logs', pod, '-c', container, ...(previous ? ['--previous'] : []), '--tail=50');
