import { addQuantity, canonicalQuantity, compareQuantity, formatQuantity, parseQuantity } from '../../base/quantity.ts';
import { forbidden } from '../../schema/status.ts';
import { lookupAll } from '../core.ts';
import type { AdmissionPlugin, Attributes } from './plugin.ts';

type Amounts = Readonly<Record<string, string>>;

interface LimitItem {
  readonly type: string;
  readonly min?: Amounts;
  readonly max?: Amounts;
  readonly default?: Amounts;
  readonly defaultRequest?: Amounts;
  readonly maxLimitRequestRatio?: Amounts;
}

interface Requirements {
  requests?: Record<string, string>;
  limits?: Record<string, string>;
}

interface Container {
  readonly name: string;
  resources?: Requirements;
}

function itemsOf(attributes: Attributes): readonly LimitItem[] {
  return lookupAll(attributes.core, 'limitranges', '', attributes.namespace).flatMap(
    (range) => range.spec?.limits ?? [],
  );
}

function containersOf(attributes: Attributes): Container[] {
  const spec = attributes.object!.spec ?? {};
  return [...(spec.initContainers ?? []), ...(spec.containers ?? [])];
}

/** Fills what the container leaves out: limits from `default`, requests from `defaultRequest`. */
function applyDefaults(container: Container, item: LimitItem): void {
  for (const [kind, defaults] of [
    ['limits', item.default],
    ['requests', item.defaultRequest],
  ] as const) {
    if (defaults === undefined) continue;
    container.resources = {
      ...container.resources,
      [kind]: { ...defaults, ...container.resources?.[kind] },
    };
  }
}

function checkBounds(amounts: Requirements | undefined, item: LimitItem, problems: string[]): void {
  const shown = (text: string): string => canonicalQuantity(text);
  for (const [name, min] of Object.entries(item.min ?? {})) {
    const request = amounts?.requests?.[name];
    const limit = amounts?.limits?.[name];
    if (request === undefined)
      problems.push(`minimum ${name} usage per ${item.type} is ${shown(min)}.  No request is specified`);
    else if (compareQuantity(request, min) < 0) {
      problems.push(`minimum ${name} usage per ${item.type} is ${shown(min)}, but request is ${shown(request)}`);
    } else if (limit !== undefined && compareQuantity(limit, min) < 0) {
      problems.push(`minimum ${name} usage per ${item.type} is ${shown(min)}, but limit is ${shown(limit)}`);
    }
  }
  for (const [name, max] of Object.entries(item.max ?? {})) {
    const request = amounts?.requests?.[name];
    const limit = amounts?.limits?.[name];
    if (limit === undefined)
      problems.push(`maximum ${name} usage per ${item.type} is ${shown(max)}.  No limit is specified`);
    else if (compareQuantity(limit, max) > 0) {
      problems.push(`maximum ${name} usage per ${item.type} is ${shown(max)}, but limit is ${shown(limit)}`);
    } else if (request !== undefined && compareQuantity(request, max) > 0) {
      problems.push(`maximum ${name} usage per ${item.type} is ${shown(max)}, but request is ${shown(request)}`);
    }
  }
}

function sumOf(containers: readonly Container[]): Requirements {
  const total: { requests: Record<string, string>; limits: Record<string, string> } = { requests: {}, limits: {} };
  for (const kind of ['requests', 'limits'] as const) {
    for (const container of containers) {
      for (const [name, amount] of Object.entries(container.resources?.[kind] ?? {})) {
        const before = total[kind][name];
        total[kind][name] =
          before === undefined ? amount : formatQuantity(addQuantity(parseQuantity(before), parseQuantity(amount)));
      }
    }
  }
  return total;
}

function checkPod(attributes: Attributes): void {
  const problems: string[] = [];
  for (const item of itemsOf(attributes)) {
    if (item.type === 'Container') {
      for (const container of containersOf(attributes)) checkBounds(container.resources, item, problems);
    } else if (item.type === 'Pod') checkBounds(sumOf(attributes.object!.spec?.containers ?? []), item, problems);
  }
  refuse(attributes, problems);
}

function checkClaim(attributes: Attributes): void {
  const storage: string | undefined = attributes.object!.spec?.resources?.requests?.storage;
  const problems: string[] = [];
  for (const item of itemsOf(attributes)) {
    if (item.type !== 'PersistentVolumeClaim' || storage === undefined) continue;
    for (const [bound, sign] of [
      ['min', -1],
      ['max', 1],
    ] as const) {
      const amount = item[bound]?.storage;
      if (amount === undefined || compareQuantity(storage, amount) !== sign) continue;
      problems.push(
        `${bound}imum storage usage per PersistentVolumeClaim is ${canonicalQuantity(amount)}, but request is ${canonicalQuantity(storage)}`,
      );
    }
  }
  refuse(attributes, problems);
}

function refuse(attributes: Attributes, problems: readonly string[]): void {
  if (problems.length === 0) return;
  const text = problems.length === 1 ? problems[0]! : `[${problems.join(', ')}]`;
  throw forbidden(attributes.kind.subject, attributes.name, text);
}

/** Defaults and bounds of the namespace's LimitRanges. */
export const limitRanger: AdmissionPlugin = {
  name: 'LimitRanger',
  resources: ['pods', 'persistentvolumeclaims'],
  operations: ['CREATE'],
  admit(attributes) {
    if (attributes.kind.definition.plural !== 'pods') return;
    for (const item of itemsOf(attributes)) {
      if (item.type !== 'Container') continue;
      for (const container of containersOf(attributes)) applyDefaults(container, item);
    }
  },
  validate(attributes) {
    if (attributes.kind.definition.plural === 'pods') checkPod(attributes);
    else checkClaim(attributes);
  },
};
