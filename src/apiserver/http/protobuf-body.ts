import { protobufEnvelope, writeProtobuf, writeProtobufField } from '../../schema/protobuf-encode.ts';
import { ProtobufWriter } from '../../schema/protobuf-writer.ts';
import type { Status } from '../../schema/status.ts';
import { structNames, structOf } from '../../schema/structure.ts';
import type { StructInfo } from '../../schema/types.ts';
import type { ServedKind } from '../registry.ts';
import type { Listing } from '../resources/list.ts';
import { toServed } from '../resources/versions.ts';
import { listMeta } from './list-body.ts';
import type { Format } from './negotiation.ts';
import { partialObject } from './transforms.ts';

export const PROTOBUF_TYPE = 'application/vnd.kubernetes.protobuf';
/** Frames of a watch: four bytes of length, then the event. */
export const PROTOBUF_WATCH_TYPE = 'application/vnd.kubernetes.protobuf;stream=watch';

const META = 'io.k8s.apimachinery.pkg.apis.meta.v1.';
const PARTIAL = 'PartialObjectMetadata';

interface Typed {
  readonly apiVersion: string;
  readonly kind: string;
}

const structs = new Map<string, StructInfo | null>();

/** Structure of what an answer holds; null for what has no protobuf form (custom kinds, paths). */
function structOfAnswer({ apiVersion, kind }: Typed): StructInfo | null {
  const key = `${apiVersion.includes('/') ? '' : '/'}${apiVersion}/${kind}`;
  let struct = structs.get(key);
  if (struct === undefined) {
    const name = kind === PARTIAL ? META + PARTIAL : structNames().find((each) => structOf(each).kinds.includes(key));
    struct = name === undefined ? null : structOf(name);
    structs.set(key, struct);
  }
  return struct;
}

/** One value as a body; null when it has no protobuf form. */
export function protobufBody(kind: ServedKind | null, value: unknown): Buffer | null {
  const { apiVersion, kind: name } = value as Typed;
  if (apiVersion === undefined || name === undefined) return null;
  const own = kind !== null && kind.custom === null && kind.definition.kind === name && kind.apiVersion === apiVersion;
  const struct = own ? kind.definition.struct : structOfAnswer({ apiVersion, kind: name });
  return struct === null ? null : protobufEnvelope(apiVersion, name, writeProtobuf(struct, value as object));
}

export function protobufStatus(status: Status): Buffer {
  return protobufEnvelope('v1', 'Status', writeProtobuf(structOf(`${META}Status`), status));
}

/** A list, of whole objects or of their metadata: its own metadata, then each item as a field. */
export function protobufList(kind: ServedKind, listing: Listing, format: Format): Buffer {
  const out = new ProtobufWriter();
  const partial = format.transform !== null;
  const struct = partial ? structOf(META + PARTIAL) : kind.definition.struct;
  writeProtobufField(out, 1, structOf(`${META}ListMeta`), listMeta(listing));
  for (const entry of listing.entries) {
    const object = toServed(kind, entry.value);
    writeProtobufField(out, 2, struct, partial ? partialObject(object, format.version) : object);
  }
  return partial
    ? protobufEnvelope(`meta.k8s.io/${format.version}`, `${PARTIAL}List`, out.finish())
    : protobufEnvelope(kind.apiVersion, `${kind.definition.kind}List`, out.finish());
}

/** An event of a watch around an object's own body. */
export function protobufFrame(type: string, body: Uint8Array): Buffer {
  const event = new ProtobufWriter(body.length + 64)
    .text(1, type)
    .bytes(2, new ProtobufWriter(body.length + 16).bytes(1, body).finish())
    .finish();
  const frame = Buffer.allocUnsafe(4 + event.length);
  frame.writeUInt32BE(event.length, 0);
  event.copy(frame, 4);
  return frame;
}
