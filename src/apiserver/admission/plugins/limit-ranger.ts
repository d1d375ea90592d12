import { compareQuantity, quantityMilli } from '../../../base/quantity.ts';
import { forbidden } from '../../../schema/status.ts';
import { lookupAll } from '../../core.ts';
import type { AdmissionPlugin } from '../plugin.ts';

type Amounts = Record<string, string>;

interface LimitItem {
  readonly type: 'Container' | 'Pod' | 'PersistentVolumeClaim';
  readonly max?: Amounts;
  readonly min?: Amounts;
  readonly default?: Amounts;
  readonly defaultRequest?: Amounts;
  readonly maxLimitRequestRatio?: Amounts;
}

interface Resources {
  requests?: Amounts;
  limits?: Amounts;
}

const filled = (own: Amounts | undefined, defaults: Amounts | undefined): Amounts | undefined =>
  defaults === undefined ? own : { ...defaults, ...own };

function applyDefaults(resources: Resources, item: LimitItem): void {
  const limits = filled(resources.limits, item.default);
  const requests = filled(resources.requests, item.defaultRequest);
  if (limits !== undefined) resources.limits = limits;
  if (requests !== undefined) resources.requests = requests;
}

/** Breaches of one item by one holder of resources, in upstream's words. */
function breaches(resources: Resources, item: LimitItem): string[] {
  const found: string[] = [];
  const { requests = {}, limits = {} } = resources;
  for (const [name, min] of Object.entries(item.min ?? {})) {
    const amount = requests[name];
    if (amount === undefined) found.push(`minimum ${name} usage per ${item.type} is ${min}.  No request is specified`);
    else if (compareQuantity(amount, min) < 0)
      found.push(`minimum ${name} usage per ${item.type} is ${min}, but request is ${amount}`);
  }
  for (const [name, max] of Object.entries(item.max ?? {})) {
    const amount = item.type === 'PersistentVolumeClaim' ? requests[name] : limits[name];
    const what = item.type === 'PersistentVolumeClaim' ? 'request' : 'limit';
    if (amount === undefined) found.push(`maximum ${name} usage per ${item.type} is ${max}.  No ${what} is specified`);
    else if (compareQuantity(amount, max) > 0)
      found.push(`maximum ${name} usage per ${item.type} is ${max}, but ${what} is ${amount}`);
  }
  for (const [name, ratio] of Object.entries(item.maxLimitRequestRatio ?? {})) {
    const [request, limit] = [requests[name], limits[name]];
    if (request === undefined || limit === undefined) continue;
    const actual = quantityMilli(limit) / quantityMilli(request);
    if (actual * 1000 > quantityMilli(ratio)) {
      found.push(
        `${name} max limit to request ratio per ${item.type} is ${ratio}, but provided ratio is ${actual.toFixed(6)}`,
      );
    }
  }
  return found;
}

const itemsOf = (ranges: readonly { spec: { limits: readonly LimitItem[] } }[], type: LimitItem['type']): LimitItem[] =>
  ranges.flatMap(({ spec }) => (spec?.limits ?? []).filter((item) => item.type === type));

/** LimitRanger: fills the defaults of the namespace's LimitRanges and holds what is asked for against their bounds. */
export const limitRanger: AdmissionPlugin = {
  name: 'LimitRanger',
  resources: ['pods', 'persistentvolumeclaims'],
  operations: ['CREATE'],
  admit({ core, kind, namespace, name, object }) {
    const ranges = lookupAll(core, 'limitranges', '', namespace) as unknown as {
      spec: { limits: readonly LimitItem[] };
    }[];
    if (ranges.length === 0) return;
    let found: string[];
    if (kind.definition.plural === 'pods') {
      const containers: { resources?: Resources }[] = [
        ...(object!.spec.initContainers ?? []),
        ...object!.spec.containers,
      ];
      const items = itemsOf(ranges, 'Container');
      found = containers.flatMap((container) => {
        container.resources ??= {};
        for (const item of items) applyDefaults(container.resources, item);
        return items.flatMap((item) => breaches(container.resources!, item));
      });
    } else {
      found = itemsOf(ranges, 'PersistentVolumeClaim').flatMap((item) => breaches(object!.spec?.resources ?? {}, item));
    }
    if (found.length > 0) throw forbidden(kind.subject, name, found.length === 1 ? found[0]! : `[${found.join(', ')}]`);
  },
};
