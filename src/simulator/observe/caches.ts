import type { Informer } from '../../client/informer.ts';
import type { InformerFactory } from '../../client/informer-factory.ts';
import type { KubeObject } from '../../schema/object.ts';
import type { Program } from '../world/program.ts';

/** What one program believes the store to hold of one resource. */
export interface Cache {
  /** The program, and what it reads. */
  readonly name: string;
  /** `core/pods` …, as the history calls it. */
  readonly resource: string;
  /** False while it has not read anything yet. */
  readonly synced: boolean;
  readonly revision: number;
  /** Whether the program reads an object at all. */
  covers(object: KubeObject): boolean;
  list(): readonly KubeObject[];
}

interface Reader {
  readonly program: Program;
  readonly informers: InformerFactory;
  readonly coversPod: (pod: KubeObject) => boolean;
}

/** The caches of all programs that live. */
export class Caches {
  #readers: Reader[] = [];

  /** A program and its informers; `coversPod` where it does not read every pod. */
  add(program: Program, informers: InformerFactory, coversPod: (pod: KubeObject) => boolean = () => true): void {
    this.#readers.push({ program, informers, coversPod });
    program.onKill(() => {
      this.#readers = this.#readers.filter((reader) => reader.program !== program);
    });
  }

  /** Every cache there is now, in a fixed order. */
  all(): readonly Cache[] {
    return cachesOf(this.#readers);
  }

  /** One of all by its place in their order, counted round and round; null when there is none. */
  nth(turn: number): Cache | null {
    const count = this.#readers.reduce((sum, { informers }) => sum + informers.size, 0);
    let left = count === 0 ? 0 : turn % count;
    for (const reader of this.#readers) {
      if (left >= reader.informers.size) left -= reader.informers.size;
      else return new InformerCache(reader, [...reader.informers.all()][left]!);
    }
    return null;
  }

  /** Caches of one program, by the first part of its name (`kube-dns`). */
  of(program: string): readonly Cache[] {
    return cachesOf(this.#readers.filter((reader) => reader.program.name.startsWith(`${program}#`)));
  }
}

function cachesOf(readers: readonly Reader[]): readonly Cache[] {
  return readers.flatMap((reader) =>
    [...reader.informers.all()].map((informer) => new InformerCache(reader, informer)),
  );
}

class InformerCache implements Cache {
  readonly name: string;
  readonly resource: string;
  readonly #informer: Informer;
  readonly #coversPod: ((pod: KubeObject) => boolean) | null;

  constructor({ program, coversPod }: Reader, informer: Informer) {
    const { group, resource } = informer.target;
    this.name = `${program.name} ${resource}`;
    this.resource = `${group === '' ? 'core' : group}/${resource}`;
    this.#informer = informer;
    this.#coversPod = group === '' && resource === 'pods' ? coversPod : null;
  }

  get synced(): boolean {
    return this.#informer.synced;
  }

  get revision(): number {
    return this.#informer.revision;
  }

  covers(object: KubeObject): boolean {
    return this.#coversPod === null || this.#coversPod(object);
  }

  list(): readonly KubeObject[] {
    return this.#informer.list();
  }
}
