import type { InformerFactory } from '../client/informer-factory.ts';
import {
  CONFIG_MAPS,
  PERSISTENT_VOLUME_CLAIMS,
  PERSISTENT_VOLUMES,
  SERVICES,
  STORAGE_CLASSES,
} from '../client/resources.ts';
import type { KubeObject, ResourceId } from '../schema/object.ts';

export const SECRETS: ResourceId = { group: '', version: 'v1', resource: 'secrets' };

/** Objects that pods refer to, read from informers. */
export interface Lookup {
  configMap(namespace: string, name: string): KubeObject | undefined;
  secret(namespace: string, name: string): KubeObject | undefined;
  claim(namespace: string, name: string): KubeObject | undefined;
  /** Everything that happened to claims up to this revision is known. */
  claimsRevision(): number;
  volume(name: string): KubeObject | undefined;
  storageClass(name: string): KubeObject | undefined;
  services(namespace: string): readonly KubeObject[];
}

/** A reference that cannot be followed (yet): becomes CreateContainerConfigError. */
export class ConfigError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'ConfigError';
  }
}

export function informerLookup(informers: InformerFactory): Lookup {
  const configMaps = informers.informer(CONFIG_MAPS);
  const secrets = informers.informer(SECRETS);
  const claims = informers.informer(PERSISTENT_VOLUME_CLAIMS);
  const volumes = informers.informer(PERSISTENT_VOLUMES);
  const classes = informers.informer(STORAGE_CLASSES);
  const services = informers.informer(SERVICES);
  return {
    configMap: (namespace, name) => configMaps.get(namespace, name),
    secret: (namespace, name) => secrets.get(namespace, name),
    claim: (namespace, name) => claims.get(namespace, name),
    claimsRevision: () => claims.revision,
    volume: (name) => volumes.get(undefined, name),
    storageClass: (name) => classes.get(undefined, name),
    services: (namespace) => services.list(namespace),
  };
}
