import { forbidden } from '../../../schema/status.ts';
import { lookupAll } from '../../core.ts';
import type { AdmissionPlugin } from '../plugin.ts';

const DEFAULT = 'ingressclass.kubernetes.io/is-default-class';

/** DefaultIngressClass: an Ingress that names no class gets the default one. */
export const defaultIngressClass: AdmissionPlugin = {
  name: 'DefaultIngressClass',
  resources: ['ingresses'],
  operations: ['CREATE'],
  admit({ core, kind, name, object }) {
    if (
      object!.spec?.ingressClassName !== undefined ||
      object!.metadata.annotations?.['kubernetes.io/ingress.class'] !== undefined
    )
      return;
    const defaults = lookupAll(core, 'ingressclasses', 'networking.k8s.io', '').filter(
      ({ metadata }) => metadata.annotations?.[DEFAULT] === 'true',
    );
    if (defaults.length > 1)
      throw forbidden(kind.subject, name, `${defaults.length} default IngressClasses were found, only 1 allowed`);
    if (defaults[0] !== undefined && object!.spec !== undefined)
      object!.spec.ingressClassName = defaults[0].metadata.name;
  },
};
