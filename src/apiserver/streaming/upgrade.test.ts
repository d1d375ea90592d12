import { spawn } from 'node:child_process';
import { createServer, type IncomingMessage, request, type Server } from 'node:http';
import { type AddressInfo, connect, createServer as createTcp } from 'node:net';
import { type Duplex, PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { afterEach, describe, expect, it } from 'vitest';
import { createWebSocketStream, WebSocket } from 'ws';
import { systemClock } from '../../base/clock.ts';
import type { ExecSession } from '../../base/exec-session.ts';
import type { KubeObject } from '../../schema/object.ts';
import { badRequest, type Status } from '../../schema/status.ts';
import { handleLog } from './logs.ts';
import type { NodeEndpoint } from './node-endpoint.ts';
import { handleProxy } from './proxy.ts';
import { SpdyConnection } from './spdy/connection.ts';
import { handleUpgrade, type StreamingSubresource, withoutUpgrade } from './upgrade.ts';

const pod: KubeObject = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'p', namespace: 'default', uid: 'u-1' },
  spec: { nodeName: 'n', containers: [{ name: 'c' }] },
  status: { podIP: '127.0.0.1' },
};

const sizes: string[] = [];
let killed = 0;
function run(command: readonly string[], stdin: boolean): ExecSession {
  const child = spawn(command[0]!, command.slice(1), { stdio: ['pipe', 'pipe', 'pipe'] });
  if (!stdin) child.stdin.end();
  return {
    stdin: stdin ? child.stdin : null,
    // A child's own streams are thrown away when it exits before somebody reads.
    stdout: child.stdout.pipe(new PassThrough()),
    stderr: child.stderr.pipe(new PassThrough()),
    resize: (width, height) => sizes.push(`${width}x${height}`),
    kill: () => {
      killed++;
      child.kill('SIGKILL');
    },
    exit: new Promise((resolve) => child.once('close', (code) => resolve(code ?? 137))),
  };
}

const endpoint: NodeEndpoint = {
  logs: async () => Promise.reject(badRequest('container "c" in pod "p" is waiting to start: ContainerCreating')),
  async exec(_pod, _container, command, options) {
    if (command[0] === 'missing') throw new Error('exec: "missing": executable file not found in $PATH');
    if (command[0] === 'refused') throw badRequest('container not running');
    return run(command, options.stdin);
  },
  attach: async () => run(['sh', '-c', 'echo attached; exit 3'], false),
  connect: (_pod, port) =>
    new Promise((resolve, reject) => {
      const socket = connect(port, '127.0.0.1');
      socket.once('connect', () => resolve(socket));
      socket.once('error', reject);
    }),
  page: async () => null,
};

const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

async function serve(subresource: StreamingSubresource, of: KubeObject = pod): Promise<number> {
  const server: Server = createServer();
  server.on('upgrade', (incoming: IncomingMessage, socket: Duplex, head: Buffer) => {
    const query = new URL(incoming.url ?? '/', 'http://localhost').searchParams;
    void handleUpgrade({ request: incoming, socket, head, pod: of, subresource, query, endpoint, clock: systemClock });
  });
  return listen(server);
}
async function listen(server: Server | ReturnType<typeof createTcp>): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(() => server.close());
  return (server.address() as AddressInfo).port;
}

/** Opens a WebSocket, collects what comes by channel until the close. */
async function websocket(
  port: number,
  query: string,
  protocol: string,
  talk: (ws: WebSocket) => void = () => undefined,
): Promise<string[]> {
  const ws = new WebSocket(`ws://127.0.0.1:${port}/?${query}`, protocol === '' ? [] : [protocol]);
  const channels: string[] = ['', '', '', ''];
  const messages: string[] = [];
  ws.on('message', (data: Buffer, binary) => {
    messages.push(data.toString('latin1'));
    const channel = binary ? data[0]! : Number(String.fromCharCode(data[0]!));
    channels[channel] += binary ? data.toString('utf8', 1) : Buffer.from(data.toString('utf8', 1), 'base64').toString();
  });
  ws.on('open', () => talk(ws));
  const code = await new Promise<number>((resolve, reject) => {
    ws.on('close', resolve);
    ws.on('error', reject);
  });
  return [...channels, String(code), ws.protocol, messages[0] ?? ''];
}

