import { quote } from '../../schema/field-errors.ts';
import type { Json } from './json.ts';

function overlap(a: string, b: string): boolean {
  if (a === '' || b === '') return false;
  return a === b || `${a}/`.startsWith(b) || `${b}/`.startsWith(a);
}

function mappingWarnings(paths: readonly string[], what: string, out: string[]): void {
  const seen: string[] = [];
  for (const path of paths) {
    const plain = path.replace(/\/+$/, '');
    const other = seen.find((each) => overlap(each, plain));
    if (other !== undefined) out.push(`${what}: overlapping paths: ${quote(plain)} with ${quote(other)}`);
    if (!seen.includes(plain)) seen.push(plain);
  }
}

const pathsOf = (items: readonly Json[] | undefined): readonly string[] => (items ?? []).map((item) => item.path ?? '');

interface Mapping {
  readonly paths: readonly string[];
  readonly what: string;
}

/** Files that one source writes, and how a warning names the source. */
function mappingOf(source: Json): Mapping | null {
  const { configMap, secret, downwardAPI, serviceAccountToken, clusterTrustBundle } = source;
  if (configMap?.items !== undefined) {
    return { paths: pathsOf(configMap.items), what: `ConfigMap ${quote(configMap.name ?? '')}` };
  }
  if (secret?.items !== undefined) {
    return { paths: pathsOf(secret.items), what: `Secret ${quote(secret.name ?? secret.secretName ?? '')}` };
  }
  if (downwardAPI?.items !== undefined) return { paths: pathsOf(downwardAPI.items), what: 'DownwardAPI' };
  if (serviceAccountToken !== undefined)
    return { paths: [serviceAccountToken.path ?? ''], what: 'ServiceAccountToken' };
  if (clusterTrustBundle !== undefined) {
    const name: string = clusterTrustBundle.name ?? clusterTrustBundle.signerName ?? '';
    return { paths: [clusterTrustBundle.path ?? ''], what: `ClusterTrustBundle ${quote(name)}` };
  }
  return null;
}

function projectedWarnings(volume: Json, out: string[]): void {
  const name = quote(volume.name ?? '');
  const all = new Set<string>();
  for (const source of volume.projected.sources ?? []) {
    if (Object.keys(source).length === 0) {
      out.push(`volume ${name} (Projected) has no sources provided`);
      continue;
    }
    const mapping = mappingOf(source);
    if (mapping === null || mapping.paths.length === 0) continue;
    const what = `volume ${name} (Projected ${mapping.what})`;
    mappingWarnings(mapping.paths, what, out);
    mappingWarnings([...new Set(mapping.paths), ...all].sort(), what, out);
    for (const path of mapping.paths) all.add(path);
  }
}

/** Keys of one volume that would be written to the same path, or one below the other. */
export function overlapWarnings(volumes: readonly Json[], out: string[]): void {
  for (const volume of volumes) {
    if (volume.projected !== undefined) projectedWarnings(volume, out);
    else {
      const mapping = mappingOf(volume);
      if (mapping !== null) mappingWarnings(mapping.paths, `volume ${quote(volume.name ?? '')} (${mapping.what})`, out);
    }
  }
}
