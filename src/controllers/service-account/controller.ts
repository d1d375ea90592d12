import { CONFIG_MAPS, NAMESPACES, SERVICE_ACCOUNTS } from '../../client/resources.ts';
import type { ResourceId } from '../../schema/object.ts';
import { isStatus } from '../../schema/status.ts';
import { type Controller, Reconciler } from '../framework/controller.ts';
import type { ControllerOptions } from '../framework/options.ts';

const WORKERS = 5;
const ROOT_CA = 'kube-root-ca.crt';
const ROOT_CA_NOTE = 'kubernetes.io/description';

export interface ServiceAccountControllerOptions extends ControllerOptions {
  /** PEM of the authority that signed the server's certificate. */
  readonly rootCa: string;
}

/** Every active namespace has a ServiceAccount `default` and the ConfigMap `kube-root-ca.crt`. */
export function createServiceAccountController(options: ServiceAccountControllerOptions): Controller {
  const { client, informers, clock, rootCa, hooks } = options;
  const namespaces = informers.informer(NAMESPACES);
  const accounts = informers.informer(SERVICE_ACCOUNTS);
  const configMaps = informers.informer(CONFIG_MAPS);

  const ensure = async (resource: ResourceId, namespace: string, object: object): Promise<void> => {
    try {
      await client.create({ ...resource, namespace }, object);
    } catch (error) {
      // Somebody was quicker, or the namespace is going: both are fine.
      if (isStatus(error, 'AlreadyExists') || isStatus(error, 'NotFound') || isStatus(error, 'Forbidden')) return;
      throw error;
    }
  };

  async function reconcile(namespace: string): Promise<undefined> {
    const object = namespaces.byKey(namespace);
    if (object === undefined || object.metadata.deletionTimestamp !== undefined) return undefined;
    const writes: Promise<unknown>[] = [];
    if (accounts.get(namespace, 'default') === undefined) {
      writes.push(
        ensure(SERVICE_ACCOUNTS, namespace, {
          apiVersion: 'v1',
          kind: 'ServiceAccount',
          metadata: { name: 'default', namespace },
        }),
      );
    }
    const current = configMaps.get(namespace, ROOT_CA);
    const data = { 'ca.crt': rootCa };
    if (current === undefined) {
      const annotations = {
        [ROOT_CA_NOTE]:
          'Contains a CA bundle that can be used to verify the kube-apiserver when using internal endpoints such as the internal service IP or kubernetes.default.svc. No other usage is guaranteed across distributions of Kubernetes clusters.',
      };
      writes.push(
        ensure(CONFIG_MAPS, namespace, {
          apiVersion: 'v1',
          kind: 'ConfigMap',
          metadata: { name: ROOT_CA, namespace, annotations },
          data,
        }),
      );
    } else if ((current.data as Record<string, string> | undefined)?.['ca.crt'] !== rootCa) {
      writes.push(client.update({ ...CONFIG_MAPS, namespace }, { ...current, data }));
    }
    await Promise.all(writes);
    return undefined;
  }

  const reconciler = new Reconciler({
    name: 'service-account',
    clock,
    workers: WORKERS,
    informers: [namespaces, accounts, configMaps],
    reconcile,
    hooks,
  });
  const { queue } = reconciler;
  namespaces.on({
    add: (namespace) => queue.add(namespace.metadata.name ?? ''),
    update: (namespace) => queue.add(namespace.metadata.name ?? ''),
  });
  accounts.on({
    delete: (account) => account.metadata.name === 'default' && queue.add(account.metadata.namespace ?? ''),
  });
  const rootCaChanged = (map: { metadata: { name?: string; namespace?: string } }) => {
    if (map.metadata.name === ROOT_CA) queue.add(map.metadata.namespace ?? '');
  };
  configMaps.on({ update: rootCaChanged, delete: rootCaChanged });
  return reconciler;
}
