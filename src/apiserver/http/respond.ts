import { uuid } from '../../base/random.ts';
import { type Status, StatusError } from '../../schema/status.ts';
import type { Core } from '../core.ts';
import type { Exchange, ResponseHeaders } from './exchange.ts';
import { preferredMedia } from './negotiation.ts';
import { PROTOBUF_TYPE, protobufStatus } from './protobuf-body.ts';
import { YAML_TYPE, yamlBody } from './yaml-body.ts';

const MAX_WARNINGS_LENGTH = 4096;
const MAX_TRUNCATED_WARNING = 256;

/** Warnings of one request, each once. */
export class Warnings {
  #texts: string[] | null = null;
  readonly add = (text: string): void => {
    this.#texts ??= [];
    if (!this.#texts.includes(text)) this.#texts.push(text);
  };

  /** `Warning` headers: `299 - "text"` (api.md 4.5). */
  headers(): readonly string[] | null {
    if (this.#texts === null) return null;
    const total = this.#texts.reduce((sum, text) => sum + text.length, 0);
    const texts =
      total > MAX_WARNINGS_LENGTH ? this.#texts.map((text) => text.slice(0, MAX_TRUNCATED_WARNING)) : this.#texts;
    // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters must not reach a header
    return texts.map((text) => `299 - "${text.replace(/[\u0000-\u001f\u007f]/g, '').replace(/["\\]/g, '\\$&')}"`);
  }
}

/** Headers every answer carries. */
export class CommonHeaders {
  readonly #core: Core;
  readonly #flowSchema: string;
  readonly #priorityLevel: string;

  constructor(core: Core) {
    this.#core = core;
    this.#flowSchema = uuid(core.random);
    this.#priorityLevel = uuid(core.random);
  }

  make(contentType: string, warnings: Warnings | null): ResponseHeaders {
    const headers: ResponseHeaders = {
      'audit-id': uuid(this.#core.random),
      'cache-control': 'no-cache, private',
      'content-type': contentType,
      'x-kubernetes-pf-flowschema-uid': this.#flowSchema,
      'x-kubernetes-pf-prioritylevel-uid': this.#priorityLevel,
    };
    const texts = warnings?.headers() ?? null;
    if (texts !== null) headers.warning = latin(texts);
    return headers;
  }
}

/** Header values travel as bytes; Node wants them as Latin-1. */
function latin(texts: readonly string[]): readonly string[] {
  return texts.map((text) => Buffer.from(text, 'utf8').toString('latin1'));
}

/** Any error as the Status a client receives. */
export function statusOf(error: unknown): Status {
  if (error instanceof StatusError) return error.status;
  const message = error instanceof Error ? error.message : String(error);
  return new StatusError(500, 'InternalError', `Internal error occurred: ${message}`, { causes: [{ message }] }).status;
}

export function sendStatus(exchange: Exchange, headers: ResponseHeaders, status: Status): void {
  const retryAfter = status.details?.retryAfterSeconds;
  if (retryAfter !== undefined) headers['retry-after'] = String(retryAfter);
  const code = status.code ?? 200;
  const media = preferredMedia(exchange.headers.accept);
  if (media === 'protobuf') {
    headers['content-type'] = PROTOBUF_TYPE;
    exchange.respond(code, headers, protobufStatus(status));
    return;
  }
  if (media === 'yaml') {
    headers['content-type'] = YAML_TYPE;
    void yamlBody(status).then((body) => exchange.respond(code, headers, body));
    return;
  }
  exchange.respond(code, headers, Buffer.from(`${JSON.stringify(status)}\n`));
}

export function sendText(exchange: Exchange, headers: ResponseHeaders, code: number, text: string): void {
  headers['content-type'] = 'text/plain; charset=utf-8';
  exchange.respond(code, headers, Buffer.from(text));
}
