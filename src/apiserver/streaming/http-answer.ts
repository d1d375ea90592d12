import type { Duplex } from 'node:stream';
import { StatusError } from '../../schema/status.ts';

const REASONS: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  403: 'Forbidden',
  404: 'Not Found',
  409: 'Conflict',
  500: 'Internal Server Error',
  503: 'Service Unavailable',
};

/** Answers an upgrade request with a Status instead, and closes the connection. */
export function refuseUpgrade(socket: Duplex, error: unknown, headers: Readonly<Record<string, string>> = {}): void {
  const status =
    error instanceof StatusError
      ? error
      : new StatusError(500, '', error instanceof Error ? error.message : String(error));
  const body = Buffer.from(`${JSON.stringify(status.status)}\n`);
  const lines = Object.entries({
    'Content-Type': 'application/json',
    'Content-Length': String(body.length),
    'Cache-Control': 'no-cache, private',
    Connection: 'close',
    ...headers,
  }).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.end(
    Buffer.concat([
      Buffer.from(`HTTP/1.1 ${status.code} ${REASONS[status.code] ?? 'Error'}\r\n${lines.join('')}\r\n`),
      body,
    ]),
  );
}

/** Answers 101 and returns the bytes of the new protocol to the socket. */
export function acceptUpgrade(socket: Duplex, head: Buffer, headers: Readonly<Record<string, string>>): void {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.write(`HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\n${lines.join('')}\r\n`);
  if (head.length > 0) socket.unshift(head);
}
