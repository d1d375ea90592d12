import type { KubeObject } from '../../schema/object.ts';
import { StatusError } from '../../schema/status.ts';
import type { Answer, Call } from '../call.ts';
import { objectKey, type ServedKind, storePrefix } from '../registry.ts';
import { BINDING } from '../resources/binding.ts';
import { EVICTION } from '../resources/eviction.ts';
import type { Listing } from '../resources/list.ts';
import { tooLargeRevision, watchRevision } from '../resources/list-options.ts';
import type { Resources } from '../resources/resources.ts';
import { SCALE } from '../resources/scale.ts';
import { TOKEN_REQUEST } from '../resources/token-request.ts';
import { servedBytes, toServed } from '../resources/versions.ts';
import type { NodeDirectory } from '../streaming/node-endpoint.ts';
import { parsePatch, parseRequest, patchKindOf } from './body.ts';
import { deleteOptions } from './delete-options.ts';
import { type Exchange, readBody } from './exchange.ts';
import type { FlushQueue } from './flush.ts';
import { ListBody, sendBody, sendChunks } from './list-body.ts';
import { type Format, negotiate, wantsPretty } from './negotiation.ts';
import { PROTOBUF_TYPE, protobufBody, protobufList } from './protobuf-body.ts';
import { listQuery, managerOf, type WriteQuery, writeQuery } from './query.ts';
import type { ApiRequest } from './request.ts';
import { includeObjectOf, refuseMisfit, transformList, transformObject } from './transforms.ts';
import { framerOf } from './watch-frames.ts';
import { WatchStream, watchStart } from './watch-stream.ts';
import { YAML_TYPE, yamlBody } from './yaml-body.ts';

const PODS = storePrefix('', 'pods');
const JSON_TYPE = 'application/json';
const BODY_KINDS = { scale: SCALE, binding: BINDING, eviction: EVICTION, token: TOKEN_REQUEST } as const;

export function notAllowed(): StatusError {
  return new StatusError(
    405,
    'MethodNotAllowed',
    'the server does not allow this method on the requested resource',
    {},
  );
}

export function noSuchResource(): StatusError {
  return new StatusError(404, 'NotFound', 'the server could not find the requested resource', {});
}

/** Verbs over HTTP: reads parameters and bodies, calls the resources, writes the answer in the form asked for. */
export class ResourceHandler {
  readonly #resources: Resources;
  readonly #flushes: FlushQueue;
  readonly #nodes: NodeDirectory;
  readonly #streams = new Set<WatchStream>();

  constructor(resources: Resources, flushes: FlushQueue, nodes: NodeDirectory) {
    this.#resources = resources;
    this.#flushes = flushes;
    this.#nodes = nodes;
  }

  async handle(kind: ServedKind, request: ApiRequest): Promise<void> {
    const { verb } = request.info;
    // What cannot be answered in an acceptable form is not done either.
    formatFor(kind, request);
    if (verb === 'get') return this.#get(kind, request);
    if (verb === 'list') return this.#list(kind, request);
    if (verb === 'watch') return this.#watch(kind, request);
    if (verb === 'create') return this.#create(kind, request);
    if (verb === 'update') return this.#update(kind, request);
    if (verb === 'patch') return this.#patch(kind, request);
    if (verb === 'delete') return this.#delete(kind, request);
    if (verb === 'deletecollection') return this.#deleteCollection(kind, request);
    throw notAllowed();
  }

  /** Ends every watch, for a shutdown. */
  closeStreams(): void {
    for (const stream of this.#streams) stream.end();
  }

  #get(kind: ServedKind, request: ApiRequest): void {
    const { info, query } = request;
    const { core } = this.#resources;
    if (query.has('resourceVersion')) {
      const revision = watchRevision(query.get('resourceVersion') ?? '');
      if (revision > core.store.revision) throw tooLargeRevision(revision, core.store.revision);
    }
    if (info.subresource === 'scale') {
      this.#send(kind, request, this.#resources.getScale(this.#call(kind, request, NO_WRITE)));
      return;
    }
    const entry = this.#resources.get(kind, info.namespace, info.name);
    this.#send(kind, request, { code: 200, object: toServed(kind, entry.value), bytes: servedBytes(kind, entry) });
  }