function spdy(
  port: number,
  path: string,
  headers: Record<string, string>,
): Promise<{ connection: SpdyConnection; headers: IncomingMessage['headers'] }> {
  return new Promise((resolve, reject) => {
    const asking = request({
      port,
      host: '127.0.0.1',
      path,
      method: 'POST',
      headers: { Connection: 'Upgrade', Upgrade: 'SPDY/3.1', ...headers },
    });
    asking.on('upgrade', (answer, socket, head) => {
      if (head.length > 0) socket.unshift(head);
      resolve({ connection: new SpdyConnection(socket, { role: 'client' }), headers: answer.headers });
    });
    asking.on('response', (answer) => {
      void text(answer).then((body) =>
        reject(
          new Error(`${answer.statusCode} ${answer.headers['x-accepted-stream-protocol-versions'] ?? ''} ${body}`),
        ),
      );
    });
    asking.on('error', reject);
    asking.end();
  });
}

describe('exec over WebSocket', () => {
  it('v5: stdin with its end, both outputs, exit code', async () => {
    const port = await serve('exec');
    const got = await websocket(
      port,
      'command=sh&command=-c&command=cat;echo%20e>%262;exit%203&stdin=true&stdout=true&stderr=true',
      'v5.channel.k8s.io',
      (ws) => {
        ws.send(Buffer.from('\0hello'));
        ws.send(Buffer.from([255, 0]));
      },
    );
    expect(got[1]).toBe('hello');
    expect(got[2]).toBe('e\n');
    const status = JSON.parse(got[3]!) as Status;
    expect(status.reason).toBe('NonZeroExitCode');
    expect(status.details?.causes).toEqual([{ reason: 'ExitCode', message: '3' }]);
    expect(status.message).toMatch(/^command terminated with non-zero exit code: /);
    expect(got.slice(4, 6)).toEqual(['1000', 'v5.channel.k8s.io']);
  });

  it('older protocols: a first empty message; Status from v4 on, text before; base64', async () => {
    const port = await serve('exec');
    const query = 'command=echo&command=hi&stdout=true';
    expect(await websocket(port, query, 'v4.channel.k8s.io')).toMatchObject([
      '',
      'hi\n',
      '',
      '{"metadata":{},"status":"Success"}',
      '1000',
      'v4.channel.k8s.io',
      '\x01',
    ]);
    expect(await websocket(port, query, '')).toMatchObject(['', 'hi\n', '', '', '1000', '', '\x01']);
    expect(await websocket(port, query, 'base64.channel.k8s.io')).toMatchObject([
      '',
      'hi\n',
      '',
      '',
      '1000',
      'base64.channel.k8s.io',
      '1',
    ]);
  });

  it('passes sizes with a TTY, drops stderr', async () => {
    sizes.length = 0;
    const port = await serve('exec');
    const got = await websocket(port, 'command=cat&stdin=1&stdout=1&stderr=1&tty=1', 'v5.channel.k8s.io', (ws) => {
      ws.send(Buffer.from('\x04{"Width":80,"Height":24}'));
      ws.send(Buffer.from([255, 0]));
    });
    expect(sizes).toEqual(['80x24']);
    expect(got[3]).toBe('{"metadata":{},"status":"Success"}');
  });

  it('tells a command that cannot start on the error channel, and what the node refuses by HTTP', async () => {
    const port = await serve('exec');
    const got = await websocket(port, 'command=missing&stdout=true', 'v5.channel.k8s.io');
    expect(JSON.parse(got[3]!)).toMatchObject({
      reason: 'InternalError',
      message: expect.stringContaining('error executing command in container: exec: "missing"'),
    });
    await expect(websocket(port, 'command=refused&stdout=true', 'v5.channel.k8s.io')).rejects.toThrow('400');
    await expect(websocket(port, 'command=ls', 'v5.channel.k8s.io')).rejects.toThrow('400');
    await expect(websocket(port, 'command=ls&stdout=1', 'v9.channel.k8s.io')).rejects.toThrow('400');
  });

  it('takes the command with a client that leaves', async () => {
    const before = killed;
    const port = await serve('exec');
    await websocket(port, 'command=cat&stdin=true&stdout=true', 'v5.channel.k8s.io', (ws) => {
      ws.send(Buffer.from('\0x'));
      ws.once('message', () => ws.terminate());
    });
    await expect.poll(() => killed).toBe(before + 1);
  });
});

