/** What the agent sees of a file; null where nothing is. */
export interface FileInfo {
  readonly kind: 'file' | 'directory' | 'symlink' | 'socket' | 'block' | 'character' | 'other';
  readonly size: number;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Changes when the name is given to another file (rotation). */
  readonly id: string;
}

/** The host's file system as the agent uses it (volumes, logs). Paths are absolute. Errors are the platform's. */
export interface FileSystem {
  /** Parents are made too; harmless when it is there. */
  makeDirectory(path: string, mode?: number): Promise<void>;
  write(path: string, content: string | Uint8Array, mode?: number): Promise<void>;
  read(path: string): Promise<Uint8Array>;
  /** At most `length` bytes from `offset`; fewer at the end. */
  readRange(path: string, offset: number, length: number): Promise<Uint8Array>;
  /** The last `length` bytes. */
  readTail(path: string, length: number): Promise<Uint8Array>;
  list(path: string): Promise<readonly string[]>;
  /** Follows no link at the end. */
  info(path: string): Promise<FileInfo | null>;
  /** With links resolved. */
  realPath(path: string): Promise<string>;
  link(target: string, path: string): Promise<void>;
  rename(from: string, to: string): Promise<void>;
  /** With all below; harmless when nothing is there. */
  remove(path: string): Promise<void>;
  setMode(path: string, mode: number): Promise<void>;
  /** -1 leaves one as it is. */
  setOwner(path: string, uid: number, gid: number): Promise<void>;
  /** Empties the file; a writer that appends goes on at its start. */
  truncate(path: string): Promise<void>;
  /** Calls `changed` after writes to the file or directory. Returns the function that stops it. */
  watch(path: string, changed: () => void): () => void;
}
