import { closeSync, ftruncateSync, openSync, writeSync } from 'node:fs';
import type { Clock } from '../../../base/clock.ts';

/** The cluster's names, as hosts files of pods show them. */
export interface PodNames {
  hostsFor(namespace: string): readonly { readonly ip: string; readonly names: readonly string[] }[];
  /** Calls after every change; the function returned ends that. */
  onChange(listener: (namespace: string) => void): () => void;
}

/** A pod's hosts file: what stands in it for the pod's own sake, and where it is. */
export interface PodHosts {
  readonly namespace: string;
  readonly path: string;
  readonly own: string;
}

/**
 * Keeps the hosts files of pods that have no cluster DNS up to date: every change of a name is written at once, all
 * changes of one turn together.
 */
export class HostsFiles {
  readonly #names: PodNames;
  readonly #clock: Clock;
  readonly #pods = new Map<string, PodHosts & { written: string }>();
  #deaf: (() => void) | null = null;
  #due = false;

  constructor(names: PodNames, clock: Clock) {
    this.#names = names;
    this.#clock = clock;
  }

  start(): void {
    this.#deaf ??= this.#names.onChange(() => {
      if (this.#due) return;
      this.#due = true;
      this.#clock.defer(() => {
        this.#due = false;
        this.#writeAll();
      });
    });
  }

  /** From now on; its file is right when this returns. */
  add(uid: string, pod: PodHosts): void {
    this.#pods.set(uid, { ...pod, written: '' });
    this.#writeAll();
  }

  remove(uid: string): void {
    this.#pods.delete(uid);
  }

  stop(): void {
    this.#deaf?.();
    this.#deaf = null;
    this.#pods.clear();
  }

  #writeAll(): void {
    const texts = new Map<string, string>();
    for (const pod of this.#pods.values()) {
      let text = texts.get(pod.namespace);
      if (text === undefined) {
        text = this.#names
          .hostsFor(pod.namespace)
          .map(({ ip, names }) => `${ip}\t${names.join(' ')}\n`)
          .join('');
        texts.set(pod.namespace, text);
      }
      if (text === pod.written) continue;
      writeInPlace(pod.path, text === '' ? pod.own : `${pod.own}\n# Names of the cluster.\n${text}`);
      pod.written = text;
    }
  }
}

/** The file is mounted into containers: another file of its name would not be seen there. Never empty on the way. */
function writeInPlace(path: string, text: string): void {
  let file: number;
  try {
    file = openSync(path, 'r+');
  } catch {
    // The pod's directory went before its sandbox did.
    return;
  }
  try {
    const bytes = Buffer.from(text);
    writeSync(file, bytes, 0, bytes.length, 0);
    ftruncateSync(file, bytes.length);
  } finally {
    closeSync(file);
  }
}