describe('exec and attach over SPDY', () => {
  it('carries the streams and half-close', async () => {
    const port = await serve('exec');
    const { connection, headers } = await spdy(port, '/?command=cat&stdin=true&stdout=true&stderr=true', {
      'X-Stream-Protocol-Version': 'v9.channel.k8s.io, v4.channel.k8s.io, v3.channel.k8s.io',
    });
    expect(headers['x-stream-protocol-version']).toBe('v4.channel.k8s.io');
    const [error, stdin, stdout, stderr] = ['error', 'stdin', 'stdout', 'stderr'].map((streamType) =>
      connection.openStream({ streamType }),
    );
    stdin!.end(Buffer.alloc(1_000_000, 'y'));
    const [out, status, err] = await Promise.all([text(stdout!), text(error!), text(stderr!)]);
    expect(out.length).toBe(1_000_000);
    expect(err).toBe('');
    expect(JSON.parse(status)).toEqual({ metadata: {}, status: 'Success' });
    await connection.closed;
  });

  it('attach ends with success whatever the exit code', async () => {
    const port = await serve('attach');
    const { connection } = await spdy(port, '/?stdout=true', { 'X-Stream-Protocol-Version': 'v4.channel.k8s.io' });
    const [error, stdout] = ['error', 'stdout'].map((streamType) => connection.openStream({ streamType }));
    const [out, status] = await Promise.all([text(stdout!), text(error!)]);
    expect(out).toBe('attached\n');
    expect(JSON.parse(status)).toEqual({ metadata: {}, status: 'Success' });
  });

  it('says which versions it speaks', async () => {
    const port = await serve('exec');
    await expect(
      spdy(port, '/?command=ls&stdout=1', { 'X-Stream-Protocol-Version': 'v9.channel.k8s.io' }),
    ).rejects.toThrow(/^403 v4.channel.k8s.io, .*channel.k8s.io/);
    await expect(spdy(port, '/?command=ls&stdout=1', {})).rejects.toThrow(/^400 /);
  });

  it('refuses a pod without node, with and without upgrade', async () => {
    const pending = { ...pod, spec: { containers: [{ name: 'c' }] } };
    const port = await serve('exec', pending);
    await expect(spdy(port, '/?stdout=1', {})).rejects.toThrow('pod p does not have a host assigned');
    const ask = { pod: pending, subresource: 'exec', query: new URLSearchParams('container=c'), endpoint } as const;
    expect(withoutUpgrade(ask).message).toBe('pod p does not have a host assigned');
    expect(withoutUpgrade({ ...ask, query: new URLSearchParams('container=x') }).message).toBe(
      'container x is not valid for pod p',
    );
    expect(withoutUpgrade({ ...ask, pod }).message).toBe('Upgrade request required');
  });
});

