import type { Column } from '../../schema/kind.ts';
import type { KubeObject } from '../../schema/object.ts';
import { formatLabelSelector } from '../../schema/selectors.ts';
import { integer, wide } from './columns.ts';
import type { Json } from './json.ts';

const joined = (containers: readonly Json[] | undefined, field: string): string =>
  (containers ?? []).map((container) => container[field] ?? '').join(',');

/** Containers and Images of a template, for `-o wide`. */
export function containerColumns(template: (object: KubeObject) => Json): readonly Column[] {
  return [
    wide('Containers', (object) => joined(template(object)?.spec?.containers, 'name')),
    wide('Images', (object) => joined(template(object)?.spec?.containers, 'image')),
  ];
}

export const templateColumns = containerColumns((object) => object.spec?.template);

/** spec.selector as text. */
export const selectorColumn: Column = wide('Selector', (object) => formatLabelSelector(object.spec?.selector));

/** Integer of the status; absent counts as zero. */
export const statusCount = (name: string, field: string): Column =>
  integer(name, (object) => object.status?.[field] ?? 0);

/** Desired, Current and Ready of a kind that keeps a number of pods. */
export const replicaColumns: readonly Column[] = [
  integer('Desired', (object) => object.spec?.replicas ?? 0),
  statusCount('Current', 'replicas'),
  statusCount('Ready', 'readyReplicas'),
];
