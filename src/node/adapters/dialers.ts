import { request } from 'node:http';
import { connect as connectHttp2, constants } from 'node:http2';
import type { Duplex } from 'node:stream';
import { connect as connectTls } from 'node:tls';
import { type Dialers, GrpcError, type HttpAnswer, type HttpRequest } from '../probes/attempt.ts';

const BODY_BYTES = 10 * 1024;
const UNIMPLEMENTED = 12;
const STATUS_NAMES = ['UNKNOWN', 'SERVING', 'NOT_SERVING', 'SERVICE_UNKNOWN'];

function secured(connection: Duplex): Promise<Duplex> {
  return new Promise((resolve, reject) => {
    const socket = connectTls({ socket: connection, rejectUnauthorized: false });
    socket.once('secureConnect', () => resolve(socket));
    socket.once('error', reject);
  });
}

/** One GET over a connection that is there already; redirects count as answers. */
async function http(call: HttpRequest, signal: AbortSignal): Promise<HttpAnswer> {
  const connection = call.tls ? await secured(call.connection) : call.connection;
  const headers: Record<string, string> = {};
  for (const [name, value] of call.headers) headers[name] = value;
  headers.Connection ??= 'close';
  const named = Object.keys(headers).some((name) => name.toLowerCase() === 'host');
  if (!named) headers.Host = `${call.host}:${call.port}`;
  return new Promise((resolve, reject) => {
    const outgoing = request({
      createConnection: () => connection as never,
      path: call.path,
      method: 'GET',
      headers,
      signal,
    });
    outgoing.on('error', reject);
    outgoing.on('response', (response) => {
      let body = '';
      response.on('data', (chunk: Buffer) => {
        if (body.length < BODY_BYTES) body += chunk.toString('utf8', 0, BODY_BYTES - body.length);
      });
      response.on('error', reject);
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body }));
    });
    outgoing.end();
  });
}

/** HealthCheckRequest{service = 1} in a gRPC frame. */
function healthRequest(service: string): Buffer {
  const name = Buffer.from(service);
  const message = name.length === 0 ? Buffer.alloc(0) : Buffer.concat([Buffer.from([0x0a, name.length]), name]);
  const head = Buffer.alloc(5);
  head.writeUInt32BE(message.length, 1);
  return Buffer.concat([head, message]);
}

/** HealthCheckResponse{status = 1} out of a gRPC frame. */
function healthStatus(frame: Buffer): string {
  const message = frame.subarray(5);
  return STATUS_NAMES[message.length >= 2 && message[0] === 0x08 ? message[1]! : 0] ?? 'UNKNOWN';
}

function grpcHealth(connection: Duplex, service: string, authority: string, signal: AbortSignal): Promise<string> {
  return new Promise((resolve, reject) => {
    const session = connectHttp2(`http://${authority}`, { createConnection: () => connection });
    const close = (): void => session.destroy();
    signal.addEventListener('abort', close, { once: true });
    session.on('error', reject);
    const stream = session.request({
      [constants.HTTP2_HEADER_METHOD]: 'POST',
      [constants.HTTP2_HEADER_PATH]: '/grpc.health.v1.Health/Check',
      'content-type': 'application/grpc',
      te: 'trailers',
      'user-agent': 'kube-probe/1.36',
    });
    const chunks: Buffer[] = [];
    let code = 0;
    let message = '';
    const note = (headers: Record<string, unknown>): void => {
      if (headers['grpc-status'] !== undefined) code = Number(headers['grpc-status']);
      if (headers['grpc-message'] !== undefined) message = decodeURIComponent(String(headers['grpc-message']));
    };
    stream.on('response', note);
    stream.on('trailers', note);
    stream.on('data', (chunk: Buffer) => chunks.push(chunk));
    stream.on('error', reject);
    stream.on('end', () => {
      close();
      if (code === 0) resolve(healthStatus(Buffer.concat(chunks)));
      else reject(new GrpcError(message || `code ${code}`, code === UNIMPLEMENTED));
    });
    stream.end(healthRequest(service));
  });
}

/** HTTP and gRPC health calls as probes and hooks make them. */
export const nodeDialers: Dialers = { http, grpcHealth };