describe('port-forward', () => {
  const echo = (): Promise<number> => listen(createTcp({ allowHalfOpen: true }, (socket) => void socket.pipe(socket)));

  async function roundTrip(connection: SpdyConnection): Promise<void> {
    const remote = String(await echo());
    const open = (requestID: string, port: string) =>
      ['error', 'data'].map((streamType) => connection.openStream({ streamType, port, requestID }));
    const pairs = ['0', '1', '2'].map((id) => open(id, remote));
    const answers = pairs.map(async ([error, data], index) => {
      error!.end();
      data!.end(`${index}`.repeat(100_000));
      return [await text(data!), await text(error!)];
    });
    for (const [index, [data, error]] of (await Promise.all(answers)).entries()) {
      expect(data).toBe(`${index}`.repeat(100_000));
      expect(error).toBe('');
    }
    const [error] = open('3', '1');
    expect(await text(error!)).toMatch(/^error forwarding port 1 to pod u-1, uid : .*ECONNREFUSED/);
    connection.close();
  }

  it('works over SPDY', async () => {
    const port = await serve('portforward');
    const { connection, headers } = await spdy(port, '/', { 'X-Stream-Protocol-Version': 'portforward.k8s.io' });
    expect(headers['x-stream-protocol-version']).toBe('portforward.k8s.io');
    await roundTrip(connection);
  });

  it('works over SPDY in a WebSocket', async () => {
    const port = await serve('portforward');
    const key = Buffer.alloc(16).toString('base64');
    const stream = await new Promise<Duplex>((resolve, reject) => {
      // The client library refuses the name with a slash too: the handshake is written by hand.
      const asking = request({
        port,
        host: '127.0.0.1',
        path: '/',
        headers: {
          Connection: 'Upgrade',
          Upgrade: 'websocket',
          'Sec-WebSocket-Version': '13',
          'Sec-WebSocket-Key': key,
          'Sec-WebSocket-Protocol': 'SPDY/3.1+portforward.k8s.io',
        },
      });
      asking.on('upgrade', (answer, socket, head) => {
        expect(answer.headers['sec-websocket-protocol']).toBe('SPDY/3.1+portforward.k8s.io');
        const ws = Reflect.construct(WebSocket, [null, undefined, {}]) as WebSocket & {
          setSocket(s: unknown, h: Buffer, o: object): void;
          _isServer: boolean;
        };
        ws._isServer = false;
        ws.setSocket(socket, head, { maxPayload: 1 << 24, skipUTF8Validation: false });
        resolve(createWebSocketStream(ws));
      });
      asking.on('response', (answer) => reject(new Error(String(answer.statusCode))));
      asking.end();
    });
    await roundTrip(new SpdyConnection(stream, { role: 'client' }));
  });

  it('works by channels', async () => {
    const port = await serve('portforward');
    const remote = await echo();
    const got = await websocket(port, `ports=${remote}`, 'v4.channel.k8s.io', (ws) => {
      ws.send(Buffer.from('\0ping'));
      ws.on('message', (data: Buffer) => {
        if (data.toString('latin1', 1) === 'ping') ws.close();
      });
    });
    const number = Buffer.alloc(2);
    number.writeUInt16LE(remote);
    expect(got[0]).toBe(`${number.toString()}ping`);
    await expect(websocket(port, 'ports=0', 'v4.channel.k8s.io')).rejects.toThrow('400');
  });
});

describe('logs and proxy', () => {
  it('validates, then asks the node', async () => {
    const ask = (query: string, of: KubeObject = pod) =>
      handleLog({ pod: of, query: new URLSearchParams(query), endpoint });
    await expect(ask('tailLines=-1')).rejects.toThrow(
      'PodLogOptions "p" is invalid: tailLines: Invalid value: -1: must be greater than or equal to 0',
    );
    await expect(ask('limitBytes=0&sinceSeconds=0')).rejects.toThrow(
      '[limitBytes: Invalid value: 0: must be greater than 0, sinceSeconds: Invalid value: 0: must be greater than 0]',
    );
    await expect(ask('sinceSeconds=1&sinceTime=2020-01-01T00:00:00Z')).rejects.toThrow(
      'at most one of `sinceTime` or `sinceSeconds` may be specified',
    );
    await expect(ask('stream=All')).rejects.toThrow('stream: Forbidden: may not be specified');
    await expect(ask('tailLines=x')).rejects.toThrow('strconv.ParseInt: parsing "x": invalid syntax');
    await expect(ask('')).rejects.toThrow('is waiting to start');
    const two = { ...pod, spec: { initContainers: [{ name: 'i' }], containers: [{ name: 'a' }, { name: 'b' }] } };
    await expect(ask('', two)).rejects.toThrow('a container name must be specified for pod p, choose one of: [i a b]');
    expect(await ask('container=a', two)).toBeNull();
  });

  it('forwards plain HTTP without credentials', async () => {
    const port = await listen(
      createServer((incoming, answer) => {
        answer.setHeader('x-seen', `${incoming.method} ${incoming.url} ${incoming.headers.authorization ?? 'none'}`);
        incoming.pipe(answer);
      }),
    );
    const body = () => new Response('payload').body;
    const { Readable } = await import('node:stream');
    const ask = {
      method: 'PUT',
      path: '/x?y=1',
      headers: { authorization: 'Bearer t', ':method': 'PUT' },
      pod,
      endpoint,
    };
    const answer = await handleProxy({ ...ask, body: Readable.fromWeb(body() as never), port });
    expect([answer.code, answer.headers['x-seen'], await text(answer.body)]).toEqual([
      200,
      'PUT /x?y=1 none',
      'payload',
    ]);
    await expect(handleProxy({ ...ask, body: Readable.from([]), port: 1 })).rejects.toThrow(
      'error trying to reach service: connect ECONNREFUSED',
    );
  });
});
