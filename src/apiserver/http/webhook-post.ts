import { Agent, request } from 'node:https';
import type { Clock } from '../../base/clock.ts';
import { CallFailed } from '../webhooks/review.ts';
import type { Post } from '../webhooks/transport.ts';

const MAX_ANSWER_BYTES = 10 * 1024 * 1024;

function reasonOf(error: NodeJS.ErrnoException & { address?: string; port?: number }): string {
  if (error.code === 'ECONNREFUSED') return `dial tcp ${error.address}:${error.port}: connect: connection refused`;
  if (/self[- ]signed|unable to (verify|get)/i.test(error.message)) {
    return 'tls: failed to verify certificate: x509: certificate signed by unknown authority';
  }
  if (error.code === 'ERR_TLS_CERT_ALTNAME_INVALID') return `tls: failed to verify certificate: x509: ${error.message}`;
  return error.message;
}

function refusalOf(code: number, text: string): string | null {
  if (code === 200) return null;
  if (code === 404) return 'the server could not find the requested resource';
  if (code >= 500)
    return `an error on the server (${JSON.stringify(text.slice(0, 2048))}) has prevented the request from succeeding`;
  return 'the server rejected our request for an unknown reason';
}

/** Over HTTPS, with connections that are kept for the next call. */
export function httpsPost(clock: Clock): Post {
  const agent = new Agent({ keepAlive: true, maxSockets: 25 });
  return ({ url, connect, authority }, body, timeoutMs) =>
    new Promise((resolve, reject) => {
      const place = `Post "${url}"`;
      const fail = (why: string): void => reject(new CallFailed(`failed to call webhook: ${place}: ${why}`));
      const { hostname, host } = new URL(url);
      const sent = request(url, {
        method: 'POST',
        agent,
        ...(connect === null ? {} : { hostname: connect.host, port: connect.port, servername: hostname }),
        ...(authority === null ? {} : { ca: authority }),
        headers: {
          'content-type': 'application/json',
          accept: 'application/json, */*',
          'content-length': Buffer.byteLength(body),
          host,
        },
      });
      const timer = clock.setTimer(timeoutMs, () => {
        fail('context deadline exceeded');
        sent.destroy();
      });
      sent.on('error', (error: NodeJS.ErrnoException) => {
        timer.cancel();
        fail(reasonOf(error));
      });
      sent.on('response', (answer) => {
        const parts: Buffer[] = [];
        let size = 0;
        answer.on('data', (part: Buffer) => {
          size += part.length;
          if (size > MAX_ANSWER_BYTES) sent.destroy(new Error(`the answer has more than ${MAX_ANSWER_BYTES} bytes`));
          else parts.push(part);
        });
        answer.on('end', () => {
          timer.cancel();
          const text = Buffer.concat(parts).toString('utf8');
          const refusal = refusalOf(answer.statusCode ?? 0, text);
          if (refusal === null) resolve(text);
          else reject(new CallFailed(`failed to call webhook: ${refusal}`));
        });
      });
      sent.end(body);
    });
}
