import { zeroOf } from '../../schema/decode.ts';
import type { KubeObject } from '../../schema/object.ts';
import type { Status } from '../../schema/status.ts';
import { toTable } from '../../schema/table.ts';
import type { ServedKind } from '../registry.ts';
import { servedBytes, toServed } from '../resources/versions.ts';
import type { WatchChange } from '../resources/watch.ts';
import type { Format } from './negotiation.ts';
import { PROTOBUF_WATCH_TYPE, protobufBody, protobufFrame, protobufStatus } from './protobuf-body.ts';
import { partialObject } from './transforms.ts';

const END = Buffer.from('}\n');
const HEADS: Readonly<Record<string, Buffer>> = {
  ADDED: Buffer.from('{"type":"ADDED","object":'),
  MODIFIED: Buffer.from('{"type":"MODIFIED","object":'),
  DELETED: Buffer.from('{"type":"DELETED","object":'),
};

/** A frame around an object that has no stored bytes. */
export function frame(type: string, object: unknown): Buffer {
  return Buffer.from(`{"type":${JSON.stringify(type)},"object":${JSON.stringify(object)}}\n`);
}

const errorFrame = (status: Status): Buffer => frame('ERROR', status);

/** Makes the frames of one watch; those that are the same for all watchers are made once per event. */
export interface Framer {
  change(change: WatchChange): Buffer;
  bookmark(resourceVersion: string, initialEnd: boolean): Buffer;
  error(status: Status): Buffer;
  readonly contentType: string;
  /** Watchers of equal key get equal frames. Null: this one's differ. */
  readonly sharedKey: string | null;
}

function bookmarkObject(kind: ServedKind, resourceVersion: string, initialEnd: boolean): object {
  const annotations = initialEnd ? { annotations: { 'k8s.io/initial-events-end': 'true' } } : {};
  const zero = kind.custom === null ? zeroOf(kind.definition.struct) : {};
  return {
    ...zero,
    kind: kind.definition.kind,
    apiVersion: kind.apiVersion,
    metadata: { resourceVersion, ...annotations },
  };
}

function cached(change: WatchChange, key: string, make: () => Buffer): Buffer {
  if (change.event === null) return make();
  const { frames } = change.event;
  let made = frames.get(key);
  if (made === undefined) {
    made = make();
    frames.set(key, made);
  }
  return made;
}

const JSON_FRAMES = { error: errorFrame, contentType: 'application/json' } as const;

/** Whole objects, as stored. */
function plainFramer(kind: ServedKind): Framer {
  const suffix = kind.stored === kind ? '' : kind.apiVersion;
  return {
    ...JSON_FRAMES,
    sharedKey: `plain ${suffix}`,
    change: (change) =>
      cached(change, change.type + suffix, () =>
        Buffer.concat([HEADS[change.type]!, servedBytes(kind, change.entry), END]),
      ),
    bookmark: (version, end) => frame('BOOKMARK', bookmarkObject(kind, version, end)),
  };
}

function partialFramer(kind: ServedKind, version: string): Framer {
  return {
    ...JSON_FRAMES,
    sharedKey: `partial ${version}`,
    change: (change) =>
      cached(change, `${change.type} partial ${version}`, () =>
        frame(change.type, partialObject(toServed(kind, change.entry.value), version)),
      ),
    bookmark: (resourceVersion, end) =>
      frame('BOOKMARK', partialObject(bookmarkObject(kind, resourceVersion, end) as KubeObject, version)),
  };
}

/** Rows; the first frame carries the columns (api.md 3.3). */
function tableFramer(kind: ServedKind, version: string, includeObject: string, now: () => number): Framer {
  let first = true;
  const table = (object: KubeObject): Record<string, unknown> => {
    const made = toTable(kind.definition, [object], now(), includeObject) as unknown as Record<string, unknown>;
    const columns = first ? made.columnDefinitions : null;
    first = false;
    return {
      ...made,
      apiVersion: `meta.k8s.io/${version}`,
      metadata: { resourceVersion: object.metadata.resourceVersion },
      columnDefinitions: columns,
    };
  };
  return {
    ...JSON_FRAMES,
    sharedKey: null,
    change: (change) => frame(change.type, table(toServed(kind, change.entry.value))),
    bookmark: (resourceVersion, end) =>
      frame('BOOKMARK', table(bookmarkObject(kind, resourceVersion, end) as KubeObject)),
  };
}

/** Whole objects or their metadata in protobuf. */
function protobufFramer(kind: ServedKind, format: Format): Framer {
  const shown = (object: KubeObject): object =>
    format.transform === null ? object : partialObject(object, format.version);
  const key = `protobuf ${kind.apiVersion} ${format.transform ?? ''} ${format.version}`;
  const body = (object: object): Buffer => protobufBody(kind, object)!;
  return {
    sharedKey: key,
    change: (change) =>
      cached(change, `${change.type} ${key}`, () =>
        protobufFrame(change.type, body(shown(toServed(kind, change.entry.value)))),
      ),
    bookmark: (version, end) =>
      protobufFrame('BOOKMARK', body(shown(bookmarkObject(kind, version, end) as KubeObject))),
    error: (status) => protobufFrame('ERROR', protobufStatus(status)),
    contentType: PROTOBUF_WATCH_TYPE,
  };
}

export function framerOf(kind: ServedKind, format: Format, includeObject: string, now: () => number): Framer {
  if (format.media === 'protobuf') return protobufFramer(kind, format);
  if (format.transform === 'Table') return tableFramer(kind, format.version, includeObject, now);
  if (format.transform !== null) return partialFramer(kind, format.version);
  return plainFramer(kind);
}
