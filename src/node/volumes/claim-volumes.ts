import { deviceNameOf } from '../../api/shared/attachment.ts';
import { matchesNodeTerms } from '../../api/shared/node-selector.ts';
import type { Client } from '../../client/client.ts';
import { revisionOf } from '../../client/meta.ts';
import type { KubeObject } from '../../schema/object.ts';
import type { Lookup } from '../lookup.ts';
import type { ContainerTemplate } from '../pod/container-record.ts';
import type { MountSpec } from '../runtimes/runtime.ts';
import { type FileSystemGrowth, waitsForNode } from './file-system-growth.ts';
import type { NodeAttachments } from './node-attachments.ts';
import { claimNamesOf, PodClaims } from './pod-claims.ts';
import { type ClaimOfPod, type Environment, VolumeError, type VolumeManager } from './volume-manager.ts';

/** A claim as a pod here has it mounted. */
export interface MountedClaim extends ClaimOfPod {
  readonly podUid: string;
}

export interface ClaimVolumesOptions {
  /** Makes the volumes once they are there to be mounted. */
  readonly inner: VolumeManager;
  readonly client: Client;
  readonly lookup: Lookup;
  readonly attachments: NodeAttachments;
  readonly growth: FileSystemGrowth;
  /** Whether the controller attaches volumes to this node; on others they count as attached. */
  readonly managed: () => boolean;
  /** The node as the API has it; null before it is registered. */
  readonly node: () => KubeObject | null;
  /** A volume that only one pod may have is free again. */
  readonly freed: () => void;
}

const EXCLUSIVE = 'ReadWriteOncePod';

/**
 * What claims need before and while their volumes are mounted here, whatever makes the volumes: to be attached, to be
 * no other pod's where only one may have them, and to be grown.
 */
export class ClaimVolumes implements VolumeManager {
  readonly #options: ClaimVolumesOptions;
  readonly #claims: PodClaims;
  /** Pods whose claims are being asked for. */
  readonly #asking = new Set<string>();
  /** Pods that wait for their volumes to be attached, by uid, and those of them that wait for the wrong ones. */
  readonly #waiting = new Set<string>();
  readonly #misled = new Set<string>();
  /** Pods that have claims, with what they mount. */
  readonly #users = new Map<string, { readonly pod: KubeObject; readonly claims: readonly ClaimOfPod[] }>();
  /** Pods by the volumes that nobody else may have. */
  readonly #holders = new Map<string, string>();
  /** Volumes nobody may begin to use now, with what ends each of the reasons. */
  readonly #still = new Map<string, Set<Promise<void>>>();

  constructor(options: ClaimVolumesOptions) {
    this.#options = options;
    this.#claims = new PodClaims(options.client, options.lookup);
  }

  prepare(pod: KubeObject): Promise<void> | null {
    if (claimNamesOf(pod).length === 0) return this.#options.inner.prepare(pod);
    const claims = this.#claims.cached(pod);
    return claims === null ? this.#prepareLive(pod) : this.#prepareWith(pod, claims);
  }

  async #prepareLive(pod: KubeObject): Promise<void> {
    const uid = pod.metadata.uid ?? '';
    this.#asking.add(uid);
    let claims: readonly ClaimOfPod[];
    try {
      claims = await this.#claims.live(pod);
    } catch (error) {
      this.#asking.delete(uid);
      throw error;
    }
    // Else it was given up meanwhile.
    if (this.#asking.delete(uid)) await this.#prepareWith(pod, claims);
  }

