import { crc32 } from 'node:zlib';
import { decodeRecord, encodeRecord, type LogRecord } from '../../store/backends/lmdb-log.ts';
import type { BackendWrite } from '../../store/store.ts';
import { SECTOR_BYTES } from './sector.ts';

/** `PRDF`: begins every frame. */
const MAGIC = 0x50524446;
/** Magic, checksum, checksum of the frame before, payload length; revision of the batch. */
const HEADER = 16 + 8;
/** Length and revision before each record. */
const RECORD_HEADER = 4 + 8;

/** One batch as it stands on disk. */
export interface Frame {
  readonly checksum: number;
  readonly previousChecksum: number;
  readonly revision: number;
  readonly records: readonly LogRecord[];
  /** Size on disk: whole sectors. */
  readonly sizeBytes: number;
}

/** Thrown when a frame that was acknowledged is damaged: going on would lose it in silence. */
export class LogDamaged extends Error {
  readonly offset: number;
  constructor(offset: number) {
    super(`the log is damaged at byte ${offset}: whole frames follow the broken one, so it is no torn tail`);
    this.name = 'LogDamaged';
    this.offset = offset;
  }
}

const wholeSectors = (bytes: number): number => Math.ceil(bytes / SECTOR_BYTES) * SECTOR_BYTES;

/**
 * A batch as one frame. Frames fill whole sectors, so that no synced sector is ever written again; each carries the
 * checksum of the one before, so that what an overwritten log left behind is not taken for its continuation.
 */
export function encodeFrame(batch: readonly BackendWrite[], revision: number, previousChecksum: number): Buffer {
  const records = batch.map(encodeRecord);
  const payload = records.reduce((sum, record) => sum + RECORD_HEADER + record.length, 0);
  const frame = Buffer.alloc(wholeSectors(HEADER + payload));
  frame.writeUInt32LE(MAGIC, 0);
  frame.writeUInt32LE(previousChecksum, 8);
  frame.writeUInt32LE(payload, 12);
  frame.writeDoubleLE(revision, 16);
  let at = HEADER;
  records.forEach((record, i) => {
    frame.writeUInt32LE(record.length, at);
    frame.writeDoubleLE(batch[i]!.revision, at + 4);
    record.copy(frame, at + RECORD_HEADER);
    at += RECORD_HEADER + record.length;
  });
  frame.writeUInt32LE(crc32(frame.subarray(8, at)), 4);
  return frame;
}

/** The whole, sound frame at `offset`, or null. */
export function frameAt(image: Buffer, offset: number): Frame | null {
  if (offset + HEADER > image.length || image.readUInt32LE(offset) !== MAGIC) return null;
  const end = offset + HEADER + image.readUInt32LE(offset + 12);
  const checksum = image.readUInt32LE(offset + 4);
  if (end > image.length || crc32(image.subarray(offset + 8, end)) !== checksum) return null;
  return {
    checksum,
    previousChecksum: image.readUInt32LE(offset + 8),
    revision: image.readDoubleLE(offset + 16),
    records: recordsOf(image, offset + HEADER, end),
    sizeBytes: wholeSectors(end - offset),
  };
}

/** What `frameAt` reads from what `encodeFrame` made of the batch, without reading it. */
export function frameOf(batch: readonly BackendWrite[], revision: number, encoded: Buffer): Frame {
  return {
    checksum: encoded.readUInt32LE(4),
    previousChecksum: encoded.readUInt32LE(8),
    revision,
    records: batch.map(({ key, revision, previous, bytes, last }) => ({
      revision,
      previous,
      removed: bytes === null,
      key,
      bytes: bytes ?? last ?? NO_BYTES,
    })),
    sizeBytes: encoded.length,
  };
}

const NO_BYTES = Buffer.alloc(0);

function recordsOf(image: Buffer, from: number, end: number): LogRecord[] {
  const records: LogRecord[] = [];
  for (let at = from; at < end; ) {
    const start = at + RECORD_HEADER;
    const next = start + image.readUInt32LE(at);
    records.push(decodeRecord(image.readDoubleLE(at + 4), image.subarray(start, next)));
    at = next;
  }
  return records;
}

export interface RecoveredLog {
  readonly frames: readonly Frame[];
  /** Where the next frame goes: the torn tail, if there is one, is written over. */
  readonly endBytes: number;
}

/**
 * The frames of a log up to the first that is not whole: the torn tail of a batch nobody was told of, since batches come
 * one at a time. `known` answers a frame of which every byte was seen before. Throws LogDamaged when whole frames of this log follow it: then an acknowledged one has been destroyed.
 */
export function recoverLog(
  image: Buffer,
  known: (image: Buffer, offset: number) => Frame | null = () => null,
): RecoveredLog {
  const frames: Frame[] = [];
  let endBytes = 0;
  let previous = 0;
  for (;;) {
    const frame = known(image, endBytes) ?? frameAt(image, endBytes);
    if (frame === null || frame.previousChecksum !== previous) break;
    frames.push(frame);
    endBytes += frame.sizeBytes;
    previous = frame.checksum;
  }
  const revision = frames.at(-1)?.revision ?? 0;
  for (let at = endBytes + SECTOR_BYTES; at < image.length; at += SECTOR_BYTES) {
    const later = frameAt(image, at);
    if (later !== null && later.revision > revision) throw new LogDamaged(endBytes);
  }
  return { frames, endBytes };
}
