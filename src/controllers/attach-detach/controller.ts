import { DRIVER, deviceNameOf } from '../../api/shared/attachment.ts';
import { deepEqual } from '../../base/json.ts';
import { rfc3339 } from '../../base/time.ts';
import { keyOf } from '../../client/meta.ts';
import {
  NODES,
  PERSISTENT_VOLUME_CLAIMS,
  PERSISTENT_VOLUMES,
  PODS,
  VOLUME_ATTACHMENTS,
} from '../../client/resources.ts';
import { addClaimIndex, BY_CLAIM, claimKeysOf } from '../framework/claims.ts';
import { type Controller, type ReconcileResult, Reconciler } from '../framework/controller.ts';
import type { Node, PersistentVolumeClaim, Pod } from '../framework/objects.ts';
import type { ControllerOptions } from '../framework/options.ts';
import type { PersistentVolume, VolumeAttachment } from '../framework/volumes.ts';
import { type AttachAction, decideAttachments, holdsVolumes, isManaged, multiAttachMessage } from './decide.ts';
import { SentAttachments } from './sent-attachments.ts';
import { AttachmentWriter, newAttachment } from './writes.ts';

const WORKERS = 16;
const VOLUME = 'volume ';
const NODE = 'node ';
/** Attachments of our driver by volume and by node. */
const BY_VOLUME = 'our-volume';
const BY_NODE = 'our-node';
const PODS_BY_NODE = 'spec.nodeName';

/** One life of an attachment: the name alone comes again with every attachment to the same node. */
const lifeOf = ({ metadata }: VolumeAttachment): string => metadata.uid ?? '';

/** Decides which volume is attached to which node (node.md 8.5). The attaching itself is the attacher's. */
export function createAttachDetachController(options: ControllerOptions): Controller {
  return new AttachDetach(options).reconciler;
}

class AttachDetach {
  readonly reconciler: Reconciler;
  readonly #clock;
  readonly #pods;
  readonly #claims;
  readonly #volumes;
  readonly #nodes;
  readonly #attachments;
  readonly #recorder;
  readonly #writer: AttachmentWriter;
  readonly #sent: SentAttachments;
  /**
   * Attachments on their way out: the node is not to be told of them any more. Once a delete was sent there is no way
   * back, whatever became of the answer; `deleting` has still to be sent again, `deleted` has not.
   */
  readonly #leaving = new Map<string, 'withdrawing' | 'deleting' | 'deleted'>();
  /** When each attachment was first found unwanted, by the clock that does not jump: a node is given its six minutes. */
  readonly #unwantedSince = new Map<string, number>();
  /** Volume and node of which the pods have been told that they have to wait. */
  readonly #told = new Set<string>();