  #prepareWith(pod: KubeObject, claims: readonly ClaimOfPod[]): Promise<void> | null {
    const uid = pod.metadata.uid ?? '';
    this.#refuseOutOfReach(claims);
    this.#refuseShared(uid, claims);
    this.#take(pod, claims);
    const devices = this.#devicesOf(claims);
    const still = claims.flatMap(({ volume }) => [...(this.#still.get(volume.metadata.name ?? '') ?? [])]);
    if (still.length > 0) return this.#prepareOnceFree(pod, still, devices, claims);
    if (devices.length > 0 || claims.some(({ claim }) => waitsForNode(claim)))
      return this.#prepareLater(pod, devices, claims);
    try {
      const work = this.#options.inner.prepare(pod, claims);
      return work === null ? null : work.catch((error: unknown) => this.#giveUp(uid, error));
    } catch (error) {
      return this.#giveUp(uid, error);
    }
  }

  async #prepareOnceFree(
    pod: KubeObject,
    still: readonly Promise<void>[],
    devices: readonly string[],
    claims: readonly ClaimOfPod[],
  ): Promise<void> {
    await Promise.all(still);
    if (this.#users.has(pod.metadata.uid ?? '')) await this.#prepareLater(pod, devices, claims);
  }

  async #prepareLater(pod: KubeObject, devices: readonly string[], claims: readonly ClaimOfPod[]): Promise<void> {
    const { inner, attachments } = this.#options;
    const uid = pod.metadata.uid ?? '';
    attachments.use(uid, devices);
    if (devices.length > 0) {
      this.#waiting.add(uid);
      const attached = await attachments.whenAttached(uid, devices);
      this.#waiting.delete(uid);
      if (this.#misled.delete(uid)) {
        const why = 'the claim was made again';
        throw new VolumeError(why, `MountVolume.WaitForAttach failed for volume "${devices.join()}" : ${why}`);
      }
      if (!attached) return;
    }
    try {
      await inner.prepare(pod, claims);
    } catch (error) {
      this.#giveUp(uid, error);
    }
    this.#grow(pod, claims);
  }

  /** Goes on with what waits for its file system to be grown here. */
  #grow(pod: KubeObject, claims: readonly ClaimOfPod[]): void {
    const uid = pod.metadata.uid ?? '';
    for (const { claim, volume } of claims.filter((each) => waitsForNode(each.claim)))
      void this.#options.growth.run(pod, claim, volume, () => this.#users.has(uid));
  }

  /** Nothing was mounted, so nothing is in use. */
  #giveUp(uid: string, error: unknown): never {
    this.#letGo(uid);
    throw error;
  }

  #devicesOf(claims: readonly ClaimOfPod[]): string[] {
    if (!this.#options.managed()) return [];
    return claims.flatMap(({ volume }) => deviceNameOf(volume) ?? []);
  }

