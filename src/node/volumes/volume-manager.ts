import type { KubeObject } from '../../schema/object.ts';
import type { ContainerTemplate } from '../pod/container-record.ts';
import type { MountSpec } from '../runtimes/runtime.ts';

/** A volume of a pod that is a claim, with what it is bound to. */
export interface ClaimOfPod {
  /** Of the volume in the pod. */
  readonly name: string;
  readonly claim: KubeObject;
  readonly volume: KubeObject;
}

/** A volume that cannot be had (yet); `volume` is its name in the pod. */
export class VolumeError extends Error {
  /** As upstream's FailedMount event says it. */
  readonly eventMessage: string;
  constructor(message: string, eventMessage: string) {
    super(message);
    this.name = 'VolumeError';
    this.eventMessage = eventMessage;
  }
}

export interface Environment {
  get(name: string): string | undefined;
}

/** Makes the volumes of pods on their node. */
export interface VolumeManager {
  /**
   * Makes all volumes of a pod ready to be mounted, those that are claims from what those are bound to; null when there
   * is nothing to wait for. Throws or rejects with VolumeError.
   */
  prepare(pod: KubeObject, claims?: readonly ClaimOfPod[]): Promise<void> | null;
  /** Where a container's mounts are on the host; subPaths are made. Throws ConfigError. */
  mounts(pod: KubeObject, template: ContainerTemplate, env: Environment): Promise<readonly MountSpec[]>;
  /** Content of a file in a volume of the pod. */
  readFile(pod: KubeObject, volume: string, path: string): Promise<string | null>;
  /** Takes down what was made for a pod; persistent data stays. */
  teardown(pod: KubeObject): Promise<void>;
  /** A ConfigMap or Secret changed: refreshes volumes made from it. */
  sourceChanged(kind: 'ConfigMap' | 'Secret', namespace: string, name: string): void;
  /** Labels or annotations of a pod changed: files made from them follow. */
  podChanged?(pod: KubeObject): void;
  /** A pod was found running when the agent started. */
  adopt?(pod: KubeObject): void;
  stop(): void;
}
