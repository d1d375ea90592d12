import type { KubeObject } from '../../schema/object.ts';
import type { ObjectHistory } from '../observe/history.ts';
import type { JournalEntry } from '../observe/journal.ts';
import type { Checker, CheckerContext, CheckerDefinition } from './checker.ts';
import type { WriteEntry } from './decisions.ts';
import { claimKey, described, isTerminating } from './facts.ts';

type Storage = Extract<JournalEntry, { kind: 'storage' }>;

const SNAPSHOTS = 'snapshot.storage.k8s.io/volumesnapshots/';
const CONTENTS = 'snapshot.storage.k8s.io/volumesnapshotcontents/';
const CLAIMS = 'core/persistentvolumeclaims/';

interface Cut {
  readonly base: string;
  readonly atMs: number;
}

/** A copy holds what its source held at one moment: the storage system knows what it copied, and when (node.md 8.6). */
class Snapshots implements Checker {
  readonly #context: CheckerContext;
  /** What each volume and snapshot began with. */
  readonly #made = new Map<string, Cut>();

  constructor(context: CheckerContext) {
    this.#context = context;
  }

  on(entry: JournalEntry): void {
    if (entry.kind === 'storage') this.#stored(entry);
    else if (entry.kind === 'write' && entry.event.type === 'put') {
      if (entry.event.key.startsWith(SNAPSHOTS)) this.#snapshotWritten(entry);
      else if (entry.event.key.startsWith(CLAIMS)) this.#claimWritten(entry);
    }
  }

  #stored({ what, volume, base = '', atMs }: Storage): void {
    if (what === 'created') this.#made.set(volume, { base, atMs });
    if (what !== 'deleted') return;
    this.#made.delete(volume);
    const { history, evaluated, violated } = this.#context;
    for (const content of history.all(CONTENTS.slice(0, -1)).values()) {
      if (content.status?.snapshotHandle !== volume) continue;
      evaluated();
      if (content.metadata.deletionTimestamp === undefined || content.spec.deletionPolicy !== 'Delete')
        violated(`snapshot ${volume} was deleted, and ${described(content)} is to stay`);
    }
  }

  /** A snapshot that is ready is one of a volume its claim had, cut after it was asked for. */
  #snapshotWritten({ event }: WriteEntry): void {
    const { history, evaluated, violated } = this.#context;
    const snapshot = event.entry.value;
    const before = event.previous?.value;
    if (snapshot.status?.readyToUse !== true || before?.status?.readyToUse === true) return;
    evaluated();
    const content = history.now(`${CONTENTS}${snapshot.status.boundVolumeSnapshotContentName}`);
    const cut = this.#made.get(content?.status?.snapshotHandle ?? '');
    if (content?.spec.volumeSnapshotRef.uid !== snapshot.metadata.uid || cut === undefined) {
      violated(`${described(snapshot)} is ready, and there is nothing behind it`);
      return;
    }
    const [born] = livesOf(history, event.key, snapshot);
    if (born !== undefined && cut.atMs < born)
      violated(`${described(snapshot)} was cut ${born - cut.atMs} ms before it was asked for`);
    const { namespace = '' } = snapshot.metadata;
    const claim = claimKey(namespace, snapshot.spec.source.persistentVolumeClaimName);
    const volumes = history.versions(claim).map(({ object }) => object?.spec.volumeName as string | undefined);
    if (!volumes.some((volume) => volume !== undefined && isCopyOf(cut.base, volume)))
      violated(`${described(snapshot)} holds ${cut.base || 'nothing'}, which is not a state of ${claim}`);
  }

  /** At rest what can be cut is cut, and what is to go is gone. */
  settled(): void {
    const { history, evaluated, violated } = this.#context;
    for (const resource of [SNAPSHOTS, CONTENTS]) {
      for (const object of history.all(resource.slice(0, -1)).values()) {
        evaluated();
        if (isTerminating(object)) violated(`at rest, ${described(object)} is still being deleted`);
        else if (resource === SNAPSHOTS && object.status?.readyToUse !== true && this.#canBeCut(object))
          violated(`at rest, ${described(object)} is not ready: ${object.status?.error?.message ?? 'nobody says why'}`);
      }
    }
  }

  #canBeCut({ metadata, spec }: KubeObject): boolean {
    const claim = this.#context.history.now(claimKey(metadata.namespace ?? '', spec.source.persistentVolumeClaimName));
    return claim !== null && claim.status?.phase === 'Bound' && !isTerminating(claim);
  }

  /** A claim that was to be filled from a snapshot and is bound holds exactly that. */
  #claimWritten({ event }: WriteEntry): void {
    const { history, evaluated, violated } = this.#context;
    const claim = event.entry.value;
    const source = claim.spec.dataSource;
    if (source?.kind !== 'VolumeSnapshot' || claim.status?.phase !== 'Bound') return;
    if (event.previous?.value.status?.phase === 'Bound') return;
    const filled = this.#made.get(claim.spec.volumeName);
    // A volume that was there already is as it is.
    if (filled === undefined || claim.spec.volumeName !== `pvc-${claim.metadata.uid}`) return;
    evaluated();
    const handles = new Set<string>();
    for (const { object } of history.versions(`${SNAPSHOTS}${claim.metadata.namespace}/${source.name}`)) {
      const name = object?.status?.boundVolumeSnapshotContentName;
      for (const { object: content } of history.versions(`${CONTENTS}${name}`)) {
        const mine = content?.spec.volumeSnapshotRef.uid === object?.metadata.uid;
        if (mine && content?.status?.snapshotHandle !== undefined) handles.add(content.status.snapshotHandle);
      }
    }
    if (![...handles].some((handle) => filled.base.endsWith(`>${handle}:0>`)))
      violated(`${described(claim)} holds ${filled.base || 'nothing'}, not what snapshot ${source.name} holds`);
  }
}

/** Whether a content begins with a copy of the volume, whatever that was a copy of. */
function isCopyOf(base: string, volume: string): boolean {
  const last = base.split('>').at(-2) ?? '';
  return last.slice(0, last.lastIndexOf(':')) === volume;
}

/** When an object of this uid was first seen, if it was. */
function livesOf(history: ObjectHistory, key: string, { metadata }: KubeObject): readonly number[] {
  return history
    .versions(key)
    .filter(({ object }) => object?.metadata.uid === metadata.uid)
    .map(({ atMs }) => atMs);
}

export const V2: CheckerDefinition = {
  id: 'V2',
  title: 'a snapshot is a state of its source after it was asked for; what is restored from it holds just that',
  create: (context) => new Snapshots(context),
};
