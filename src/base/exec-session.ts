import type { Readable, Writable } from 'node:stream';

/** A running command with its streams, as exec and attach hand it from a runtime up to the API server. */
export interface ExecSession {
  readonly stdin: Writable | null;
  readonly stdout: Readable;
  /** Null with a TTY. */
  readonly stderr: Readable | null;
  resize(width: number, height: number): void;
  kill(): void;
  /** Exit code. */
  readonly exit: Promise<number>;
}
