import type { Client } from '../../client/client.ts';
import type { Informer } from '../../client/informer.ts';
import { revisionOf } from '../../client/meta.ts';
import { VOLUME_ATTACHMENTS } from '../../client/resources.ts';
import { isStatus } from '../../schema/status.ts';
import type { VolumeAttachment } from '../framework/volumes.ts';

/**
 * Attachments that were asked for and that the cache may not have yet. Without them a volume could be attached to a
 * second node in the moment before the first attachment is heard of.
 */
export class SentAttachments {
  readonly #client: Client;
  readonly #informer: Informer<VolumeAttachment>;
  /** By volume, then by name; null: sent, and what became of it is not known. */
  readonly #sent = new Map<string, Map<string, VolumeAttachment | null>>();

  constructor(client: Client, informer: Informer<VolumeAttachment>) {
    this.#client = client;
    this.#informer = informer;
  }

  /** Sends it; an answer that does not come, or says that it is there already, is looked into by `known`. */
  async create(volume: string, name: string, attachment: object): Promise<void> {
    const sent = this.#sent.get(volume) ?? new Map<string, VolumeAttachment | null>();
    this.#sent.set(volume, sent.set(name, null));
    try {
      sent.set(name, await this.#client.create<VolumeAttachment>(VOLUME_ATTACHMENTS, attachment));
    } catch (error) {
      if (!isStatus(error, 'AlreadyExists')) throw error;
    }
  }

  /** The attachments of a volume: those of the cache, and those it has yet to hear of. */
  async known(volume: string, cached: readonly VolumeAttachment[]): Promise<readonly VolumeAttachment[]> {
    const sent = this.#sent.get(volume);
    if (sent === undefined) return cached;
    const unheard: VolumeAttachment[] = [];
    for (const [name, answer] of [...sent]) {
      const attachment = this.#isHeard(name, answer) ? null : (answer ?? (await this.#look(name)));
      if (attachment === null) sent.delete(name);
      else {
        sent.set(name, attachment);
        unheard.push(attachment);
      }
    }
    if (sent.size === 0) this.#sent.delete(volume);
    return [
      ...cached.filter(({ metadata }) => !unheard.some((other) => other.metadata.name === metadata.name)),
      ...unheard,
    ];
  }

  #isHeard(name: string, answer: VolumeAttachment | null): boolean {
    if (answer !== null) return this.#informer.revision >= revisionOf(answer);
    const cached = this.#informer.get(undefined, name);
    return cached !== undefined && cached.metadata.deletionTimestamp === undefined;
  }

  async #look(name: string): Promise<VolumeAttachment | null> {
    try {
      return await this.#client.get<VolumeAttachment>(VOLUME_ATTACHMENTS, name);
    } catch (error) {
      if (isStatus(error, 'NotFound')) return null;
      throw error;
    }
  }
}
