/** More than half. */
export const majorityOf = (members: number): number => Math.floor(members / 2) + 1;

/** The group with the most members, and all groups. Null without any. */
export function largestGroup<T>(items: readonly T[], keyOf: (item: T) => string | undefined) {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    if (key === undefined) continue;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  const [largest] = [...groups].sort((a, b) => b[1].length - a[1].length);
  return largest === undefined ? null : { key: largest[0], items: largest[1], groups: groups.size };
}
