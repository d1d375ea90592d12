import type { KubeObject } from '../../../schema/object.ts';
import { forbidden } from '../../../schema/status.ts';
import { lookup, lookupAll } from '../../core.ts';
import type { AdmissionPlugin, Attributes } from '../plugin.ts';

const GROUP = 'scheduling.k8s.io';

function defaultClass(classes: readonly KubeObject[]): KubeObject | null {
  const defaults = classes.filter(({ globalDefault }) => globalDefault === true);
  return defaults.reduce<KubeObject | null>(
    (best, each) => (best === null || each.value < best.value ? each : best),
    null,
  );
}

function classOf({ core, kind, name, object }: Attributes): KubeObject | null {
  const wanted: string = object!.spec.priorityClassName ?? '';
  if (wanted === '') return defaultClass(lookupAll(core, 'priorityclasses', GROUP, ''));
  const found = lookup(core, 'priorityclasses', GROUP, '', wanted);
  if (found === null) throw forbidden(kind.subject, name, `no PriorityClass with name ${wanted} was found`);
  return found;
}

/** Resolves priorityClassName into priority and preemptionPolicy. */
export const priority: AdmissionPlugin = {
  name: 'Priority',
  resources: ['pods'],
  operations: ['CREATE'],
  admit(attributes) {
    const { kind, name, object } = attributes;
    const spec = object!.spec;
    const found = classOf(attributes);
    if (found !== null && (spec.priorityClassName ?? '') === '') spec.priorityClassName = found.metadata.name;
    const value: number = found?.value ?? 0;
    const policy: string = found?.preemptionPolicy ?? 'PreemptLowerPriority';
    if (spec.priority !== undefined && spec.priority !== value) {
      throw forbidden(
        kind.subject,
        name,
        `the integer value of priority (${spec.priority}) must not be provided in pod spec; priority admission controller computed ${value} from the given PriorityClass name`,
      );
    }
    if (spec.preemptionPolicy !== undefined && spec.preemptionPolicy !== policy) {
      throw forbidden(
        kind.subject,
        name,
        `the string value of PreemptionPolicy (${spec.preemptionPolicy}) must not be provided in pod spec; priority admission controller computed ${policy} from the given PriorityClass name`,
      );
    }
    spec.priority = value;
    spec.preemptionPolicy = policy;
  },
};

/** At most one PriorityClass is the global default. */
export const singleDefaultPriority: AdmissionPlugin = {
  name: 'PriorityClass',
  resources: ['priorityclasses'],
  operations: ['CREATE', 'UPDATE'],
  validate({ core, kind, name, object }) {
    if (object!.globalDefault !== true) return;
    const other = defaultClass(
      lookupAll(core, 'priorityclasses', GROUP, '').filter(({ metadata }) => metadata.name !== name),
    );
    if (other !== null)
      throw forbidden(
        kind.subject,
        name,
        `PriorityClass ${other.metadata.name} is already marked as default. Only one default can exist`,
      );
  },
};
