import { deepEqual } from '../../base/json.ts';
import { rfc3339 } from '../../base/time.ts';
import type { UserInfo } from '../../schema/kind.ts';
import type { KubeObject } from '../../schema/object.ts';
import { isStatus } from '../../schema/status.ts';
import { type Entry, StoreConflict, type Watch } from '../../store/store.ts';
import type { Call } from '../call.ts';
import type { Core } from '../core.ts';
import type { ServedKind } from '../registry.ts';
import { CLEANUP_FINALIZER, remove } from '../resources/delete.ts';
import { encoder, finished } from '../resources/encode.ts';
import { kindsOf } from './definition.ts';

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

const CLEANER: UserInfo = { name: 'system:apiserver', groups: ['system:masters'] };

function cleanupCall(kind: ServedKind, namespace: string, name: string): Call {
  return {
    kind,
    namespace,
    name,
    subresource: '',
    user: CLEANER,
    manager: CLEANER.name,
    dryRun: false,
    fieldValidation: 'Ignore',
    warn: () => {},
  };
}

function ignoreMissing(error: unknown): void {
  if (!isStatus(error, 'NotFound')) throw error;
}

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

  /** Writes accepted names and conditions. */
  async #accept(entry: Entry<KubeObject>): Promise<void> {
    const crd = entry.value;
    const now = rfc3339(this.#core.clock.now());
    const had: readonly Condition[] = crd.status?.conditions ?? [];
    const conditions = [ACCEPTED, ESTABLISHED].map((condition) => {
      const known = had.find(({ type, status }) => type === condition.type && status === condition.status);
      return known ?? { ...condition, lastTransitionTime: now };
    });
    const others = had.filter(({ type }) => type !== ACCEPTED.type && type !== ESTABLISHED.type);
    const status = { ...crd.status, acceptedNames: crd.spec.names, conditions: [...others, ...conditions] };
    if (!deepEqual(status, crd.status)) await this.#write(entry, { ...crd, status });
  }

  /** Deletes all objects of a definition that is going, and lets it go with the last of them. */
  async #cleanUp(entry: Entry<KubeObject>): Promise<void> {
    const crd = entry.value;
    if (!(crd.metadata.finalizers ?? []).includes(CLEANUP_FINALIZER)) return;
    const { store } = this.#core;
    const kind = kindsOf(crd)[0]?.stored;
    if (kind === undefined) return this.#release(entry.key);
    const watch = store.watch<KubeObject>(kind.prefix, store.revision, () => {
      if (store.count(kind.prefix) > 0) return;
      watch.stop();
      void this.#release(entry.key);
    });
    for (const { value } of store.list<KubeObject>(kind.prefix).entries) {
      const { name = '', namespace = '' } = value.metadata;
      await remove(this.#core, cleanupCall(kind, namespace, name), {}).catch(ignoreMissing);
    }
  }

  /** Takes the finalizer off; the definition goes unless others hold it. */
  async #release(key: string): Promise<void> {
    const { store } = this.#core;
    const entry = store.getPending<KubeObject>(key);
    if (entry === null) return;
    const { finalizers = [], ...metadata } = entry.value.metadata;
    const rest = finalizers.filter((name) => name !== CLEANUP_FINALIZER);
    if (rest.length > 0) {
      await this.#write(entry, { ...entry.value, metadata: { ...metadata, finalizers: rest } });
      return;
    }
    const last = finished(this.#kind!, entry.value, '');
    await store.delete<KubeObject>(key, { kind: 'revision', revision: entry.revision }, encoder(this.#kind!, last));
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
