import { Duplex, PassThrough, Readable, Writable } from 'node:stream';
import type { ExecSession } from '../../../base/exec-session.ts';

interface Place {
  readonly hostname: string;
  readonly env: readonly (readonly [string, string])[];
}

interface Answer {
  readonly out: string;
  readonly err: string;
  readonly code: number;
}

const SLEEP = /(?:^|[\s;&|])sleep (\d+)s?(?=$|[\s;&|])/;
const SHELLS = new Set(['sh', 'bash', 'ash', '/bin/sh', '/bin/bash']);

function answer(command: readonly string[], place: Place): Answer {
  const [name = '', ...rest] = command;
  if (SHELLS.has(name) && rest[0] === '-c') {
    const script = (rest[1] ?? '').trim();
    const exit = /^exit\s+(\d+)$/.exec(script);
    if (exit !== null) return { out: '', err: '', code: Number(exit[1]) };
    return answer(
      script.split(/\s+/).map((word) => word.replace(/^["']|["']$/g, '')),
      place,
    );
  }
  switch (name) {
    case 'hostname':
      return { out: `${place.hostname}\n`, err: '', code: 0 };
    case 'echo':
      return { out: `${rest.join(' ')}\n`, err: '', code: 0 };
    case 'env':
    case 'printenv':
      return { out: place.env.map(([key, value]) => `${key}=${value}\n`).join(''), err: '', code: 0 };
    case 'false':
      return { out: '', err: '', code: 1 };
    default:
      return { out: '', err: '', code: 0 };
  }
}

const ended = (text: string): Readable => Readable.from(text === '' ? [] : [Buffer.from(text)]);
const sink = (): Writable => new Writable({ write: (_chunk, _encoding, done) => done() });

/**
 * A command in a simulated container: `echo`, `hostname`, `env`, `false`, `exit N` answer; all else succeeds silently, and
 * at once unless it is given a `wait` for `sleep N` to take its time.
 */
export function simulatedExec(
  command: readonly string[],
  place: Place,
  streams: { stdin: boolean; tty: boolean },
  wait: (ms: number) => Promise<void> = async () => {},
): ExecSession {
  const sleeps = SLEEP.exec(command.join(' '))?.[1];
  const { out, err, code } = answer(command, place);
  return {
    stdin: streams.stdin ? sink() : null,
    stdout: ended(streams.tty ? out + err : out),
    stderr: streams.tty ? null : ended(err),
    resize: () => {},
    kill: () => {},
    exit: sleeps === undefined ? Promise.resolve(code) : wait(Number(sleeps) * 1000).then(() => code),
  };
}

/** Attached to a container that says nothing; ends when the container does. */
export function simulatedAttach(exit: Promise<number>, streams: { stdin: boolean; tty: boolean }): ExecSession {
  const stdout = new PassThrough();
  const stderr = streams.tty ? null : new PassThrough();
  let detach: (code: number) => void = () => {};
  const left = new Promise<number>((resolve) => {
    detach = resolve;
  });
  const done = Promise.race([exit, left]);
  void done.then(() => {
    stdout.end();
    stderr?.end();
  });
  return {
    stdin: streams.stdin ? sink() : null,
    stdout,
    stderr,
    resize: () => {},
    kill: () => detach(137),
    exit: done,
  };
}

/** A connection that echoes: something answers, and what is sent comes back. */
export function simulatedConnection(): Duplex {
  return new Duplex({
    read() {},
    write(chunk, _encoding, done) {
      this.push(chunk);
      done();
    },
    final(done) {
      this.push(null);
      done();
    },
  });
}
