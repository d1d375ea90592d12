import { Readable } from 'node:stream';
import type { LogOptions } from '../../apiserver/streaming/node-endpoint.ts';
import { parseTime } from '../../base/time.ts';
import type { FileSystem } from '../files.ts';
import { parseLine, renderLine } from './lines.ts';

const CHUNK = 64 * 1024;

export interface LogSource {
  readonly files: FileSystem;
  readonly path: string;
  readonly now: number;
  /** Calls back when the container has exited, at once if it has; returns the function that stops it. Null: it is over. */
  readonly onEnd: ((ended: () => void) => () => void) | null;
}

/** Offset from which the last `count` lines of a file begin. */
async function tailOffset(files: FileSystem, path: string, size: number, count: number): Promise<number> {
  if (count === 0) return size;
  let left = count;
  let end = size;
  let first = true;
  while (end > 0) {
    const from = Math.max(0, end - CHUNK);
    const chunk = await files.readRange(path, from, end - from);
    for (let i = chunk.length - 1; i >= 0; i--) {
      // The newline that ends the file ends a line, it does not begin one.
      if (chunk[i] === 10 && !(first && i === chunk.length - 1) && --left === 0) return from + i + 1;
    }
    first = false;
    end = from;
  }
  return 0;
}

class LogStream extends Readable {
  readonly #source: LogSource;
  readonly #options: LogOptions;
  readonly #since: number | null;
  #offset = 0;
  #fileId = '';
  #rest = '';
  #left: number;
  #started = false;
  #reading = false;
  #wanted = false;
  #news = false;
  #over: boolean;
  #cleanup: (() => void)[] = [];

  constructor(source: LogSource, options: LogOptions) {
    super();
    this.#source = source;
    this.#options = options;
    this.#left = options.limitBytes ?? Number.POSITIVE_INFINITY;
    this.#over = source.onEnd === null || !options.follow;
    this.#since =
      options.sinceTime !== undefined
        ? parseTime(options.sinceTime)
        : options.sinceSeconds !== undefined
          ? source.now - options.sinceSeconds * 1000
          : null;
  }

  override _read(): void {
    this.#wanted = true;
    void this.#pump();
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    for (const stop of this.#cleanup) stop();
    done(error);
  }

  async #pump(): Promise<void> {
    this.#news = true;
    if (this.#reading || this.destroyed) return;
    this.#reading = true;
    try {
      if (!this.#started) await this.#begin();
      while (this.#wanted && this.#news && !this.destroyed) {
        // What is told while a step runs is looked at in the next.
        this.#news = false;
        const { more, ended } = await this.#step();
        if (ended) {
          this.push(null);
          return;
        }
        this.#news ||= more;
      }
    } catch (error) {
      this.destroy(error as Error);
    } finally {
      this.#reading = false;
    }
  }

  async #begin(): Promise<void> {
    this.#started = true;
    const { files, path, onEnd } = this.#source;
    const info = await files.info(path);
    this.#fileId = info?.id ?? '';
    if (info !== null && this.#options.tailLines !== undefined) {
      this.#offset = await tailOffset(files, path, info.size, this.#options.tailLines);
    }
    if (this.#over || onEnd === null) return;
    if (info !== null) this.#cleanup.push(files.watch(path, () => void this.#pump()));
    this.#cleanup.push(
      onEnd(() => {
        this.#over = true;
        void this.#pump();
      }),
    );
  }

  async #step(): Promise<{ more: boolean; ended: boolean }> {
    const { files, path } = this.#source;
    const last = this.#over;
    const info = await files.info(path);
    if (info !== null && (info.id !== this.#fileId || info.size < this.#offset)) {
      this.#fileId = info.id;
      this.#offset = 0;
    }
    const length = info === null ? 0 : Math.min(CHUNK, info.size - this.#offset);
    if (length <= 0) return { more: false, ended: last };
    const chunk = await files.readRange(path, this.#offset, length);
    this.#offset += chunk.length;
    return this.#emit(chunk);
  }

  #emit(chunk: Uint8Array): { more: boolean; ended: boolean } {
    const lines = (this.#rest + Buffer.from(chunk).toString('latin1')).split('\n');
    this.#rest = lines.pop() ?? '';
    let out = '';
    for (const raw of lines) {
      const line = parseLine(raw);
      if (line !== null) out += renderLine(line, this.#options.timestamps, this.#since);
    }
    if (out === '') return { more: true, ended: false };
    let bytes = Buffer.from(out, 'latin1');
    if (bytes.length > this.#left) bytes = bytes.subarray(0, this.#left);
    this.#left -= bytes.length;
    this.#wanted = this.push(bytes);
    return { more: true, ended: this.#left <= 0 };
  }
}

/** The log of one container instance, as asked for (node.md 6.4). Only the newest file is read. */
export function readLog(source: LogSource, options: LogOptions): Readable {
  return new LogStream(source, options);
}
