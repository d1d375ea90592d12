import { createHash } from 'node:crypto';
import type { JsonRecord } from '../../base/json.ts';
import { Definitions, type OpenApiKind, rootOf } from './definitions.ts';
import { type Descriptions, NO_DESCRIPTIONS } from './descriptions.ts';
import { addPaths } from './paths.ts';
import { type OpenApiVersion, PATCH_DEFINITION } from './schemas.ts';
import { writeDocumentV2 } from './v2-protobuf.ts';

/** Content-Type of the protobuf form of `/openapi/v2`; clients ask for it, also as `…spec.v2@v1.0+protobuf`. */
export const V2_PROTOBUF = 'application/com.github.proto-openapi.spec.v2.v1.0+protobuf';

/** A document as it is sent. */
export interface OpenApiDocument {
  readonly bytes: Buffer;
  /** Upper-case hexadecimal SHA-512: the ETag (in quotes) and, for version 3, the `hash` of the address. */
  readonly hash: string;
}

function sha512(data: Buffer | string): string {
  return createHash('sha512').update(data).digest('hex').toUpperCase();
}

function build(
  kinds: readonly OpenApiKind[],
  version: OpenApiVersion,
  descriptions: Descriptions,
): { paths: JsonRecord; schemas: JsonRecord } {
  const definitions = new Definitions(version, descriptions);
  definitions.schemas.set(PATCH_DEFINITION, { type: 'object' });
  const paths: JsonRecord = {};
  for (const kind of kinds) {
    definitions.addKind(kind);
    addPaths(kind, version, paths);
  }
  return { paths, schemas: definitions.sorted() };
}

/** The OpenAPI 2 document of all kinds, as JSON. */
export function openApiV2(
  kinds: readonly OpenApiKind[],
  serverVersion: string,
  descriptions: Descriptions = NO_DESCRIPTIONS,
): JsonRecord {
  const { paths, schemas } = build(kinds, 2, descriptions);
  return { swagger: '2.0', info: { title: 'Kubernetes', version: serverVersion }, paths, definitions: schemas };
}

/** The OpenAPI 3 document of the kinds of one group-version, as JSON. */
export function openApiV3(
  kinds: readonly OpenApiKind[],
  serverVersion: string,
  descriptions: Descriptions = NO_DESCRIPTIONS,
): JsonRecord {
  const { paths, schemas } = build(kinds, 3, descriptions);
  return {
    openapi: '3.0.0',
    info: { title: 'Kubernetes', version: serverVersion },
    paths,
    components: { schemas },
  };
}

/**
 * The OpenAPI documents of a server, each made when it is first asked for and kept as bytes until the kinds change:
 * call `invalidate` then (a custom resource definition came or went).
 */
export class OpenApiDocuments {
  private readonly kinds: () => readonly OpenApiKind[];
  private readonly serverVersion: string;
  private readonly descriptions: Descriptions;
  private readonly cache = new Map<string, OpenApiDocument>();

  /** `serverVersion` as `/version` tells it: `v1.36.3`. */
  constructor(
    kinds: () => readonly OpenApiKind[],
    serverVersion: string,
    descriptions: Descriptions = NO_DESCRIPTIONS,
  ) {
    this.kinds = kinds;
    this.serverVersion = serverVersion;
    this.descriptions = descriptions;
  }

  invalidate(): void {
    this.cache.clear();
  }

  private cached(key: string, make: () => Buffer, hash?: () => string): OpenApiDocument {
    let found = this.cache.get(key);
    if (found === undefined) {
      const bytes = make();
      found = { bytes, hash: hash === undefined ? sha512(bytes) : hash() };
      this.cache.set(key, found);
    }
    return found;
  }

  private v2(): JsonRecord {
    return openApiV2(this.kinds(), this.serverVersion, this.descriptions);
  }

  /** `/openapi/v2` as JSON. */
  v2Json(): OpenApiDocument {
    return this.cached('v2', () => Buffer.from(JSON.stringify(this.v2())));
  }

  /** `/openapi/v2` as `V2_PROTOBUF` (gnostic openapi.v2.Document). */
  v2Protobuf(): OpenApiDocument {
    return this.cached('v2-protobuf', () => writeDocumentV2(this.v2()));
  }

  /** `/openapi/v3/<root>` as JSON, with `root` such as `apis/apps/v1`; null when nothing is served there. */
  v3Json(root: string): OpenApiDocument | null {
    const kinds = this.kindsOf(root);
    if (kinds.length === 0) return null;
    const make = (): Buffer => Buffer.from(JSON.stringify(openApiV3(kinds, this.serverVersion, this.descriptions)));
    return this.cached(`v3 ${root}`, make, () => this.hashOf(kinds));
  }

  /** `/openapi/v3`: every root with the address of its document. Costs no document. */
  v3Index(): OpenApiDocument {
    return this.cached('v3-index', () => {
      const roots = [...new Set(this.kinds().map((kind) => rootOf(kind.definition)))].sort();
      const paths: JsonRecord = {};
      for (const root of roots) {
        paths[root] = { serverRelativeURL: `/openapi/v3/${root}?hash=${this.hashOf(this.kindsOf(root))}` };
      }
      return Buffer.from(JSON.stringify({ paths }));
    });
  }

  private kindsOf(root: string): readonly OpenApiKind[] {
    return this.kinds().filter((kind) => rootOf(kind.definition) === root);
  }

  /** Of what decides a version 3 document, so that the index can name it before it is made. */
  private hashOf(kinds: readonly OpenApiKind[]): string {
    const source = kinds.map(({ definition, schema }) => [definition.plural, definition.kind, schema ?? null]);
    return sha512(JSON.stringify([this.serverVersion, this.descriptions.digest, source]));
  }
}