  /** A claim of the name may have been made again, with a volume elsewhere, while this pod was still on its way out here. */
  #refuseOutOfReach(claims: readonly ClaimOfPod[]): void {
    const node = this.#options.node();
    if (node === null) return;
    const view = { name: node.metadata.name ?? '', labels: node.metadata.labels ?? {} };
    for (const { volume } of claims) {
      const required = volume.spec.nodeAffinity?.required;
      if (required === undefined || matchesNodeTerms(required.nodeSelectorTerms, view)) continue;
      const why = 'no matching NodeSelectorTerms';
      throw new VolumeError(why, `MountVolume.NodeAffinity check failed for volume "${volume.metadata.name}" : ${why}`);
    }
  }

  #refuseShared(uid: string, claims: readonly ClaimOfPod[]): void {
    for (const { volume } of claims) {
      const holder = this.#holders.get(volume.metadata.name ?? '');
      if (holder === undefined || holder === uid) continue;
      const why = 'volume uses the ReadWriteOncePod access mode and is already in use by another pod';
      throw new VolumeError(why, `MountVolume.SetUp failed for volume "${volume.metadata.name}" : ${why}`);
    }
  }

  #take(pod: KubeObject, claims: readonly ClaimOfPod[]): void {
    const uid = pod.metadata.uid ?? '';
    this.#users.set(uid, { pod, claims });
    for (const { volume } of claims) {
      const modes: readonly string[] = volume.spec.accessModes ?? [];
      if (modes.length === 1 && modes[0] === EXCLUSIVE) this.#holders.set(volume.metadata.name ?? '', uid);
    }
  }

  #letGo(uid: string): void {
    if (!this.#users.delete(uid)) return;
    this.#options.attachments.release(uid);
    let freed = false;
    for (const [name, holder] of this.#holders) if (holder === uid) freed = this.#holders.delete(name);
    if (freed) this.#options.freed();
  }

  /** A pod that was found running: what it has mounted is in use, whatever is to become of it. */
  adopt(pod: KubeObject): void {
    const { lookup, attachments } = this.#options;
    const claims = claimNamesOf(pod).flatMap((names): ClaimOfPod[] => {
      const claim = lookup.claim(pod.metadata.namespace ?? '', names.claim);
      const volume = claim === undefined ? undefined : lookup.volume(claim.spec.volumeName ?? '');
      return claim === undefined || volume === undefined ? [] : [{ name: names.volume, claim, volume }];
    });
    if (claims.length === 0) return;
    this.#take(pod, claims);
    attachments.use(pod.metadata.uid ?? '', this.#devicesOf(claims));
    this.#grow(pod, claims);
  }

  /** A claim is there, or was made again: who waits for the volume of an earlier one of its name would wait for ever. */
  claimSeen(namespace: string, name: string): void {
    const now = this.#options.lookup.claim(namespace, name);
    if (now === undefined) return;
    // The cache may be the one that is behind.
    const isStale = ({ claim: { metadata } }: ClaimOfPod): boolean =>
      metadata.namespace === namespace &&
      metadata.name === name &&
      metadata.uid !== now.metadata.uid &&
      Number(metadata.resourceVersion ?? 0) < revisionOf(now);
    for (const uid of [...this.#waiting]) {
      if (this.#users.get(uid)?.claims.some(isStale) !== true) continue;
      this.#misled.add(uid);
      this.#letGo(uid);
    }
  }

  /** A claim waits for its file system to be grown by the node that has it mounted. */
  claimChanged(claim: KubeObject): void {
    for (const [uid, { pod, claims }] of this.#users) {
      const mine = claims.find((each) => each.claim.metadata.uid === claim.metadata.uid);
      if (mine === undefined) continue;
      const volume = this.#options.lookup.volume(mine.volume.metadata.name ?? '') ?? mine.volume;
      void this.#options.growth.run(pod, claim, volume, () => this.#users.has(uid));
      return;
    }
  }

  /** Lets no further pod use a volume; who has it goes on. Returns what ends it. */
  hold(volume: string): () => void {
    const reasons = this.#still.get(volume) ?? new Set<Promise<void>>();
    this.#still.set(volume, reasons);
    let end = (): void => {};
    const reason = new Promise<void>((resolve) => {
      end = resolve;
    });
    reasons.add(reason);
    return () => {
      reasons.delete(reason);
      if (reasons.size === 0 && this.#still.get(volume) === reasons) this.#still.delete(volume);
      end();
    };
  }

  /** All claims that pods have mounted here. */
  mounted(): readonly MountedClaim[] {
    return [...this.#users].flatMap(([podUid, { claims }]) => claims.map((each) => ({ podUid, ...each })));
  }

  /** Pods that have a volume mounted here, by uid. */
  usersOf(volume: string): readonly string[] {
    const uids: string[] = [];
    for (const [uid, { claims }] of this.#users)
      if (claims.some((each) => each.volume.metadata.name === volume)) uids.push(uid);
    return uids;
  }

  async teardown(pod: KubeObject): Promise<void> {
    this.#asking.delete(pod.metadata.uid ?? '');
    await this.#options.inner.teardown(pod);
    this.#letGo(pod.metadata.uid ?? '');
  }

  mounts(pod: KubeObject, template: ContainerTemplate, env: Environment): Promise<readonly MountSpec[]> {
    return this.#options.inner.mounts(pod, template, env);
  }

  readFile(pod: KubeObject, volume: string, path: string): Promise<string | null> {
    return this.#options.inner.readFile(pod, volume, path);
  }

  sourceChanged(kind: 'ConfigMap' | 'Secret', namespace: string, name: string): void {
    this.#options.inner.sourceChanged(kind, namespace, name);
  }

  podChanged(pod: KubeObject): void {
    this.#options.inner.podChanged?.(pod);
  }

  stop(): void {
    this.#options.inner.stop();
  }
}
