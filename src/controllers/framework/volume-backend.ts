/**
 * Why a storage operation failed. `transient`: may work when tried again. `infeasible`: never will as asked.
 * `exhausted`: not on the chosen node, maybe on another. `in-use`: not while a pod uses the volume.
 */
export type VolumeFaultKind = 'transient' | 'infeasible' | 'exhausted' | 'in-use';

/** How a backend says why it failed; any other error counts as transient. */
export class VolumeFault extends Error {
  readonly kind: VolumeFaultKind;

  constructor(kind: VolumeFaultKind, message: string) {
    super(message);
    this.name = 'VolumeFault';
    this.kind = kind;
  }
}

export const faultKind = (error: unknown): VolumeFaultKind => (error instanceof VolumeFault ? error.kind : 'transient');

export const faultMessage = (error: unknown): string => (error instanceof Error ? error.message : String(error));

export interface NewVolume {
  readonly name: string;
  readonly sizeBytes: number;
  /** A volume whose content the new one starts with. */
  readonly copyOf: string | null;
  /** How its size must be enforced; left out: as well as can be had. */
  readonly enforce?: Enforcement;
  /** A device without a file system is asked for. */
  readonly block?: boolean;
}

/** `quota`: by the file system the volumes share. `loop`: by a file system of its own. */
export type Enforcement = 'quota' | 'loop';

/** What keeps a volume from growing beyond its size. */
export type SizeLimit = 'none' | 'project-quota' | 'file-system';

/**
 * Where the bytes of volumes live. Every call may be repeated after a crash or a lost answer and then does nothing
 * new. Calls may take long; they fail with VolumeFault.
 */
export interface VolumeBackend {
  create(volume: NewVolume): Promise<{ readonly path: string; readonly limit?: SizeLimit }>;
  delete(name: string): Promise<void>;
  /** Makes the volume usable on a node. Only volumes with a driver are ever attached. */
  attach(name: string, node: string): Promise<void>;
  detach(name: string, node: string): Promise<void>;
  /** Makes the volume larger; true when the file system on it has still to be grown on the node. */
  expand(name: string, sizeBytes: number): Promise<boolean>;
  /** Grows the file system of a volume that is mounted on a node. */
  growFileSystem(name: string, sizeBytes: number, node: string): Promise<void>;
  /** Sees to it that a volume is there to be mounted into pods, also after the machine was started again. */
  stage?(name: string): Promise<void>;
}
