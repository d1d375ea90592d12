import { createServer as createHttp, type Server } from 'node:http';
import { createServer as createHttp2, type Http2Server } from 'node:http2';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { ManualClock } from '../../client/testing/manual-clock.ts';
import { attempt } from '../probes/attempt.ts';
import type { Runtime } from '../runtimes/runtime.ts';
import { nodeDialers } from './dialers.ts';

const servers: (Server | Http2Server)[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

async function listen(server: Server | Http2Server): Promise<number> {
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

/** A runtime of which only connections are asked. */
const runtime = {
  connect: (_uid: string, port: number) =>
    new Promise<Socket>((resolve, reject) => {
      const socket = connect(port, '127.0.0.1', () => resolve(socket));
      socket.once('error', reject);
    }),
} as unknown as Runtime;
const context = () => ({
  runtime,
  clock: new ManualClock(),
  dialers: nodeDialers,
  podUid: 'u',
  podIP: '127.0.0.1',
  containerId: 'c',
  template: { ports: [{ name: 'web', containerPort: 1 }] },
});

describe('probes over real connections', () => {
  it('takes 200 to 399 for success and names the status otherwise', async () => {
    const seen: string[] = [];
    const port = await listen(
      createHttp((request, response) => {
        seen.push(`${request.headers['user-agent']} ${request.headers.accept} ${request.headers['x-a']}`);
        response.statusCode = Number(request.url?.slice(1));
        response.end('body');
      }),
    );
    const get = (path: string) =>
      attempt(context(), { httpGet: { port, path, httpHeaders: [{ name: 'X-A', value: 'b' }] } });
    expect(await get('/204')).toEqual({ kind: 'success' });
    expect(await get('/302')).toEqual({ kind: 'success' });
    expect(await get('503')).toEqual({ kind: 'failure', output: 'HTTP probe failed with statuscode: 503' });
    expect(seen[0]).toBe('kube-probe/1.36 */* b');
  });

  it('says what a dial says', async () => {
    const port = await listen(createHttp());
    expect(await attempt(context(), { tcpSocket: { port } })).toEqual({ kind: 'success' });
    for (const server of servers.splice(0)) await new Promise((resolve) => server.close(resolve));
    expect(await attempt(context(), { tcpSocket: { port } })).toEqual({
      kind: 'failure',
      output: `dial tcp 127.0.0.1:${port}: connect: connection refused`,
    });
    expect(await attempt(context(), { httpGet: { port } })).toEqual({
      kind: 'failure',
      output: `Get "http://127.0.0.1:${port}/": dial tcp 127.0.0.1:${port}: connect: connection refused`,
    });
    expect(await attempt(context(), { httpGet: { port: 'none' } })).toMatchObject({ kind: 'error' });
  });

  it('asks gRPC services for their health', async () => {
    const port = await listen(
      createHttp2().on('stream', (stream) => {
        const chunks: Buffer[] = [];
        stream.on('data', (chunk: Buffer) => chunks.push(chunk));
        stream.on('end', () => {
          const service = Buffer.concat(chunks).subarray(7).toString();
          if (service === 'none') {
            stream.respond(
              {
                ':status': 200,
                'content-type': 'application/grpc',
                'grpc-status': '12',
                'grpc-message': 'unknown service',
              },
              { endStream: true },
            );
            return;
          }
          stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
          stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }));
          stream.end(Buffer.from([0, 0, 0, 0, 2, 0x08, service === 'bad' ? 2 : 1]));
        });
      }),
    );
    expect(await attempt(context(), { grpc: { port, service: 'good' } })).toEqual({ kind: 'success' });
    expect(await attempt(context(), { grpc: { port, service: 'bad' } })).toEqual({
      kind: 'failure',
      output: 'service unhealthy (responded with "NOT_SERVING")',
    });
    expect(await attempt(context(), { grpc: { port, service: 'none' } })).toEqual({
      kind: 'failure',
      output: 'error: this server does not implement the grpc health protocol (grpc.health.v1.Health): unknown service',
    });
  });
});