  #list(kind: ServedKind, request: ApiRequest): void {
    this.#sendList(kind, request, this.#resources.list(kind, request.info.namespace, listQuery(request.query)));
  }

  #sendList(kind: ServedKind, request: ApiRequest, listing: Listing): void {
    const format = formatFor(kind, request);
    const { exchange } = request;
    refuseMisfit(kind, format, true);
    if (format.media === 'json' && format.transform === null && !format.pretty) {
      const body = new ListBody(kind, listing);
      sendChunks(exchange, request.headers(JSON_TYPE), body.length, body.chunks());
      return;
    }
    if (format.media === 'protobuf') {
      sendBody(exchange, request.headers(PROTOBUF_TYPE), 200, protobufList(kind, listing, format));
      return;
    }
    const now = this.#resources.core.clock.now();
    const include = format.transform === 'Table' ? includeObjectOf(request.query) : '';
    sendValue(request, 200, transformList(kind, listing, format, include, now), format);
  }

  #watch(kind: ServedKind, request: ApiRequest): void {
    const { core } = this.#resources;
    const { exchange, info, query } = request;
    const format = formatFor(kind, request);
    const parameters = listQuery(query);
    const named = info.watchPath && info.name !== '' ? { fieldSelector: `metadata.name=${info.name}` } : {};
    const start = watchStart(core, kind, { ...parameters, ...named });
    const include = format.transform === 'Table' ? includeObjectOf(query) : '';
    const framer = framerOf(kind, format, include, () => core.clock.now());
    const out = exchange.stream(200, request.headers(framer.contentType));
    const stream = new WatchStream(core, { kind, namespace: info.namespace, start }, framer, out, this.#flushes);
    this.#streams.add(stream);
    exchange.onClose(() => {
      this.#streams.delete(stream);
      stream.close();
    });
    stream.open();
  }

  async #create(kind: ServedKind, request: ApiRequest): Promise<void> {
    const { exchange, info } = request;
    const options = writeQuery(request.query, 'CreateOptions');
    const bytes = await readBody(exchange);
    const sub = BODY_KINDS[info.subresource as keyof typeof BODY_KINDS];
    const expected =
      sub === undefined
        ? { kind: kind.definition.kind, struct: structFor(kind), custom: kind.custom !== null }
        : { kind: sub.kind, struct: sub.struct, custom: false };
    const body = await parseRequest(bytes, exchange.headers['content-type'], expected, this.#resources.core.kinds);
    const call = this.#call(kind, request, options);
    const answer =
      info.subresource === '' ? await this.#resources.create(call, body) : await this.#resources.createSub(call, body);
    this.#send(kind, request, answer);
  }

  async #update(kind: ServedKind, request: ApiRequest): Promise<void> {
    const { exchange, info } = request;
    const options = writeQuery(request.query, 'UpdateOptions');
    const bytes = await readBody(exchange);
    const expected =
      info.subresource === 'scale'
        ? { kind: SCALE.kind, struct: SCALE.struct, custom: false }
        : { kind: kind.definition.kind, struct: structFor(kind), custom: kind.custom !== null };
    const body = await parseRequest(bytes, exchange.headers['content-type'], expected, this.#resources.core.kinds);
    this.#send(kind, request, await this.#resources.update(this.#call(kind, request, options), body));
  }

  async #patch(kind: ServedKind, request: ApiRequest): Promise<void> {
    const { exchange } = request;
    const patchKind = patchKindOf(exchange.headers['content-type'], kind);
    const options = writeQuery(request.query, 'PatchOptions', patchKind === 'apply');
    const body = await parsePatch(await readBody(exchange), patchKind, kind.definition.struct);
    const patch = { kind: patchKind, body, force: options.force === true };
    this.#send(kind, request, await this.#resources.patch(this.#call(kind, request, options), patch));
  }

  async #delete(kind: ServedKind, request: ApiRequest): Promise<void> {
    const { exchange, query } = request;
    const bytes = await readBody(exchange);
    const { deletion, dryRun } = await deleteOptions(bytes, exchange.headers['content-type'], query);
    const call = this.#call(kind, request, { ...NO_WRITE, dryRun });
    if (!dryRun && kind.prefix === PODS) this.#announceDeletion(kind, request);
    this.#send(kind, request, await this.#resources.delete(call, deletion));
  }

  /** `NodeEndpoint.deletionAsked`: before the deletion, as the node hears of that sooner than it is answered. */
  #announceDeletion(kind: ServedKind, { info }: ApiRequest): void {
    const { store } = this.#resources.core;
    const pod = store.getPending<KubeObject>(objectKey(kind, info.namespace, info.name))?.value;
    if (pod?.spec?.nodeName && pod.metadata.deletionTimestamp === undefined)
      this.#nodes(pod.spec.nodeName)?.deletionAsked?.(pod);
  }

  async #deleteCollection(kind: ServedKind, request: ApiRequest): Promise<void> {
    const { exchange, query } = request;
    const bytes = await readBody(exchange);
    const { deletion, dryRun } = await deleteOptions(bytes, exchange.headers['content-type'], query);
    const call = this.#call(kind, request, { ...NO_WRITE, dryRun });
    this.#sendList(kind, request, await this.#resources.deleteCollection(call, listQuery(query), deletion));
  }

  #call(kind: ServedKind, request: ApiRequest, options: WriteQuery): Call {
    const { info, exchange } = request;
    return {
      kind,
      namespace: kind.definition.namespaced ? info.namespace : '',
      name: info.name,
      subresource: info.subresource,
      user: request.user,
      manager: options.fieldManager === '' ? managerOf(exchange.headers['user-agent']) : options.fieldManager,
      dryRun: options.dryRun,
      fieldValidation: options.fieldValidation,
      warn: request.warnings.add,
      authorize: request.authorize,
    };
  }

  #send(kind: ServedKind, request: ApiRequest, answer: Answer): void {
    const format = formatFor(kind, request);
    const asIs = format.transform === null || (answer.foreign === true && answer.columns === undefined);
    if (format.media === 'json' && !format.pretty && asIs) {
      const body = answer.bytes ?? Buffer.from(`${JSON.stringify(answer.object)}\n`);
      sendBody(request.exchange, request.headers(JSON_TYPE), answer.code, body);
      return;
    }
    if (!asIs) refuseMisfit(kind, format, false);
    const now = this.#resources.core.clock.now();
    const include = format.transform === 'Table' ? includeObjectOf(request.query) : '';
    const { columns } = answer;
    const shown = columns === undefined ? kind.definition : { columns };
    const value: unknown = asIs ? answer.object : transformObject(shown, answer.object, format, include, now);
    const protobuf = format.media === 'protobuf' ? protobufBody(kind, value) : null;
    if (protobuf !== null) sendBody(request.exchange, request.headers(PROTOBUF_TYPE), answer.code, protobuf);
    else sendValue(request, answer.code, value, format);
  }
}

