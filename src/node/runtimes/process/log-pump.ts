import { execFile } from 'node:child_process';
import { appendFileSync, closeSync, mkdirSync, openSync, readFileSync, readSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Clock } from '../../../base/clock.ts';

const CHUNK_BYTES = 256 * 1024;
const MAX_LINE_BYTES = 16 * 1024;
const GIVE_BACK_BYTES = 8 << 20;
type Stream = 'stdout' | 'stderr';

export type LogListener = (stream: Stream, bytes: Buffer) => void;

/**
 * Turns what a container wrote to its raw files into the CRI log, line by line with the time of reading. The container
 * writes to the files itself, so nothing is lost while Perdure is away; how far we are is kept on disk.
 */
export class LogPump {
  readonly #directory: string;
  readonly #logPath: string;
  readonly #positionFile: string;
  readonly #clock: Clock;
  readonly #position: Record<Stream, number> = { stdout: 0, stderr: 0 };
  readonly #listened: Record<Stream, number> = { stdout: 0, stderr: 0 };
  readonly listeners = new Set<LogListener>();
  readonly #given: Record<Stream, number> = { stdout: 0, stderr: 0 };
  #scheduled = false;

  constructor(options: {
    readonly directory: string;
    readonly logPath: string;
    readonly positionFile: string;
    readonly clock: Clock;
  }) {
    this.#directory = options.directory;
    this.#logPath = options.logPath;
    this.#positionFile = options.positionFile;
    this.#clock = options.clock;
    mkdirSync(dirname(options.logPath), { recursive: true });
    try {
      Object.assign(this.#position, JSON.parse(readFileSync(options.positionFile, 'utf8')));
    } catch {
      // A container that has not logged yet.
    }
    Object.assign(this.#listened, this.#position);
  }

  /** Reads soon; several calls of one turn are one. */
  wake(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    this.#clock.defer(() => {
      this.#scheduled = false;
      this.drain(false);
    });
  }

  /** Reads all there is; `final` also takes a last line without its end. */
  drain(final: boolean): void {
    const moved = [this.#read('stdout', final), this.#read('stderr', final)];
    if (!moved.includes(true)) return;
    writeFileSync(this.#positionFile, JSON.stringify(this.#position));
    this.#giveBack('stdout');
    this.#giveBack('stderr');
  }

  /** Gives the disk blocks of what was read back; offsets stay, so that the writer needs to know nothing. */
  #giveBack(stream: Stream): void {
    const end = this.#position[stream] - (this.#position[stream] % 4096);
    if (end - this.#given[stream] < GIVE_BACK_BYTES) return;
    this.#given[stream] = end;
    const args = ['--punch-hole', '--offset', '0', '--length', String(end), join(this.#directory, stream)];
    // Best effort: a file system without holes keeps the blocks until the container goes.
    execFile('fallocate', args, () => undefined);
  }

  #read(stream: Stream, final: boolean): boolean {
    let file: number;
    try {
      file = openSync(join(this.#directory, stream), 'r');
    } catch {
      return false;
    }
    const before = this.#position[stream];
    try {
      const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
      for (;;) {
        const count = readSync(file, chunk, 0, CHUNK_BYTES, this.#position[stream]);
        if (count === 0) break;
        const bytes = chunk.subarray(0, count);
        this.#tell(stream, bytes);
        const used = this.#append(stream, bytes, final && count < CHUNK_BYTES);
        this.#position[stream] += used;
        if (used < count && count < CHUNK_BYTES) break;
      }
    } finally {
      closeSync(file);
    }
    return this.#position[stream] !== before;
  }

  #tell(stream: Stream, bytes: Buffer): void {
    const start = this.#position[stream];
    const fresh = bytes.subarray(Math.max(0, this.#listened[stream] - start));
    this.#listened[stream] = Math.max(this.#listened[stream], start + bytes.length);
    if (fresh.length > 0) for (const listener of this.listeners) listener(stream, Buffer.from(fresh));
  }

  /** Returns how many bytes became lines. */
  #append(stream: Stream, bytes: Buffer, final: boolean): number {
    const stamp = `${new Date(this.#clock.now()).toISOString().slice(0, -1)}000000Z ${stream} `;
    const parts: (Buffer | string)[] = [];
    let at = 0;
    while (at < bytes.length) {
      const newline = bytes.indexOf(10, at);
      const end = newline < 0 ? bytes.length : newline;
      if (end - at > MAX_LINE_BYTES) {
        parts.push(`${stamp}P `, bytes.subarray(at, at + MAX_LINE_BYTES), '\n');
        at += MAX_LINE_BYTES;
      } else if (newline >= 0) {
        parts.push(`${stamp}F `, bytes.subarray(at, end), '\n');
        at = end + 1;
      } else if (final) {
        parts.push(`${stamp}P `, bytes.subarray(at, end), '\n');
        at = end;
      } else break;
    }
    if (parts.length > 0)
      appendFileSync(
        this.#logPath,
        Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : part))),
      );
    return at;
  }
}
