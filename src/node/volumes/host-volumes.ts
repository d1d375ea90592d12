import type { Clock } from '../../base/clock.ts';
import { nameSuffix, type Random } from '../../base/random.ts';
import type { Client } from '../../client/client.ts';
import type { KubeObject } from '../../schema/object.ts';
import { expand } from '../env/expand.ts';
import type { FileSystem } from '../files.ts';
import { ConfigError, type Lookup } from '../lookup.ts';
import type { ContainerTemplate } from '../pod/container-record.ts';
import type { MountSpec } from '../runtimes/runtime.ts';
import { writeAtomically } from './atomic-writer.ts';
import { checkReferences, referencesOf } from './checked-volumes.ts';
import { prepareHostPath } from './host-path.ts';
import { applyFsGroup } from './ownership.ts';
import { isPayloadVolume, volumePayload } from './payload.ts';
import { PodTokens } from './tokens.ts';
import { type ClaimOfPod, type Environment, VolumeError, type VolumeManager } from './volume-manager.ts';
import { volumePath } from './volume-path.ts';

export interface HostVolumesOptions {
  readonly client: Client;
  readonly clock: Clock;
  readonly random: Random;
  readonly files: FileSystem;
  readonly lookup: Lookup;
  /** Sees to it that a persistent volume is there to be mounted; left out: nothing has to be done for that. */
  readonly stage?: (volume: string) => Promise<void>;
  /** Data directory of the node: pods live in `pods/<uid>`, provisioned volumes in `volumes/<name>`. */
  readonly directory: string;
  readonly hostIPs: readonly string[];
  /** Address of a pod once it has one. */
  readonly podIPs: (pod: KubeObject) => readonly string[];
  readonly allocatable: () => Readonly<Record<string, string>>;
  /** hostPath volumes reach outside the data directory; they are refused unless this is true. */
  readonly allowHostPath: boolean;
  /** False: ownership cannot be changed here (not root), fsGroup is left out. */
  readonly canChangeOwner: boolean;
}

// biome-ignore lint/suspicious/noExplicitAny: volumes as stored
type Volume = any;

interface Made {
  pod: KubeObject;
  /** Host path of each volume. */
  readonly roots: Map<string, string>;
}

/** Volumes of real pods, made in the node's data directory. */
export function hostVolumes(options: HostVolumesOptions): VolumeManager {
  return new HostVolumes(options);
}

class HostVolumes implements VolumeManager {
  readonly #options: HostVolumesOptions;
  readonly #made = new Map<string, Made>();
  /** Pods whose volumes are made from an object, by `Kind/namespace/name`. */
  readonly #users = new Map<string, Set<string>>();
  readonly #preparing = new Map<string, Promise<void>>();
  readonly #refreshing = new Map<string, Promise<void>>();
  readonly #refreshAgain = new Set<string>();
  readonly #tokens: PodTokens;

  constructor(options: HostVolumesOptions) {
    this.#options = options;
    this.#tokens = new PodTokens(options.client, options.clock, (uid) => void this.#refresh(uid));
  }

  prepare(pod: KubeObject, claims: readonly ClaimOfPod[] = []): Promise<void> | null {
    const volumes: readonly Volume[] = pod.spec.volumes ?? [];
    if (volumes.length === 0) return null;
    const uid = pod.metadata.uid ?? '';
    const pass = this.#prepareAll(pod, volumes, claims).finally(() => this.#preparing.delete(uid));
    this.#preparing.set(uid, pass);
    return pass;
  }

  async #prepareAll(pod: KubeObject, volumes: readonly Volume[], claims: readonly ClaimOfPod[]): Promise<void> {
    const uid = pod.metadata.uid ?? '';
    const made: Made = this.#made.get(uid) ?? { pod, roots: new Map() };
    this.#made.set(uid, made);
    for (const volume of volumes) {
      try {
        made.roots.set(volume.name, await this.#make(pod, volume, claims));
      } catch (error) {
        if (error instanceof VolumeError) throw error;
        const { message } = error as Error;
        throw new VolumeError(message, `MountVolume.SetUp failed for volume "${volume.name}" : ${message}`);
      }
    }
  }

