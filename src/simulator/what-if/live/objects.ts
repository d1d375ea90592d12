import { DRIVER } from '../../../api/shared/attachment.ts';
import { quantityMilli, quantityValue } from '../../../base/quantity.ts';
import type { KubeObject } from '../../../schema/object.ts';
import type { WorldNode } from '../../world/world.ts';
import { worldNode } from '../manifests.ts';
import type { Taken } from './snapshot.ts';

const OURS = 'perdure.dev/local';
const PROVISIONED_BY = 'pv.kubernetes.io/provisioned-by';
const APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';

/** New uids by the old ones. */
export type Uids = Map<string, string>;

/** What a client may say when it creates the object: owners by their new uids, those that are not played left out. */
export function fresh(object: KubeObject, uids: Uids = new Map()): KubeObject {
  const {
    name,
    namespace,
    labels,
    annotations: { [APPLIED]: _, ...annotations } = {},
    ownerReferences = [],
  } = object.metadata;
  const owners = ownerReferences.flatMap((owner) => {
    const uid = uids.get(owner.uid);
    return uid === undefined ? [] : [{ ...owner, uid }];
  });
  const { status: _status, metadata: _metadata, ...rest } = object;
  return {
    ...rest,
    metadata: {
      ...(name === undefined ? {} : { name }),
      ...(namespace === undefined ? {} : { namespace }),
      ...(labels === undefined ? {} : { labels }),
      annotations,
      ...(owners.length === 0 ? {} : { ownerReferences: owners }),
    },
  } as KubeObject;
}

/** A machine with the room that pods of others leave. */
export function machineOf(node: KubeObject, taken: Taken | undefined): WorldNode {
  const machine = worldNode(node);
  const { capacity } = machine;
  if (capacity === undefined || taken === undefined) return machine;
  const left = (has: number, used: number): number => Math.max(0, has - used);
  return {
    ...machine,
    capacity: {
      ...capacity,
      ...(capacity.cpu === undefined ? {} : { cpu: `${left(quantityMilli(capacity.cpu), taken.milliCpu)}m` }),
      ...(capacity.memory === undefined ? {} : { memory: String(left(quantityValue(capacity.memory), taken.memory)) }),
      ...(capacity.pods === undefined ? {} : { pods: String(left(quantityValue(capacity.pods), taken.pods)) }),
    },
  };
}

/** The volume, of a driver that works here; it is attached, detached and deleted as its own would be. */
export function volumeOf(volume: KubeObject, uids: Uids): KubeObject {
  const { spec, ...rest } = fresh(volume);
  const { annotations = {} } = rest.metadata;
  const claim: { uid?: string; resourceVersion?: string } | undefined = spec?.claimRef;
  const { resourceVersion: _, ...reference } = claim ?? {};
  const uid = uids.get(claim?.uid ?? '');
  return {
    ...rest,
    metadata: {
      ...rest.metadata,
      annotations: annotations[PROVISIONED_BY] === undefined ? annotations : { ...annotations, [PROVISIONED_BY]: OURS },
    },
    spec: {
      ...spec,
      ...(spec?.csi === undefined
        ? {}
        : {
            csi: {
              driver: DRIVER,
              volumeHandle: spec.csi.volumeHandle,
              volumeAttributes: { path: `/${volume.metadata.name}` },
            },
          }),
      ...(claim === undefined ? {} : { claimRef: { ...reference, ...(uid === undefined ? {} : { uid }) } }),
    },
  } as KubeObject;
}

/** Addresses and ports of another cluster mean nothing here. */
export function serviceOf(service: KubeObject): KubeObject {
  const { spec, ...rest } = fresh(service);
  const headless = spec?.clusterIP === 'None';
  const ports = (spec?.ports ?? []).map(({ nodePort: _, ...port }: { nodePort?: number }) => port);
  const { selector, publishNotReadyAddresses, sessionAffinity } = spec ?? {};
  return {
    ...rest,
    spec: { selector, publishNotReadyAddresses, sessionAffinity, ports, ...(headless ? { clusterIP: 'None' } : {}) },
  } as KubeObject;
}

/** A pod where it was; what the server works out by itself from its class is left to it. */
export function podOf(pod: KubeObject, uids: Uids): KubeObject {
  const { spec, ...rest } = fresh(pod, uids);
  const { priority: _p, preemptionPolicy: _q, ephemeralContainers: _e, ...kept } = spec;
  return { ...rest, spec: kept } as KubeObject;
}