  constructor({ client, informers, clock, events, hooks }: ControllerOptions) {
    this.#clock = clock;
    this.#pods = informers.informer<Pod>(PODS);
    this.#claims = informers.informer<PersistentVolumeClaim>(PERSISTENT_VOLUME_CLAIMS);
    this.#volumes = informers.informer<PersistentVolume>(PERSISTENT_VOLUMES);
    this.#nodes = informers.informer<Node>(NODES);
    this.#attachments = informers.informer<VolumeAttachment>(VOLUME_ATTACHMENTS);
    addClaimIndex(this.#pods);
    this.#pods.addIndex(PODS_BY_NODE, (pod) => (pod.spec.nodeName === undefined ? [] : [pod.spec.nodeName]));
    this.#attachments.addIndex(BY_VOLUME, ({ spec }) =>
      spec.attacher === DRIVER ? [spec.source.persistentVolumeName ?? ''] : [],
    );
    this.#attachments.addIndex(BY_NODE, ({ spec }) => (spec.attacher === DRIVER ? [spec.nodeName] : []));
    this.#recorder = events.recorder({ component: 'attachdetach-controller' });
    this.#writer = new AttachmentWriter(client);
    this.#sent = new SentAttachments(client, this.#attachments);
    this.reconciler = new Reconciler({
      name: 'attach-detach',
      clock,
      workers: WORKERS,
      informers: [this.#pods, this.#claims, this.#volumes, this.#nodes, this.#attachments],
      hooks,
      reconcile: (key) =>
        key.startsWith(VOLUME) ? this.#syncVolume(key.slice(VOLUME.length)) : this.#syncNode(key.slice(NODE.length)),
    });
    this.#listenToUsers();
    this.#listenToAttachments();
  }

  /** Most pods have no attachable volume: whether one is concerned is a few look-ups. */
  #listenToUsers(): void {
    const ofPod = (pod: Pod) => {
      for (const key of claimKeysOf(pod)) {
        const claim = this.#claims.byKey(key);
        if (claim !== undefined) ofClaim(claim);
      }
    };
    const ofClaim = (claim: PersistentVolumeClaim) => {
      const volume = this.#volumes.get(undefined, claim.spec.volumeName ?? '');
      if (volume !== undefined) ofVolume(volume);
    };
    const ofVolume = (volume: PersistentVolume) => {
      if (deviceNameOf(volume) !== null) this.reconciler.queue.add(VOLUME + keyOf(volume));
    };
    this.#pods.on({
      add: ofPod,
      update: (pod, previous) => {
        if (pod.spec.nodeName !== previous.spec.nodeName || holdsVolumes(pod) !== holdsVolumes(previous)) ofPod(pod);
      },
      delete: ofPod,
    });
    this.#claims.on({
      add: ofClaim,
      update: (claim, previous) => {
        if (claim.spec.volumeName !== previous.spec.volumeName) ofClaim(claim);
      },
    });
    this.#volumes.on({ add: ofVolume });
    this.#nodes.on({
      add: (node) => {
        for (const pod of this.#pods.byIndex(PODS_BY_NODE, node.metadata.name ?? '')) ofPod(pod);
        this.#nodeChanged(node);
      },
      update: (node, previous) => {
        const moved = (of: (node: Node) => unknown): boolean => !deepEqual(of(node), of(previous));
        if (
          moved(({ status }) => status?.volumesInUse) ||
          moved(({ spec }) => spec.taints) ||
          moved(({ status }) => status?.conditions?.map(({ type, status }) => `${type}=${status}`)) ||
          isManaged(node) !== isManaged(previous)
        )
          this.#nodeChanged(node);
      },
      delete: (node) => {
        this.#writer.forget(keyOf(node));
        this.#nodeChanged(node);
      },
    });
  }

  #listenToAttachments(): void {
    const changed = (attachment: VolumeAttachment) => {
      this.reconciler.queue.add(VOLUME + (attachment.spec.source.persistentVolumeName ?? ''));
      this.reconciler.queue.add(NODE + attachment.spec.nodeName);
    };
    this.#attachments.on({
      add: changed,
      update: (attachment, previous) => {
        this.#tellPods(attachment, previous);
        changed(attachment);
      },
      delete: (attachment) => {
        this.#leaving.delete(lifeOf(attachment));
        this.#unwantedSince.delete(lifeOf(attachment));
        changed(attachment);
      },
    });
  }

  #nodeChanged(node: Node): void {
    this.reconciler.queue.add(NODE + keyOf(node));
    for (const { spec } of this.#attachments.byIndex(BY_NODE, keyOf(node)))
      this.reconciler.queue.add(VOLUME + (spec.source.persistentVolumeName ?? ''));
  }

  /** A volume that is gone from the API has still to be detached; ours have their name as handle. */
  #volume(name: string): PersistentVolume {
    const known = this.#volumes.get(undefined, name);
    if (known !== undefined && deviceNameOf(known) !== null) return known;
    return {
      apiVersion: 'v1',
      kind: 'PersistentVolume',
      metadata: { name },
      spec: { csi: { driver: DRIVER, volumeHandle: name } },
    };
  }

  /** Pods that want a volume, by node. */
  #wanted(volume: PersistentVolume): Map<string, Pod[]> {
    const wanted = new Map<string, Pod[]>();
    const { claimRef } = volume.spec;
    const claim = claimRef === undefined ? undefined : this.#claims.get(claimRef.namespace, claimRef.name ?? '');
    if (claim === undefined || claim.metadata.uid !== claimRef?.uid) return wanted;
    if (claim.spec.volumeName !== volume.metadata.name) return wanted;
    for (const pod of this.#pods.byIndex(BY_CLAIM, keyOf(claim))) {
      const node = pod.spec.nodeName ?? '';
      if (!holdsVolumes(pod)) continue;
      const others = wanted.get(node);
      if (others === undefined) wanted.set(node, [pod]);
      else others.push(pod);
    }
    return wanted;
  }

  async #syncVolume(name: string): Promise<ReconcileResult | undefined> {
    const known = await this.#sent.known(name, this.#attachments.byIndex(BY_VOLUME, name));
    for (const attachment of known)
      if (this.#leaving.get(lifeOf(attachment)) === 'deleting') await this.#delete(attachment);
    const attachments = known.map((attachment) => this.#asSent(attachment));
    const volume = this.#volume(name);
    const wanted = this.#wanted(volume);
    for (const attachment of attachments) this.#noteWhetherWanted(attachment, wanted);
    const view = {
      volume,
      wanted,
      attachments,
      node: (node: string) => this.#nodes.get(undefined, node),
      unwantedSince: (node: string) =>
        this.#unwantedSince.get(lifeOf(attachments.find(({ spec }) => spec.nodeName === node)!)),
    };
    const now = this.#clock.monotonic();
    let next = Number.POSITIVE_INFINITY;
    for (const action of decideAttachments(view, now)) {
      const again = await this.#act(volume, wanted, action);
      if (again !== null) next = Math.min(next, again);
    }
    return next === Number.POSITIVE_INFINITY ? undefined : { requeueAfterMs: Math.max(0, next - now) };
  }

  #noteWhetherWanted(attachment: VolumeAttachment, wanted: ReadonlyMap<string, readonly Pod[]>): void {
    const key = lifeOf(attachment);
    if (!wanted.has(attachment.spec.nodeName)) {
      if (!this.#unwantedSince.has(key)) this.#unwantedSince.set(key, this.#clock.monotonic());
      return;
    }
    this.#unwantedSince.delete(key);
    // It was to be taken away, and then someone wanted it before it went.
    if (this.#leaving.get(key) !== 'withdrawing') return;
    this.#leaving.delete(key);
    this.reconciler.queue.add(NODE + attachment.spec.nodeName);
  }

  /** The cache may not have seen yet that an attachment is being deleted. */
  #asSent(attachment: VolumeAttachment): VolumeAttachment {
    const leaving = this.#leaving.get(lifeOf(attachment));
    if (leaving === undefined || leaving === 'withdrawing' || attachment.metadata.deletionTimestamp !== undefined)
      return attachment;
    const deletionTimestamp = rfc3339(this.#clock.now());
    return { ...attachment, metadata: { ...attachment.metadata, deletionTimestamp } };
  }

  async #delete(attachment: VolumeAttachment): Promise<void> {
    const key = lifeOf(attachment);
    this.#leaving.set(key, 'deleting');
    await this.#writer.delete(attachment);
    // Its end may have been heard of before the answer came.
    if (this.#leaving.has(key)) this.#leaving.set(key, 'deleted');
  }

  /** Returns when to look again, if time alone may change the answer. */
  async #act(
    volume: PersistentVolume,
    wanted: ReadonlyMap<string, readonly Pod[]>,
    action: AttachAction,
  ): Promise<number | null> {
    if (action.kind === 'wait') return action.until;
    if (action.kind === 'detach') await this.#detach(volume, action.attachment, action.forced);
    else {
      const told = `${volume.metadata.name} ${action.node}`;
      if (action.kind === 'attach') {
        this.#told.delete(told);
        const { name, object } = newAttachment(volume, action.node);
        await this.#sent.create(volume.metadata.name ?? '', name, object);
      } else if (!this.#told.has(told)) {
        this.#told.add(told);
        const holders = action.elsewhere.flatMap((node) => wanted.get(node) ?? []);
        for (const pod of wanted.get(action.node) ?? []) {
          const message = multiAttachMessage(volume.metadata.name ?? '', pod, holders);
          this.#recorder.event(pod, 'Warning', 'FailedAttachVolume', message);
        }
      }
    }
    return null;
  }

  async #detach(volume: PersistentVolume, attachment: VolumeAttachment, forced: boolean): Promise<void> {
    const key = lifeOf(attachment);
    const node = this.#nodes.get(undefined, attachment.spec.nodeName);
    this.#leaving.set(key, 'withdrawing');
    if (node !== undefined && !(await this.#writer.withdraw(node, volume, forced))) {
      // The node has just begun to use it; what it says next brings us back. Its list may have been written without it meanwhile.
      this.#leaving.delete(key);
      this.reconciler.queue.add(NODE + attachment.spec.nodeName);
      return;
    }
    await this.#delete(attachment);
  }

  /** The node is told of what is attached to it and stays so. */
  async #syncNode(name: string): Promise<undefined> {
    const node = this.#nodes.get(undefined, name);
    if (node === undefined || !isManaged(node)) return;
    await this.#writer.setAttached(node, () => this.#devicesOn(name));
  }

  #devicesOn(node: string): string[] {
    const devices: string[] = [];
    for (const attachment of this.#attachments.byIndex(BY_NODE, node)) {
      const { metadata, spec, status } = attachment;
      if (status?.attached !== true || metadata.deletionTimestamp !== undefined) continue;
      if (this.#leaving.has(lifeOf(attachment))) continue;
      const device = deviceNameOf(this.#volume(spec.source.persistentVolumeName ?? ''));
      if (device !== null) devices.push(device);
    }
    return devices;
  }

  #tellPods(attachment: VolumeAttachment, previous: VolumeAttachment): void {
    const name = attachment.spec.source.persistentVolumeName ?? '';
    const done = attachment.status?.attached === true && previous.status?.attached !== true;
    const error = attachment.status?.attachError;
    if (!done && (error === undefined || deepEqual(error, previous.status?.attachError))) return;
    for (const pod of this.#wanted(this.#volume(name)).get(attachment.spec.nodeName) ?? []) {
      if (done) {
        const message = `AttachVolume.Attach succeeded for volume "${name}" `;
        this.#recorder.event(pod, 'Normal', 'SuccessfulAttachVolume', message);
      } else {
        const message = `AttachVolume.Attach failed for volume "${name}" : ${error?.message ?? ''}`;
        this.#recorder.event(pod, 'Warning', 'FailedAttachVolume', message);
      }
    }
  }
}