  async #make(pod: KubeObject, volume: Volume, claims: readonly ClaimOfPod[]): Promise<string> {
    const { files, lookup } = this.#options;
    const root = `${this.#podDirectory(pod)}/volumes/${volume.name}`;
    if (isPayloadVolume(volume)) {
      checkReferences(pod, volume, lookup);
      this.#use(pod, volume);
      await this.#writePayload(pod, volume, root);
      return root;
    }
    if (volume.hostPath) {
      if (!this.#options.allowHostPath) throw new ConfigError('hostPath volumes are not allowed on this node');
      await prepareHostPath(files, volume.hostPath.path, volume.hostPath.type ?? '');
      return volume.hostPath.path;
    }
    const bound = claims.find(({ name }) => name === volume.name);
    if (bound !== undefined) {
      const path = await this.#persistent(bound.volume);
      await this.#fsGroup(pod, path);
      return path;
    }
    if (volume.emptyDir === undefined)
      throw new ConfigError(`volume "${volume.name}" is of a type this node does not have`);
    if ((await files.info(root)) === null) await files.makeDirectory(root, 0o777);
    await this.#fsGroup(pod, root);
    return root;
  }

  async #persistent(volume: KubeObject): Promise<string> {
    const { files, directory, stage } = this.#options;
    if (volume.spec.volumeMode === 'Block')
      throw new ConfigError(`volume ${volume.metadata.name} is of volumeMode Block, which this node does not offer`);
    const path = volumePath(volume, directory);
    await stage?.(volume.metadata.name ?? '');
    if ((await files.info(path)) === null) {
      if (volume.spec.local) throw new ConfigError(`path "${path}" does not exist`);
      await files.makeDirectory(path, 0o777);
    }
    return path;
  }

  async #fsGroup(pod: KubeObject, path: string): Promise<void> {
    const { fsGroup, fsGroupChangePolicy } = pod.spec.securityContext ?? {};
    if (fsGroup === undefined || fsGroup === null || !this.#options.canChangeOwner) return;
    await applyFsGroup(this.#options.files, path, fsGroup, fsGroupChangePolicy ?? 'Always');
  }

  async #writePayload(pod: KubeObject, volume: Volume, root: string): Promise<void> {
    const { files, lookup, clock, random, hostIPs } = this.#options;
    const payload = await volumePayload(volume, {
      pod,
      lookup,
      addresses: { podIPs: this.#options.podIPs(pod), hostIPs },
      allocatable: this.#options.allocatable(),
      token: (audience, seconds, path) => this.#tokens.get(pod, audience, seconds, path),
    });
    const stamp = new Date(clock.now()).toISOString().slice(0, 19).replace(/[-:T]/g, '_');
    const gid: number | undefined = pod.spec.securityContext?.fsGroup;
    const owner = gid === undefined || gid === null || !this.#options.canChangeOwner ? null : { gid };
    await writeAtomically(files, root, payload, `${stamp}.${nameSuffix(random, 9)}`, owner);
  }

  async mounts(pod: KubeObject, template: ContainerTemplate, env: Environment): Promise<readonly MountSpec[]> {
    const roots = this.#made.get(pod.metadata.uid ?? '')?.roots;
    const out: MountSpec[] = [];
    for (const mount of template.volumeMounts ?? []) {
      const volume: Volume = (pod.spec.volumes ?? []).find((candidate: Volume) => candidate.name === mount.name);
      const root = roots?.get(mount.name);
      if (root === undefined || volume === undefined) throw new ConfigError(`volume "${mount.name}" is not mounted`);
      const readOnly =
        mount.readOnly === true || isPayloadVolume(volume) || volume.persistentVolumeClaim?.readOnly === true;
      const hostPath = await this.#subPath(root, mount, env, template.name);
      out.push({ hostPath, containerPath: mount.mountPath, readOnly });
    }
    return out;
  }

  async #subPath(
    root: string,
    mount: { name: string; subPath?: string; subPathExpr?: string },
    env: Environment,
    container: string,
  ): Promise<string> {
    const { files } = this.#options;
    const sub = mount.subPathExpr ? expand(mount.subPathExpr, (name) => env.get(name)) : (mount.subPath ?? '');
    if (sub === '') return root;
    const failed = `failed to prepare subPath for volumeMount "${mount.name}" of container "${container}"`;
    if (sub.includes('$(') || sub.startsWith('/') || sub.split('/').includes('..')) throw new ConfigError(failed);
    const path = `${root}/${sub}`;
    const rootInfo = await files.info(root);
    const existing = await files.realPath(path).catch(() => null);
    if (existing === null) await files.makeDirectory(path, rootInfo?.mode ?? 0o750);
    // A link inside the volume must not lead out of it.
    const real = await files.realPath(path);
    const realRoot = await files.realPath(root);
    if (real !== realRoot && !real.startsWith(`${realRoot}/`)) throw new ConfigError(failed);
    return real;
  }

  async readFile(pod: KubeObject, volume: string, path: string): Promise<string | null> {
    const root = this.#made.get(pod.metadata.uid ?? '')?.roots.get(volume);
    if (root === undefined || path.split('/').includes('..')) return null;
    const content = await this.#options.files.read(`${root}/${path}`).catch(() => null);
    return content === null ? null : Buffer.from(content).toString('utf8');
  }

  async teardown(pod: KubeObject): Promise<void> {
    const uid = pod.metadata.uid ?? '';
    // Files must not be written into what is being taken away.
    await this.#preparing.get(uid)?.catch(() => undefined);
    this.#made.delete(uid);
    await this.#refreshing.get(uid);
    this.#tokens.forget(uid);
    for (const [key, users] of this.#users) if (users.delete(uid) && users.size === 0) this.#users.delete(key);
    await this.#options.files.remove(this.#podDirectory(pod));
  }

  sourceChanged(kind: 'ConfigMap' | 'Secret', namespace: string, name: string): void {
    for (const uid of this.#users.get(`${kind}/${namespace}/${name}`) ?? []) void this.#refresh(uid);
  }

  podChanged(pod: KubeObject): void {
    const made = this.#made.get(pod.metadata.uid ?? '');
    if (made === undefined) return;
    made.pod = pod;
    const downward = (volume: Volume): boolean =>
      Boolean(volume.downwardAPI) || (volume.projected?.sources ?? []).some((source: Volume) => source.downwardAPI);
    if ((pod.spec.volumes ?? []).some(downward)) void this.#refresh(pod.metadata.uid ?? '');
  }

  stop(): void {
    this.#tokens.stop();
  }

  /** Rewrites a pod's API volumes, one pass at a time; what cannot be had now stays as it was. */
  #refresh(uid: string): Promise<void> {
    if (this.#refreshing.has(uid)) {
      this.#refreshAgain.add(uid);
      return this.#refreshing.get(uid)!;
    }
    const pass = this.#rewrite(uid).finally(() => {
      this.#refreshing.delete(uid);
      if (this.#refreshAgain.delete(uid)) void this.#refresh(uid);
    });
    this.#refreshing.set(uid, pass);
    return pass;
  }

  async #rewrite(uid: string): Promise<void> {
    const made = this.#made.get(uid);
    if (made === undefined) return;
    for (const volume of made.pod.spec.volumes ?? []) {
      const root = made.roots.get(volume.name);
      if (root === undefined || !isPayloadVolume(volume) || this.#made.get(uid) !== made) continue;
      await this.#writePayload(made.pod, volume, root).catch(() => undefined);
    }
  }

  #use(pod: KubeObject, volume: Volume): void {
    for (const { kind, name } of referencesOf(volume)) {
      const key = `${kind}/${pod.metadata.namespace}/${name}`;
      const users = this.#users.get(key) ?? new Set<string>();
      users.add(pod.metadata.uid ?? '');
      this.#users.set(key, users);
    }
  }

  #podDirectory(pod: KubeObject): string {
    return `${this.#options.directory}/pods/${pod.metadata.uid}`;
  }
}
