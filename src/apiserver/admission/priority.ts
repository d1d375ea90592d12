import type { KubeObject } from '../../schema/object.ts';
import { forbidden } from '../../schema/status.ts';
import { lookup, lookupAll } from '../core.ts';
import type { AdmissionPlugin, Attributes } from './plugin.ts';

const GROUP = 'scheduling.k8s.io';
const DEFAULT_POLICY = 'PreemptLowerPriority';

/** The class of pods that name none: the global default with the lowest value. */
function globalDefault({ core }: Attributes): KubeObject | null {
  const classes = lookupAll(core, 'priorityclasses', GROUP, '').filter((c) => c.globalDefault === true);
  return classes.sort((a, b) => a.value - b.value)[0] ?? null;
}

function resolve(attributes: Attributes): void {
  const spec = attributes.object!.spec ?? {};
  let found: KubeObject | null;
  if ((spec.priorityClassName ?? '') === '') {
    found = globalDefault(attributes);
    if (found !== null) spec.priorityClassName = found.metadata.name;
  } else {
    found = lookup(attributes.core, 'priorityclasses', GROUP, '', spec.priorityClassName);
    if (found === null) {
      throw forbidden(
        attributes.kind.subject,
        attributes.name,
        `no PriorityClass with name ${spec.priorityClassName} was found`,
      );
    }
  }
  const value: number = found?.value ?? 0;
  const refuse = (why: string): Error => forbidden(attributes.kind.subject, attributes.name, why);
  if (spec.priority !== undefined && spec.priority !== value) {
    throw refuse(
      `the integer value of priority (${spec.priority}) must not be provided in pod spec; priority admission controller computed ${value} from the given PriorityClass name`,
    );
  }
  spec.priority = value;
  const policy = found?.preemptionPolicy ?? DEFAULT_POLICY;
  if (spec.preemptionPolicy !== undefined && spec.preemptionPolicy !== policy) {
    throw refuse(
      `the string value of PreemptionPolicy (${spec.preemptionPolicy}) must not be provided in pod spec; priority admission controller computed ${policy} from the given PriorityClass name`,
    );
  }
  spec.preemptionPolicy = policy;
}

/** Resolves `priorityClassName` to a number, once, at creation. */
export const priority: AdmissionPlugin = {
  name: 'Priority',
  resources: ['pods'],
  operations: ['CREATE', 'UPDATE'],
  admit(attributes) {
    const { object, old } = attributes;
    if (attributes.operation === 'CREATE') {
      resolve(attributes);
      return;
    }
    // Of an update the resolved values stay, when the client leaves them out.
    if (old?.spec?.priority !== undefined) object!.spec.priority ??= old.spec.priority;
    if (old?.spec?.preemptionPolicy !== undefined) object!.spec.preemptionPolicy ??= old.spec.preemptionPolicy;
  },
};
