import { deepEqual } from '../../base/json.ts';
import { rfc3339 } from '../../base/time.ts';
import type { KubeObject } from '../../schema/object.ts';
import { type Entry, StoreConflict, type Watch } from '../../store/store.ts';
import type { Core } from '../core.ts';
import type { ServedKind } from '../registry.ts';
import { encoder, finished } from '../resources/encode.ts';
import { kindsOf } from './definition.ts';

const CLEANUP = 'customresourcecleanup.apiextensions.k8s.io';

interface Condition {
  readonly type: string;
  readonly status: string;
  readonly reason: string;
  readonly message: string;
  readonly lastTransitionTime?: string;
}

const ACCEPTED: Condition = {
  type: 'NamesAccepted',
  status: 'True',
  reason: 'NoConflicts',
  message: 'no conflicts found',
};
const ESTABLISHED: Condition = {
  type: 'Established',
  status: 'True',
  reason: 'InitialNamesAccepted',
  message: 'the initial names have been accepted',
};

/** Serves the kinds of stored CustomResourceDefinitions, and keeps the status of these. */
export class CustomResources {
  readonly #core: Core;
  readonly #kind: ServedKind | null;
  #watch: Watch | null = null;

  constructor(core: Core) {
    this.#core = core;
    this.#kind = core.kinds.find('apiextensions.k8s.io', 'v1', 'customresourcedefinitions');
  }

  async start(): Promise<void> {
    if (this.#kind === null) return;
    const { store } = this.#core;
    const snapshot = store.list<KubeObject>(this.#kind.prefix);
    for (const entry of snapshot.entries) this.#serve(entry);
    this.#watch = store.watch<KubeObject>(this.#kind.prefix, snapshot.revision, (events) => {
      for (const { type, entry, previous } of events) {
        if (type === 'put') this.#serve(entry, previous?.value);
        else this.#core.kinds.setCustom(entry.value.spec.group, entry.value.spec.names.plural, []);
      }
    });
  }

  stop(): void {
    this.#watch?.stop();
  }

  #serve(entry: Entry<KubeObject>, before?: KubeObject): void {
    const crd = entry.value;
    const { group, names } = crd.spec;
    if (before === undefined || !deepEqual(before.spec, crd.spec))
      this.#core.kinds.setCustom(group, names.plural, kindsOf(crd));
    const work = crd.metadata.deletionTimestamp === undefined ? this.#accept(entry) : this.#cleanUp(entry);
    // Whoever changed the definition meanwhile causes an event of its own, and with it another try.
    work.catch((error: unknown) => {
      if (!(error instanceof StoreConflict)) throw error;
    });
  }

  /** Writes accepted names and conditions, and the finalizer that keeps the definition until its objects are gone. */
  async #accept(entry: Entry<KubeObject>): Promise<void> {
    const crd = entry.value;
    const now = rfc3339(this.#core.clock.now());
    const had: readonly Condition[] = crd.status?.conditions ?? [];
    const conditions = [ACCEPTED, ESTABLISHED].map((condition) => {
      const known = had.find(({ type, status }) => type === condition.type && status === condition.status);
      return known ?? { ...condition, lastTransitionTime: now };
    });
    const others = had.filter(({ type }) => type !== ACCEPTED.type && type !== ESTABLISHED.type);
    const finalizers = crd.metadata.finalizers ?? [];
    const metadata = finalizers.includes(CLEANUP)
      ? crd.metadata
      : { ...crd.metadata, finalizers: [...finalizers, CLEANUP] };
    const status = { ...crd.status, acceptedNames: crd.spec.names, conditions: [...others, ...conditions] };
    if (metadata === crd.metadata && deepEqual(status, crd.status)) return;
    await this.#write(entry, { ...crd, metadata, status });
  }

  /** Removes all objects of a definition that is being deleted, then lets it go. */
  async #cleanUp(entry: Entry<KubeObject>): Promise<void> {
    const crd = entry.value;
    const finalizers = crd.metadata.finalizers ?? [];
    if (!finalizers.includes(CLEANUP)) return;
    const { store } = this.#core;
    const stored = kindsOf(crd)[0]?.stored;
    for (const { key, revision, value } of stored === undefined ? [] : store.list<KubeObject>(stored.prefix).entries) {
      await store.delete<KubeObject>(key, { kind: 'revision', revision }, encoder(stored!, value)).catch(() => {});
    }
    const rest = finalizers.filter((name) => name !== CLEANUP);
    const { finalizers: _gone, ...metadata } = crd.metadata;
    if (rest.length > 0) await this.#write(entry, { ...crd, metadata: { ...metadata, finalizers: rest } });
    else {
      const last = finished(this.#kind!, { ...crd, metadata }, '');
      await store.delete<KubeObject>(
        entry.key,
        { kind: 'revision', revision: entry.revision },
        encoder(this.#kind!, last),
      );
    }
  }

  async #write(entry: Entry<KubeObject>, next: KubeObject): Promise<void> {
    const { key, revision } = entry;
    await this.#core.store.put<KubeObject>(
      key,
      { kind: 'revision', revision },
      encoder(this.#kind!, finished(this.#kind!, next, '')),
    );
  }
}
