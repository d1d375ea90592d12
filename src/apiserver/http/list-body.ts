import { createGzip } from 'node:zlib';
import type { ServedKind } from '../registry.ts';
import type { Listing } from '../resources/list.ts';
import { servedBytes } from '../resources/versions.ts';
import type { Exchange, Outgoing, ResponseHeaders } from './exchange.ts';

const CHUNK_BYTES = 256 * 1024;
const GZIP_FROM_BYTES = 128 * 1024;
const COMMA = Buffer.from(',');
const BRACE = Buffer.from('{');
const END = Buffer.from(']}\n');

/** Metadata of a list answer. */
export function listMeta(listing: Listing): Record<string, unknown> {
  return {
    ...(listing.revision === 0 ? {} : { resourceVersion: String(listing.revision) }),
    ...(listing.continue === '' ? {} : { continue: listing.continue }),
    ...(listing.remaining === undefined ? {} : { remainingItemCount: listing.remaining }),
  };
}

/**
 * The bytes of a list, put together from those of the stored objects. Items of built-in lists carry no kind and
 * apiVersion: the fixed head is cut off their bytes.
 */
export class ListBody {
  readonly #head: Buffer;
  readonly #items: readonly Buffer[];
  readonly #cut: number;
  readonly length: number;

  constructor(kind: ServedKind, listing: Listing) {
    const listKind = JSON.stringify(`${kind.definition.kind}List`);
    const meta = JSON.stringify(listMeta(listing));
    this.#head = Buffer.from(
      `{"kind":${listKind},"apiVersion":${JSON.stringify(kind.apiVersion)},"metadata":${meta},"items":[`,
    );
    this.#cut = kind.custom === null ? kind.head.length : 0;
    this.#items = listing.entries.map((entry) => servedBytes(kind, entry));
    let length = this.#head.length + END.length + Math.max(0, this.#items.length - 1);
    for (const item of this.#items) length += item.length - this.#cut + (this.#cut > 0 ? 1 : 0);
    this.length = length;
  }

  /** The whole in pieces of a quarter of a mebibyte. */
  *chunks(): Generator<Buffer> {
    let chunk = Buffer.allocUnsafe(Math.min(CHUNK_BYTES, this.length));
    let used = 0;
    let left = this.length;
    for (const part of this.#parts()) {
      let offset = 0;
      while (offset < part.length) {
        const copied = part.copy(chunk, used, offset);
        offset += copied;
        used += copied;
        if (used < chunk.length) continue;
        yield chunk;
        left -= used;
        used = 0;
        chunk = Buffer.allocUnsafe(Math.min(CHUNK_BYTES, left));
      }
    }
    if (used > 0) yield chunk.subarray(0, used);
  }

  *#parts(): Generator<Buffer> {
    yield this.#head;
    for (let i = 0; i < this.#items.length; i++) {
      if (i > 0) yield COMMA;
      const item = this.#items[i]!;
      if (this.#cut === 0) yield item;
      else {
        yield BRACE;
        yield item.subarray(this.#cut);
      }
    }
    yield END;
  }
}

const acceptsGzip = (exchange: Exchange): boolean => {
  const header = exchange.headers['accept-encoding'];
  return typeof header === 'string' && /\bgzip\b/.test(header);
};

/** Sends a large or small list; large ones compressed where the client takes that. */
export function sendChunks(
  exchange: Exchange,
  headers: ResponseHeaders,
  length: number,
  chunks: Iterable<Buffer>,
): void {
  if (length > GZIP_FROM_BYTES && acceptsGzip(exchange)) {
    headers['content-encoding'] = 'gzip';
    headers.vary = 'Accept-Encoding';
    const gzip = createGzip({ level: 1 });
    const out = exchange.stream(200, headers);
    gzip.on('data', (piece: Buffer) => {
      if (out.write(piece)) return;
      gzip.pause();
      out.drained(() => gzip.resume());
    });
    gzip.once('end', () => out.end());
    exchange.onClose(() => gzip.destroy());
    pump(chunks[Symbol.iterator](), {
      write: (piece) => gzip.write(piece),
      end: () => gzip.end(),
      drained: (callback) => gzip.once('drain', callback),
    });
    return;
  }
  if (length <= CHUNK_BYTES) {
    exchange.respond(200, headers, Buffer.concat([...chunks], length));
    return;
  }
  headers['content-length'] = String(length);
  pump(chunks[Symbol.iterator](), exchange.stream(200, headers));
}

type Sink = Pick<Outgoing, 'write' | 'end' | 'drained'>;

function pump(chunks: Iterator<Buffer>, sink: Sink): void {
  for (;;) {
    const { done, value } = chunks.next();
    if (done === true) {
      sink.end();
      return;
    }
    if (!sink.write(value)) {
      sink.drained(() => pump(chunks, sink));
      return;
    }
  }
}

/** One body, compressed when it is large and the client takes that. */
export function sendBody(exchange: Exchange, headers: ResponseHeaders, code: number, body: Buffer): void {
  if (code === 200 && body.length > GZIP_FROM_BYTES) sendChunks(exchange, headers, body.length, [body]);
  else exchange.respond(code, headers, body);
}
