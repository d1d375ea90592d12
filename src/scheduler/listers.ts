import type { InformerFactory } from '../client/informer-factory.ts';
import {
  NAMESPACES,
  PERSISTENT_VOLUME_CLAIMS,
  PERSISTENT_VOLUMES,
  POD_DISRUPTION_BUDGETS,
  STORAGE_CLASSES,
} from '../client/resources.ts';
import type { Listers } from './types.ts';

/** Volumes by the claim they name; volumes that name none, by class. */
const CANDIDATES = 'scheduler-candidates';
const named = (namespace: string | undefined, name: string | undefined): string => `claim ${namespace}/${name}`;
const free = (className: string | undefined): string => `class ${className ?? ''}`;

/** Listers over shared informers; asking for them is what makes the informers exist. */
export function informerListers(informers: InformerFactory): Listers {
  const claims = informers.informer(PERSISTENT_VOLUME_CLAIMS);
  const volumes = informers.informer(PERSISTENT_VOLUMES);
  const classes = informers.informer(STORAGE_CLASSES);
  const namespaces = informers.informer(NAMESPACES);
  const budgets = informers.informer(POD_DISRUPTION_BUDGETS);
  volumes.addIndex(CANDIDATES, ({ spec }) => [
    spec.claimRef ? named(spec.claimRef.namespace, spec.claimRef.name) : free(spec.storageClassName),
  ]);
  return {
    claim: (namespace, name) => claims.get(namespace, name),
    volume: (name) => volumes.get(undefined, name),
    volumesFor: ({ metadata, spec }) => [
      ...volumes.byIndex(CANDIDATES, named(metadata.namespace, metadata.name)),
      ...volumes.byIndex(CANDIDATES, free(spec.storageClassName)),
    ],
    storageClass: (name) => classes.get(undefined, name),
    namespace: (name) => namespaces.get(undefined, name),
    disruptionBudgets: (namespace) => budgets.list(namespace),
  };
}
