import { parseTime } from '../../base/time.ts';
import type { KubeObject } from '../../schema/object.ts';
import { lookupAll } from '../core.ts';
import type { AdmissionPlugin } from './plugin.ts';

const DEFAULT = 'ingressclass.kubernetes.io/is-default-class';
const LEGACY_CLASS = 'kubernetes.io/ingress.class';

function before(a: KubeObject, b: KubeObject): number {
  const age = parseTime(b.metadata.creationTimestamp) - parseTime(a.metadata.creationTimestamp);
  return age !== 0 ? age : (a.metadata.name ?? '') < (b.metadata.name ?? '') ? -1 : 1;
}

/** An Ingress that names no class gets the default one. */
export const defaultIngressClass: AdmissionPlugin = {
  name: 'DefaultIngressClass',
  resources: ['ingresses'],
  operations: ['CREATE'],
  admit({ core, object }) {
    if (object!.spec?.ingressClassName !== undefined) return;
    if (object!.metadata.annotations?.[LEGACY_CLASS] !== undefined) return;
    const [found] = lookupAll(core, 'ingressclasses', 'networking.k8s.io', '')
      .filter((c) => c.metadata.annotations?.[DEFAULT] === 'true')
      .sort(before);
    if (found === undefined) return;
    object!.spec = { ...object!.spec, ingressClassName: found.metadata.name };
  },
};
