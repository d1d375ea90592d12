// The append-only log on disk. Format 1: `index<TAB>base64` lines. Format 2 (2.9.0): the same with a CRC per line.
import {
  closeSync,
  existsSync,
  fdatasync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  truncateSync,
  write,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { crc32 } from './crc32.mjs';

const syncData = promisify(fdatasync);
const writeTo = promisify(write);

const encoders = {
  1: (index, data) => `${index}\t${Buffer.from(data).toString('base64')}\n`,
  2: (index, data) => {
    const body = `${index}\t${Buffer.from(data).toString('base64')}`;
    return `${body}\t${crc32(body).toString(16).padStart(8, '0')}\n`;
  },
};

function decodeLine(line, format) {
  const parts = line.split('\t');
  if (parts.length !== (format === 1 ? 2 : 3)) return null;
  if (format === 2 && crc32(`${parts[0]}\t${parts[1]}`) !== Number.parseInt(parts[2], 16)) return null;
  return { index: Number(parts[0]), data: Buffer.from(parts[1], 'base64').toString() };
}

function syncDirectory(path) {
  const fd = openSync(path, 'r');
  fsyncSync(fd);
  closeSync(fd);
}

export class FormatTooNew extends Error {}

/** Entries 1..n, durable before `append` resolves; appends that arrive together share one fsync. */
export class Log {
  /** @param {string} directory @param {number} maxFormat highest format this version reads */
  constructor(directory, maxFormat) {
    this.directory = directory;
    mkdirSync(directory, { recursive: true });
    const formatFile = join(directory, 'FORMAT');
    this.format = existsSync(formatFile) ? Number(readFileSync(formatFile, 'utf8')) : 1;
    if (this.format > maxFormat) {
      throw new FormatTooNew(
        `data directory ${directory} has format ${this.format}; this version reads up to ${maxFormat}. ` +
          'Run the version that wrote it, or restore a backup taken before the upgrade was finalized.',
      );
    }
    this.entries = [];
    this.#load();
    this.fd = openSync(this.#file(), 'a');
    this.queue = [];
    this.flushing = null;
  }

  get lastIndex() {
    return this.entries.length;
  }

  #file(format = this.format) {
    return join(this.directory, `ledger.v${format}.log`);
  }

  // A torn tail (the process was killed while writing) was never acknowledged: it is cut off.
  #load() {
    const file = this.#file();
    if (!existsSync(file)) return;
    const text = readFileSync(file, 'utf8');
    let good = 0;
    for (;;) {
      const end = text.indexOf('\n', good);
      const entry = end < 0 ? null : decodeLine(text.slice(good, end), this.format);
      if (entry === null || entry.index !== this.entries.length + 1) break;
      this.entries.push(entry.data);
      good = end + 1;
    }
    if (good < text.length) truncateSync(file, Buffer.byteLength(text.slice(0, good)));
  }

  /** Appends and resolves with the index once it is on disk. */
  append(data) {
    this.entries.push(data);
    const index = this.entries.length;
    this.queue.push(encoders[this.format](index, data));
    return (this.flushing ?? this.#flush())
      .then(() => (this.queue.length > 0 ? this.#flush() : undefined))
      .then(() => index);
  }

  #flush() {
    this.flushing = (async () => {
      await null;
      while (this.queue.length > 0) {
        const batch = this.queue.splice(0).join('');
        await writeTo(this.fd, batch);
        await syncData(this.fd);
      }
    })().finally(() => {
      this.flushing = null;
    });
    return this.flushing;
  }

  /** Rewrites the log in a newer format: complete new file first, then the FORMAT marker decides. */
  async upgrade(format) {
    if (format <= this.format) return;
    await this.flushing;
    const next = this.#file(format);
    writeFileSync(`${next}.tmp`, this.entries.map((data, i) => encoders[format](i + 1, data)).join(''));
    const fd = openSync(`${next}.tmp`, 'a');
    fsyncSync(fd);
    renameSync(`${next}.tmp`, next);
    const marker = join(this.directory, 'FORMAT');
    writeFileSync(`${marker}.tmp`, `${format}`);
    renameSync(`${marker}.tmp`, marker);
    syncDirectory(dirname(marker));
    closeSync(this.fd);
    this.fd = fd;
    this.format = format;
  }

  async close() {
    await this.flushing;
    closeSync(this.fd);
  }
}
