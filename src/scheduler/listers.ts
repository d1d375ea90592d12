import type { InformerFactory } from '../client/informer-factory.ts';
import {
  NAMESPACES,
  PERSISTENT_VOLUME_CLAIMS,
  PERSISTENT_VOLUMES,
  POD_DISRUPTION_BUDGETS,
  STORAGE_CLASSES,
} from '../client/resources.ts';
import type { Listers } from './types.ts';

/** Listers over shared informers; asking for them is what makes the informers exist. */
export function informerListers(informers: InformerFactory): Listers {
  const claims = informers.informer(PERSISTENT_VOLUME_CLAIMS);
  const volumes = informers.informer(PERSISTENT_VOLUMES);
  const classes = informers.informer(STORAGE_CLASSES);
  const namespaces = informers.informer(NAMESPACES);
  const budgets = informers.informer(POD_DISRUPTION_BUDGETS);
  return {
    claim: (namespace, name) => claims.get(namespace, name),
    volume: (name) => volumes.get(undefined, name),
    volumes: () => volumes.list(),
    storageClass: (name) => classes.get(undefined, name),
    namespace: (name) => namespaces.get(undefined, name),
    disruptionBudgets: (namespace) => budgets.list(namespace),
  };
}
