import { deviceNameOf, isShareable, MANAGED_ATTACH } from '../../api/shared/attachment.ts';
import { SELF_FENCED } from '../../api/shared/self-fencing.ts';
import type { Node, Pod } from '../framework/objects.ts';
import type { PersistentVolume, VolumeAttachment } from '../framework/volumes.ts';

/** How long a node that is not Ready is waited for before its volumes are taken from it. */
export const FORCE_DETACH_MS = 6 * 60_000;
const OUT_OF_SERVICE = 'node.kubernetes.io/out-of-service';

export interface VolumeView {
  readonly volume: PersistentVolume;
  /** Pods that want the volume, by the node they are on. */
  readonly wanted: ReadonlyMap<string, readonly Pod[]>;
  readonly attachments: readonly VolumeAttachment[];
  readonly node: (name: string) => Node | undefined;
  /** Since when nobody on the node has wanted the volume any more; undefined: from now on. */
  readonly unwantedSince: (node: string) => number | undefined;
}

export type AttachAction =
  | { readonly kind: 'attach'; readonly node: string }
  /** It is attached elsewhere and can be attached only once. */
  | { readonly kind: 'blocked'; readonly node: string; readonly elsewhere: readonly string[] }
  | { readonly kind: 'detach'; readonly attachment: VolumeAttachment; readonly forced: boolean }
  /** Detaching waits for the node, at the longest until then. */
  | { readonly kind: 'wait'; readonly attachment: VolumeAttachment; readonly until: number | null };

export const isManaged = (node: Node | undefined): boolean =>
  node?.metadata.annotations?.[MANAGED_ATTACH] !== undefined;

const isReady = (node: Node): boolean =>
  node.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') === true;

/** Nothing writes there any more: somebody says so, or the node has seen to it. */
const isOutOfService = (node: Node): boolean =>
  node.spec.taints?.some(({ key }) => key === OUT_OF_SERVICE || key === SELF_FENCED) === true;

/** Whether the node says that it has the volume mounted, or is about to mount it. */
export function isInUse(node: Node, device: string): boolean {
  return ((node.status?.volumesInUse ?? []) as readonly string[]).includes(device);
}

/** A pod holds on to its volumes until it is over: finished, or on its way out with no container left. */
export function holdsVolumes({ metadata, spec, status }: Pod): boolean {
  if ((spec.nodeName ?? '') === '' || status?.phase === 'Succeeded' || status?.phase === 'Failed') return false;
  if (metadata.deletionTimestamp === undefined) return true;
  const containers = (status?.containerStatuses ?? []) as readonly { readonly state?: { readonly running?: object } }[];
  return containers.some(({ state }) => state?.running !== undefined);
}

/** What to do about one attachable volume, detaching before attaching (node.md 8.5). Pure. */
export function decideAttachments(view: VolumeView, now: number): readonly AttachAction[] {
  const actions: AttachAction[] = [];
  const taken = new Set<string>();
  for (const attachment of view.attachments) {
    const { nodeName } = attachment.spec;
    // Until it is gone for good the node may still write.
    taken.add(nodeName);
    if (attachment.metadata.deletionTimestamp !== undefined || view.wanted.has(nodeName)) continue;
    actions.push(release(view, attachment, now));
  }
  for (const node of [...view.wanted.keys()].sort()) {
    if (taken.has(node) || !isManaged(view.node(node))) continue;
    const elsewhere = [...taken].filter((other) => other !== node);
    if (elsewhere.length > 0 && !isShareable(view.volume)) {
      actions.push({ kind: 'blocked', node, elsewhere });
      continue;
    }
    taken.add(node);
    actions.push({ kind: 'attach', node });
  }
  return actions;
}

/** A volume is taken from a node that has let go of it, or that is out of service, or out of touch for too long. */
function release(view: VolumeView, attachment: VolumeAttachment, now: number): AttachAction {
  const { nodeName } = attachment.spec;
  const node = view.node(nodeName);
  const device = deviceNameOf(view.volume) ?? '';
  if (node !== undefined && !isInUse(node, device)) return { kind: 'detach', attachment, forced: false };
  if (node !== undefined && isOutOfService(node)) return { kind: 'detach', attachment, forced: true };
  // Of a node without an object nobody knows what it does.
  if (node !== undefined && isReady(node)) return { kind: 'wait', attachment, until: null };
  const until = (view.unwantedSince(nodeName) ?? now) + FORCE_DETACH_MS;
  return now >= until ? { kind: 'detach', attachment, forced: true } : { kind: 'wait', attachment, until };
}

/** Upstream's words for a pod that cannot have its volume, given the pods that have it elsewhere. */
export function multiAttachMessage(volume: string, pod: Pod, holders: readonly Pod[]): string {
  const start = `Multi-Attach error for volume "${volume}" `;
  if (holders.length === 0) {
    return `${start}Volume is already exclusively attached to one node and can't be attached to another`;
  }
  const { namespace } = pod.metadata;
  const local = holders.filter(({ metadata }) => metadata.namespace === namespace);
  const others = holders.length - local.length;
  if (local.length === 0) return `${start}Volume is already used by ${others} pod(s) in different namespaces`;
  const names = local.map(({ metadata }) => metadata.name).join(', ');
  const more = others === 0 ? '' : ` and ${others} pod(s) in different namespaces`;
  return `${start}Volume is already used by pod(s) ${names}${more}`;
}
