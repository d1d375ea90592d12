import { DESCRIPTIONS } from '../../api/descriptions/index.ts';
import { OpenApiDocuments, V2_PROTOBUF } from '../../schema/openapi/documents.ts';
import { VERSION } from '../discovery/version.ts';
import type { KindRegistry } from '../registry.ts';
import { sendBody } from './list-body.ts';
import { acceptClauses } from './negotiation.ts';
import type { ApiRequest } from './request.ts';
import { sendText } from './respond.ts';

const NOT_FOUND = '404 page not found\n';
const V3_ROOT = '/openapi/v3';

/** The OpenAPI documents of a server. Import it when one is asked for: it brings all descriptions with it. */
export class OpenApiHandler {
  readonly #kinds: KindRegistry;
  readonly #documents: OpenApiDocuments;
  #generation = 0;

  constructor(kinds: KindRegistry) {
    this.#kinds = kinds;
    const all = () =>
      kinds.all().map((kind) => ({
        definition: kind.definition,
        ...(kind.custom === null ? {} : { schema: kind.custom.openApiSchema }),
      }));
    this.#documents = new OpenApiDocuments(all, VERSION.gitVersion, DESCRIPTIONS);
  }

  /** Answers `/openapi/...`. */
  handle(request: ApiRequest): void {
    if (this.#generation !== this.#kinds.generation) {
      this.#generation = this.#kinds.generation;
      this.#documents.invalidate();
    }
    const { exchange, info, query } = request;
    const clauses = acceptClauses(exchange.headers.accept ?? '*/*');
    const protobuf = clauses.find((clause) => clause.media.startsWith('application/com.github.proto-openapi.spec.v2'));
    let document: { bytes: Buffer; hash: string } | null = null;
    let type = 'application/json';
    if (info.path === '/openapi/v2') {
      document = protobuf === undefined ? this.#documents.v2Json() : this.#documents.v2Protobuf();
      if (protobuf !== undefined) type = V2_PROTOBUF;
    } else if (info.path === V3_ROOT || info.path === `${V3_ROOT}/`) document = this.#documents.v3Index();
    else if (info.path.startsWith(`${V3_ROOT}/`))
      document = this.#documents.v3Json(info.path.slice(V3_ROOT.length + 1));
    if (document === null) {
      sendText(exchange, request.headers('text/plain'), 404, NOT_FOUND);
      return;
    }
    const headers = request.headers(type);
    headers.etag = `"${document.hash}"`;
    headers.vary = 'Accept';
    const asked = query.get('hash');
    if (asked !== null && asked !== document.hash) {
      headers.location = `${info.path}?hash=${document.hash}`;
      exchange.respond(301, headers, null);
      return;
    }
    if (asked !== null) headers['cache-control'] = 'public, immutable';
    if (exchange.headers['if-none-match'] === headers.etag) exchange.respond(304, headers, null);
    else sendBody(exchange, headers, 200, document.bytes);
  }
}
