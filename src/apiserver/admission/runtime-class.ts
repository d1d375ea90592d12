import { forbidden } from '../../schema/status.ts';
import { lookup } from '../core.ts';
import type { AdmissionPlugin } from './plugin.ts';

/** A pod takes over overhead and scheduling of the RuntimeClass it names, which must exist. */
export const runtimeClass: AdmissionPlugin = {
  name: 'RuntimeClass',
  resources: ['pods'],
  operations: ['CREATE'],
  admit({ core, kind, name, object }) {
    const className: string = object!.spec?.runtimeClassName ?? '';
    if (className === '') return;
    const found = lookup(core, 'runtimeclasses', 'node.k8s.io', '', className);
    if (found === null) {
      throw forbidden(kind.subject, name, `pod rejected: RuntimeClass "${className}" not found`);
    }
    const { spec } = object!;
    if (found.overhead?.podFixed !== undefined) spec.overhead = found.overhead.podFixed;
    if (found.scheduling?.nodeSelector !== undefined) {
      spec.nodeSelector = { ...found.scheduling.nodeSelector, ...spec.nodeSelector };
    }
    if (found.scheduling?.tolerations !== undefined) {
      spec.tolerations = [...(spec.tolerations ?? []), ...found.scheduling.tolerations];
    }
  },
};
