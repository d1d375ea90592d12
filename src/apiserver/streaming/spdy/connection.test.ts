import { createHash } from 'node:crypto';
import { Duplex } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { SpdyConnection } from './connection.ts';
import { SPDY3_DICTIONARY } from './dictionary.ts';
import { controlFrame, FRAME, FrameReader, words } from './frames.ts';
import type { SpdyStream } from './stream.ts';

class Pipe extends Duplex {
  other: Pipe | null = null;
  override _read(): void {}
  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    // Bytes arrive in pieces, as on a network.
    for (let at = 0; at < chunk.length; at += 1000) this.other!.push(chunk.subarray(at, at + 1000));
    setImmediate(done);
  }
  override _final(done: () => void): void {
    this.other!.push(null);
    done();
  }
}
function pipes(): [Pipe, Pipe] {
  const a = new Pipe();
  const b = new Pipe();
  a.other = b;
  b.other = a;
  return [a, b];
}

function connect(onStream: (stream: SpdyStream) => void): {
  client: SpdyConnection;
  server: SpdyConnection;
  wire: Pipe;
} {
  const [a, b] = pipes();
  return {
    client: new SpdyConnection(a, { role: 'client' }),
    server: new SpdyConnection(b, { role: 'server', onStream }),
    wire: a,
  };
}

describe('SPDY/3.1', () => {
  it('has the dictionary of the draft', () => {
    expect(createHash('sha256').update(SPDY3_DICTIONARY).digest('hex')).toBe(
      '51d27341373f923f3cd88e1eb7162aeaa3723d7585ff2399201dc06498407f02',
    );
  });

  it('carries headers and data both ways, with half-close', async () => {
    const { client } = connect((stream) => {
      stream.accept();
      stream.write(`${stream.header('streamType')}:`);
      stream.pipe(stream);
    });
    const big = Buffer.alloc(3_000_000, 'x');
    const first = client.openStream({ streamType: 'stdin', port: '80' });
    const second = client.openStream({ streamType: 'error' });
    first.end(big);
    second.end('hello');
    const [echoed, greeting] = await Promise.all([buffer(first), buffer(second)]);
    expect(greeting.toString()).toBe('error:hello');
    expect(echoed.length).toBe(big.length + 6);
    expect(echoed.subarray(0, 6).toString()).toBe('stdin:');
    client.close();
  });

  it('tells the peer of a reset, and of a closed connection', async () => {
    const { client, server } = connect((stream) => {
      if (stream.header('streamtype') === 'refused') stream.reset();
      else stream.accept();
    });
    const closed = (stream: SpdyStream): Promise<unknown> => new Promise((resolve) => stream.once('close', resolve));
    await closed(client.openStream({ streamType: 'refused' }));
    const kept = client.openStream({ streamType: 'kept' });
    const gone = closed(kept);
    server.destroy();
    client.destroy();
    await gone;
  });

  it('answers pings and refuses stream ids that go back', async () => {
    const [a, b] = pipes();
    new SpdyConnection(b, { role: 'server', onStream: (stream) => stream.accept() });
    const reader = new FrameReader();
    const seen: unknown[] = [];
    const got = new Promise<void>((resolve) => {
      a.on('data', (chunk: Buffer) => {
        reader.push(chunk);
        for (let frame = reader.next(); frame !== null; frame = reader.next()) {
          if (frame.kind === 'control') seen.push([frame.type, [...frame.payload]]);
          if (seen.length === 1) resolve();
        }
      });
    });
    a.write(controlFrame(FRAME.settings, 0, words(0)));
    a.write(controlFrame(FRAME.ping, 0, words(7)));
    await got;
    expect(seen[0]).toEqual([FRAME.ping, [0, 0, 0, 7]]);
  });

  it('drops a peer that does not speak it', async () => {
    const { server, wire } = connect(() => undefined);
    wire.write('GET / HTTP/1.1\r\nHost: example\r\n\r\n'.padEnd(20_000_000 / 1000));
    wire.write(Buffer.from([0x80, 0x02, 0, 1, 0, 0, 0, 0]));
    wire.end();
    await server.closed;
  });
});