const structFor = (kind: ServedKind) => (kind.custom === null ? kind.definition.struct : undefined);

const NO_WRITE: WriteQuery = { dryRun: false, fieldValidation: 'Ignore', fieldManager: '', force: undefined };

/** Custom kinds have no protobuf form; who asks for that gets JSON, which every known client takes. */
function formatFor(kind: ServedKind, { exchange, query }: ApiRequest): Format {
  const asked = negotiate(exchange.headers.accept);
  const format: Format = asked.media === 'protobuf' && kind.custom !== null ? { ...asked, media: 'json' } : asked;
  const pretty = wantsPretty(format, query.get('pretty'), exchange.headers['user-agent']);
  return pretty === format.pretty ? format : { ...format, pretty };
}

/** Writes any JSON value in the format asked for. */
export function sendValue(
  request: { readonly exchange: Exchange; headers: ApiRequest['headers'] },
  code: number,
  value: unknown,
  format: Format,
): void {
  if (format.media === 'yaml') {
    void yamlBody(value).then((body) => request.exchange.respond(code, request.headers(YAML_TYPE), body));
    return;
  }
  const text = format.pretty ? `${JSON.stringify(value, null, 2)}\n` : JSON.stringify(value);
  sendBody(request.exchange, request.headers(JSON_TYPE), code, Buffer.from(text));
}
