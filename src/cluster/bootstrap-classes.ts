import type { Client } from '../client/client.ts';
import { STORAGE_CLASSES } from '../client/resources.ts';
import { isStatus } from '../schema/status.ts';

const DEFAULT_CLASS = { 'storageclass.kubernetes.io/is-default-class': 'true' };

const storageClass = (
  name: string,
  reclaimPolicy: string,
  annotations: Readonly<Record<string, string>> = {},
): object => ({
  apiVersion: 'storage.k8s.io/v1',
  kind: 'StorageClass',
  metadata: { name, annotations },
  provisioner: 'perdure.dev/local',
  reclaimPolicy,
  allowVolumeExpansion: true,
  volumeBindingMode: 'WaitForFirstConsumer',
});

/** The classes a fresh cluster has. A class the user changed or deleted stays as it is. */
export async function ensureStorageClasses(client: Client): Promise<void> {
  const wanted = [storageClass('standard', 'Delete', DEFAULT_CLASS), storageClass('standard-retain', 'Retain')];
  await Promise.all(
    wanted.map((object) =>
      client.create(STORAGE_CLASSES, object).catch((error: unknown) => {
        if (!isStatus(error, 'AlreadyExists')) throw error;
      }),
    ),
  );
}
