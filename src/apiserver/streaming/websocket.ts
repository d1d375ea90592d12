import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import { badRequest } from '../../schema/status.ts';

/** 101 with the protocol the client named first among `supported`; '' when it named none. Throws 400 without a match. */
export function negotiate(asked: readonly string[], supported: readonly string[]): string {
  if (asked.length === 0) return '';
  const chosen = asked.find((name) => supported.includes(name));
  if (chosen === undefined) {
    throw badRequest(
      `unable to upgrade: none of the WebSocket protocols [${asked.join(' ')}] is supported, use one of [${supported.join(' ')}]`,
    );
  }
  return chosen;
}

export function askedProtocols(request: IncomingMessage): string[] {
  return (request.headers['sec-websocket-protocol'] ?? '')
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
}

/**
 * Completes the WebSocket handshake with an already chosen subprotocol. The library refuses names with a `/`
 * (`SPDY/3.1+portforward.k8s.io`), so it never sees the header and the answer's is added by us.
 */
export function acceptWebSocket(
  request: IncomingMessage,
  socket: Duplex,
  head: Buffer,
  protocol: string,
): Promise<WebSocket> {
  const server = new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    clientTracking: false,
    maxPayload: 16 << 20,
  });
  delete request.headers['sec-websocket-protocol'];
  if (protocol !== '') server.on('headers', (lines) => lines.push(`Sec-WebSocket-Protocol: ${protocol}`));
  return new Promise((resolve, reject) => {
    socket.once('close', () => reject(new Error('the client left during the WebSocket handshake')));
    server.handleUpgrade(request, socket, head, (ws) => {
      ws.on('error', () => ws.terminate());
      resolve(ws);
    });
  });
}
