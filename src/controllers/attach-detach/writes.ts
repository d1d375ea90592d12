import { attachmentName, DRIVER, deviceNameOf } from '../../api/shared/attachment.ts';
import { deepEqual } from '../../base/json.ts';
import type { Client } from '../../client/client.ts';
import { revisionOf } from '../../client/meta.ts';
import { NODES, VOLUME_ATTACHMENTS } from '../../client/resources.ts';
import { isStatus } from '../../schema/status.ts';
import type { Node } from '../framework/objects.ts';
import type { PersistentVolume, VolumeAttachment } from '../framework/volumes.ts';
import { isInUse } from './decide.ts';

/** Keeps the attachment until the volume is really detached. */
export const ATTACHER_FINALIZER = `external-attacher/${DRIVER.replaceAll('.', '-')}`;
const ATTEMPTS = 5;

interface Attached {
  readonly name: string;
  readonly devicePath: string;
}

/** The attachment of a volume to a node, as it begins. */
export function newAttachment(
  volume: PersistentVolume,
  nodeName: string,
): { readonly name: string; readonly object: object } {
  const name = attachmentName(volume.spec.csi?.volumeHandle ?? '', nodeName);
  const object = {
    apiVersion: 'storage.k8s.io/v1',
    kind: 'VolumeAttachment',
    metadata: { name, finalizers: [ATTACHER_FINALIZER] },
    spec: { attacher: DRIVER, nodeName, source: { persistentVolumeName: volume.metadata.name } },
  };
  return { name, object };
}

/** The writes of attaching and detaching. */
export class AttachmentWriter {
  readonly #client: Client;
  /** Nodes as our last writes left them, until the informer has them too. */
  readonly #written = new Map<string, Node>();
  /** Writes of one node's list come one after the other: each is made on what the one before it left. */
  readonly #turns = new Map<string, Promise<unknown>>();

  constructor(client: Client) {
    this.#client = client;
  }

  async delete({ metadata: { name = '', uid } }: VolumeAttachment): Promise<void> {
    try {
      await this.#client.delete(VOLUME_ATTACHMENTS, name, uid === undefined ? {} : { preconditions: { uid } });
    } catch (error) {
      if (!isStatus(error, 'NotFound')) throw error;
    }
  }

  /**
   * Tells the node that it no longer has the volume; false when it says that it uses it. The node reports a volume as
   * in use before it mounts it, and we write only on top of what it reported: so either it sees this first and does
   * not mount, or we see that it is about to.
   */
  withdraw(cached: Node, volume: PersistentVolume, forced: boolean): Promise<boolean> {
    return this.#inTurn(cached, () => this.#withdraw(cached, deviceNameOf(volume) ?? '', forced));
  }

  async #withdraw(cached: Node, device: string, forced: boolean): Promise<boolean> {
    let node = this.#newest(cached);
    for (let attempt = 1; ; attempt++) {
      if (!forced && isInUse(node, device)) return false;
      const attached = attachedOf(node);
      const left = attached.filter(({ name }) => name !== device);
      try {
        if (left.length < attached.length) await this.#setAttached(node, left);
        // Whoever led before us may have listed it since.
        else if (attempt === 1) {
          node = await this.#client.get<Node>(NODES, node.metadata.name ?? '');
          continue;
        }
        return true;
      } catch (error) {
        if (isStatus(error, 'NotFound')) return true;
        if (!isStatus(error, 'Conflict') || attempt === ATTEMPTS) throw error;
        node = await this.#client.get<Node>(NODES, node.metadata.name ?? '');
      }
    }
  }

  /**
   * Makes the node's list of attached volumes say exactly what `devices` answers when it is to be written. Throws a
   * conflict when the cache is too old.
   */
  setAttached(cached: Node, devices: () => readonly string[]): Promise<void> {
    return this.#inTurn(cached, async () => {
      const node = this.#newest(cached);
      const attached = [...devices()].sort().map((name) => ({ name, devicePath: '' }));
      if (deepEqual(attached, attachedOf(node))) return;
      try {
        await this.#setAttached(node, attached);
      } catch (error) {
        if (!isStatus(error, 'NotFound')) throw error;
      }
    });
  }

  #inTurn<T>({ metadata: { name = '' } }: Node, work: () => Promise<T>): Promise<T> {
    const before = this.#turns.get(name);
    const mine = before === undefined ? work() : before.then(work);
    const over = mine
      .catch(() => undefined)
      .then(() => {
        if (this.#turns.get(name) === over) this.#turns.delete(name);
      });
    this.#turns.set(name, over);
    return mine;
  }

  forget(node: string): void {
    this.#written.delete(node);
  }

  #newest(cached: Node): Node {
    const name = cached.metadata.name ?? '';
    const written = this.#written.get(name);
    if (written === undefined) return cached;
    if (written.metadata.uid === cached.metadata.uid && revisionOf(written) > revisionOf(cached)) return written;
    this.#written.delete(name);
    return cached;
  }

  async #setAttached(node: Node, attached: readonly Attached[]): Promise<void> {
    const { volumesAttached: _, ...rest } = node.status ?? {};
    const status = attached.length === 0 ? rest : { ...rest, volumesAttached: attached };
    const answer = await this.#client.update<Node>(NODES, { ...node, status }, 'status');
    this.#written.set(answer.metadata.name ?? '', answer);
  }
}

const attachedOf = (node: Node): readonly Attached[] => (node.status?.volumesAttached ?? []) as readonly Attached[];
