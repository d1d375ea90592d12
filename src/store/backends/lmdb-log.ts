import type { BackendEntry, BackendEvent, BackendWrite } from '../store.ts';

/** One revision as it stands on disk: flag, key length, previous revision, key, value bytes. */
export interface LogRecord {
  readonly revision: number;
  readonly previous: number;
  readonly removed: boolean;
  readonly key: string;
  readonly bytes: Buffer;
}

const HEADER = 1 + 2 + 8;

export function encodeRecord(write: BackendWrite): Buffer {
  const bytes = write.bytes ?? write.last ?? Buffer.alloc(0);
  const keyLength = Buffer.byteLength(write.key);
  const record = Buffer.allocUnsafe(HEADER + keyLength + bytes.length);
  record[0] = write.bytes === null ? 1 : 0;
  record.writeUInt16LE(keyLength, 1);
  record.writeDoubleLE(write.previous, 3);
  record.write(write.key, HEADER, keyLength, 'utf8');
  bytes.copy(record, HEADER + keyLength);
  return record;
}

export function decodeRecord(revision: number, record: Buffer): LogRecord {
  const end = HEADER + record.readUInt16LE(1);
  return {
    revision,
    removed: record[0] === 1,
    previous: record.readDoubleLE(3),
    key: record.toString('utf8', HEADER, end),
    bytes: record.subarray(end),
  };
}

/** What a log says: the newest value of every key, and the events after `oldest` with what each replaced. */
export function replay(
  records: Iterable<LogRecord>,
  oldest: number,
): { revision: number; entries: BackendEntry[]; events: BackendEvent[] } {
  const current = new Map<string, BackendEntry>();
  const events: BackendEvent[] = [];
  let revision = 0;
  for (const record of records) {
    revision = record.revision;
    const previous = record.previous === 0 ? null : (current.get(record.key) ?? null);
    if (record.removed) current.delete(record.key);
    else current.set(record.key, record);
    if (record.revision > oldest) {
      const { key, bytes } = record;
      events.push({ type: record.removed ? 'delete' : 'put', key, bytes, revision, previous });
    }
  }
  return { revision, entries: [...current.values()], events };
}
