import type { UserInfo } from '../../schema/kind.ts';
import { isStatus } from '../../schema/status.ts';
import type { Call } from '../call.ts';
import type { Core } from '../core.ts';
import { objectKey, type ServedKind } from '../registry.ts';
import { create } from '../resources/create.ts';
import type { BootstrapObject } from './objects.ts';

const SELF: UserInfo = { name: 'system:apiserver', groups: ['system:masters', 'system:authenticated'] };

function callFor(kind: ServedKind, namespace: string): Call {
  return {
    kind,
    namespace,
    name: '',
    subresource: '',
    user: SELF,
    manager: 'kube-apiserver',
    dryRun: false,
    fieldValidation: 'Ignore',
    warn: () => {},
  };
}

/** Makes what a cluster cannot be without, where it is absent; all in one commit. */
export async function bootstrap(core: Core, objects: readonly BootstrapObject[]): Promise<void> {
  const writes: Promise<unknown>[] = [];
  for (const { group, version, resource, namespace = '', object } of objects) {
    const kind = core.kinds.find(group, version, resource);
    if (kind === null || core.store.getPending(objectKey(kind, namespace, object.metadata.name)) !== null) continue;
    writes.push(create(core, callFor(kind, namespace), { json: object, strictErrors: [] }).catch(ignoreExisting));
  }
  await Promise.all(writes);
}

function ignoreExisting(error: unknown): void {
  if (!isStatus(error, 'AlreadyExists')) throw error;
}
