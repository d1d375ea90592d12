import { forbidden } from '../../../schema/status.ts';
import { lookup } from '../../core.ts';
import type { AdmissionPlugin } from '../plugin.ts';

/** RuntimeClass: the class must exist; its overhead and scheduling go into the pod. */
export const runtimeClass: AdmissionPlugin = {
  name: 'RuntimeClass',
  resources: ['pods'],
  operations: ['CREATE'],
  admit({ core, kind, name, object }) {
    const spec = object!.spec;
    if (spec.runtimeClassName === undefined) return;
    const found = lookup(core, 'runtimeclasses', 'node.k8s.io', '', spec.runtimeClassName);
    if (found === null)
      throw forbidden(kind.subject, name, `pod rejected: RuntimeClass "${spec.runtimeClassName}" not found`);
    if (found.overhead?.podFixed !== undefined) spec.overhead ??= found.overhead.podFixed;
    if (found.scheduling === undefined) return;
    spec.nodeSelector = { ...found.scheduling.nodeSelector, ...spec.nodeSelector };
    spec.tolerations = [...(spec.tolerations ?? []), ...(found.scheduling.tolerations ?? [])];
  },
};
