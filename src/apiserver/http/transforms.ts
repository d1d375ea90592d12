import type { KubeObject } from '../../schema/object.ts';
import { badRequest, StatusError } from '../../schema/status.ts';
import { type TableKind, toTable } from '../../schema/table.ts';
import type { ServedKind } from '../registry.ts';
import type { Listing } from '../resources/list.ts';
import { toServed } from '../resources/versions.ts';
import { listMeta } from './list-body.ts';
import type { Format } from './negotiation.ts';

/** Metadata only, as `meta.k8s.io` shows it. */
export function partialObject(object: KubeObject, version: string): object {
  return { kind: 'PartialObjectMetadata', apiVersion: `meta.k8s.io/${version}`, metadata: object.metadata };
}

const INCLUDES: ReadonlySet<string> = new Set(['', 'None', 'Metadata', 'Object']);

/** The `includeObject` parameter of a Table request. Throws BadRequest. */
export function includeObjectOf(query: URLSearchParams): string {
  const value = query.get('includeObject') ?? '';
  if (!INCLUDES.has(value)) {
    throw badRequest(
      `Unable to convert to Table as requested: includeObject: Invalid value: ${JSON.stringify(value)}: must be 'Metadata', 'Object', 'None', or empty`,
    );
  }
  return value === '' ? 'Metadata' : value;
}

/** The server's own Go type of a kind or its list, as error texts name it. */
function goType(kind: ServedKind, list: boolean): string {
  const suffix = list ? 'List' : '';
  if (kind.custom !== null) return `*unstructured.Unstructured${suffix}`;
  const group = kind.definition.group.split('.', 1)[0]!;
  // Events of both groups are one type.
  return `*${group === '' || group === 'events' ? 'core' : group}.${kind.definition.kind}${suffix}`;
}

/** Refuses metadata of a list where one object is the answer, and the other way round. */
export function refuseMisfit(kind: ServedKind, format: Format, list: boolean): void {
  if (format.transform !== (list ? 'PartialObjectMetadata' : 'PartialObjectMetadataList')) return;
  const what = list ? 'a list' : 'not a list';
  const text = `you requested ${format.transform}, but the requested object is ${what} (${goType(kind, list)})`;
  throw new StatusError(406, 'NotAcceptable', text);
}

/** An object in the form asked for; itself when nothing special was. */
export function transformObject(
  kind: TableKind,
  object: KubeObject,
  format: Format,
  includeObject: string,
  now: number,
): unknown {
  if (format.transform === 'Table') {
    const table = toTable(kind, [object], now, includeObject) as unknown as Record<string, unknown>;
    const metadata = { resourceVersion: object.metadata.resourceVersion };
    return { ...table, apiVersion: `meta.k8s.io/${format.version}`, metadata };
  }
  return format.transform === null ? object : partialObject(object, format.version);
}

/** A whole list as JSON value, for everything that is not sent as stored bytes. */
export function transformList(
  kind: ServedKind,
  listing: Listing,
  format: Format,
  includeObject: string,
  now: number,
): unknown {
  const objects = listing.entries.map((entry) => toServed(kind, entry.value));
  const metadata = listMeta(listing);
  const apiVersion = `meta.k8s.io/${format.version}`;
  if (format.transform === 'Table') {
    const table = toTable(kind.definition, objects, now, includeObject) as unknown as Record<string, unknown>;
    return { ...table, apiVersion, metadata };
  }
  if (format.transform !== null) {
    const items = objects.map((object) => partialObject(object, format.version));
    return { kind: 'PartialObjectMetadataList', apiVersion, metadata, items };
  }
  const items = kind.custom !== null ? objects : objects.map(({ kind: _kind, apiVersion: _version, ...rest }) => rest);
  return { kind: `${kind.definition.kind}List`, apiVersion: kind.apiVersion, metadata, items };
}
