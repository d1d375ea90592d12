/** Limit of the data of a Secret or ConfigMap (api.md 6.4). */
export const MAX_DATA_BYTES = 1024 * 1024;

/** Bytes that a base64 text stands for. */
export function base64Size(text: string): number {
  const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0;
  return Math.floor((text.length * 3) / 4) - padding;
}

/** The same map with its keys in order, as maps are written on the wire. */
export function sortKeys<T>(map: Readonly<Record<string, T>>): Record<string, T> {
  return Object.fromEntries(Object.entries(map).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));
}
