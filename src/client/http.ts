import { type ClientRequest, type IncomingMessage, Agent as PlainAgent, request as plainRequest } from 'node:http';
import { Agent, request } from 'node:https';
import type { KubeObject } from '../schema/object.ts';
import { type Status, StatusError } from '../schema/status.ts';
import type {
  Client,
  DeleteOptions,
  ListOptions,
  ObjectList,
  PatchType,
  Target,
  WatchEvent,
  WatchHandlers,
  WriteOptions,
} from './client.ts';
import { deleteBody, listQuery, PATCH_TYPES, pathOf, queryOf, writeQuery } from './http-paths.ts';
import type { Connection } from './kubeconfig.ts';

const MAX_SOCKETS = 64;
const MAX_WATCH_LINE = 64 * 1024 * 1024;

interface Call {
  readonly method: string;
  readonly path: string;
  readonly body?: unknown;
  readonly contentType?: string;
}

/** `Client` over HTTP, for any Kubernetes API server. Objects returned are this call's own. */
export class HttpClient implements Client {
  readonly #connection: Connection;
  readonly #secure: boolean;
  readonly #agent: Agent | PlainAgent;
  readonly #watchAgent: Agent | PlainAgent;

  constructor(connection: Connection) {
    this.#connection = connection;
    this.#secure = connection.server.startsWith('https:');
    const tls = {
      ...(connection.certificateAuthority === undefined ? {} : { ca: connection.certificateAuthority }),
      ...(connection.clientCertificate === undefined ? {} : { cert: connection.clientCertificate }),
      ...(connection.clientKey === undefined ? {} : { key: connection.clientKey }),
      ...(connection.tlsServerName === undefined ? {} : { servername: connection.tlsServerName }),
      rejectUnauthorized: connection.insecureSkipTlsVerify !== true,
    };
    const agent = (maxSockets: number) =>
      this.#secure
        ? new Agent({ keepAlive: true, maxSockets, ...tls })
        : new PlainAgent({ keepAlive: true, maxSockets });
    this.#agent = agent(MAX_SOCKETS);
    // A watch holds its connection for good: it must not take one from the calls.
    this.#watchAgent = agent(Number.POSITIVE_INFINITY);
  }

  /** Closes idle connections; watches must be stopped by whoever began them. */
  close(): void {
    this.#agent.destroy();
    this.#watchAgent.destroy();
  }

  get<T extends KubeObject>(target: Target, name: string, subresource?: string): Promise<T> {
    return this.#call({ method: 'GET', path: pathOf(target, name, subresource) });
  }

  async list<T extends KubeObject>(target: Target, options?: ListOptions): Promise<ObjectList<T>> {
    const answer = await this.#call<{
      apiVersion: string;
      kind: string;
      metadata: { resourceVersion?: string; continue?: string };
      items: T[] | null;
    }>({
      method: 'GET',
      path: pathOf(target) + queryOf(listQuery(options)),
    });
    const kind = answer.kind.replace(/List$/, '');
    const more = answer.metadata.continue;
    return {
      resourceVersion: answer.metadata.resourceVersion ?? '0',
      ...(more === undefined || more === '' ? {} : { continue: more }),
      // Lists leave kind and apiVersion out of their items.
      items: (answer.items ?? []).map((item) =>
        item.kind === undefined ? { ...item, apiVersion: answer.apiVersion, kind } : item,
      ),
    };
  }

  create<T extends KubeObject>(target: Target, object: object, options?: WriteOptions): Promise<T> {
    return this.#call({ method: 'POST', path: pathOf(target) + queryOf(writeQuery(options)), body: object });
  }

  createSub<T>(target: Target, name: string, subresource: string, object: object, options?: WriteOptions): Promise<T> {
    return this.#call({
      method: 'POST',
      path: pathOf(target, name, subresource) + queryOf(writeQuery(options)),
      body: object,
    });
  }

  update<T extends KubeObject>(
    target: Target,
    object: KubeObject,
    subresource?: string,
    options?: WriteOptions,
  ): Promise<T> {
    const path = pathOf(target, object.metadata.name ?? '', subresource) + queryOf(writeQuery(options));
    return this.#call({ method: 'PUT', path, body: object });
  }

  patch<T extends KubeObject>(
    target: Target,
    name: string,
    type: PatchType,
    patch: unknown,
    subresource?: string,
    options: WriteOptions & { readonly force?: boolean } = {},
  ): Promise<T> {
    const query = queryOf({ ...writeQuery(options), force: options.force });
    return this.#call({
      method: 'PATCH',
      path: pathOf(target, name, subresource) + query,
      body: patch,
      contentType: PATCH_TYPES[type],
    });
  }

  async delete(target: Target, name: string, options?: DeleteOptions): Promise<KubeObject | null> {
    const answer = await this.#call<KubeObject>({
      method: 'DELETE',
      path: pathOf(target, name) + queryOf(writeQuery(options)),
      body: deleteBody(options),
    });
    return answer.kind === 'Status' ? null : answer;
  }

  watch<T extends KubeObject>(
    target: Target,
    options: { readonly resourceVersion: string; readonly labelSelector?: string; readonly fieldSelector?: string },
    handlers: WatchHandlers<T>,
  ): () => void {
    let ended = false;
    const end = (error: Error | null) => {
      if (ended) return;
      ended = true;
      handlers.onEnd(error);
    };
    const path = pathOf(target) + queryOf({ watch: 1, allowWatchBookmarks: true, ...options });
    const outgoing = this.#open({ method: 'GET', path }, this.#watchAgent);
    outgoing.on('error', end);
    outgoing.on('response', (response) => {
      if (response.statusCode !== 200) {
        readText(response).then((text) => end(toError(response.statusCode ?? 0, text)), end);
        return;
      }
      readEvents<T>(response, (events) => !ended && handlers.onEvents(events), end);
    });
    outgoing.end();
    return () => {
      ended = true;
      outgoing.destroy();
    };
  }

  async #call<T>(call: Call): Promise<T> {
    const outgoing = this.#open(call, this.#agent);
    const answer = new Promise<IncomingMessage>((resolve, reject) => {
      outgoing.on('response', resolve);
      outgoing.on('error', reject);
    });
    outgoing.end(call.body === undefined ? undefined : JSON.stringify(call.body));
    const response = await answer;
    const text = await readText(response);
    const code = response.statusCode ?? 0;
    if (code < 200 || code > 299) throw toError(code, text);
    return JSON.parse(text) as T;
  }

  #open(call: Call, agent: Agent | PlainAgent): ClientRequest {
    const { server, token, username, password } = this.#connection;
    const headers: Record<string, string> = { accept: 'application/json', 'user-agent': 'perdure' };
    if (call.body !== undefined) headers['content-type'] = call.contentType ?? 'application/json';
    if (token !== undefined) headers.authorization = `Bearer ${token}`;
    else if (username !== undefined) {
      headers.authorization = `Basic ${Buffer.from(`${username}:${password ?? ''}`).toString('base64')}`;
    }
    const options = { method: call.method, headers, agent };
    return this.#secure ? request(server + call.path, options) : plainRequest(server + call.path, options);
  }
}

async function readText(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

function toError(code: number, text: string): StatusError {
  try {
    const status = JSON.parse(text) as Status;
    if (status.kind === 'Status')
      return new StatusError(status.code ?? code, status.reason ?? '', status.message ?? '', status.details);
  } catch {
    // Not JSON: a proxy in between answered.
  }
  return new StatusError(code, '', text === '' ? `the server answered ${code}` : text.slice(0, 500));
}

/** One JSON document a line. */
function readEvents<T extends KubeObject>(
  response: IncomingMessage,
  deliver: (events: readonly WatchEvent<T>[]) => void,
  end: (error: Error | null) => void,
): void {
  let rest = '';
  response.setEncoding('utf8');
  response.on('data', (chunk: string) => {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    if (rest.length > MAX_WATCH_LINE) {
      end(new Error('watch: an event is too long'));
      response.destroy();
      return;
    }
    const events: WatchEvent<T>[] = [];
    for (const line of lines) {
      if (line.trim() === '') continue;
      const { type, object } = JSON.parse(line) as { type: string; object: T };
      if (type === 'ERROR') {
        if (events.length > 0) deliver(events);
        end(toError(500, JSON.stringify(object)));
        response.destroy();
        return;
      }
      if (type === 'BOOKMARK') events.push({ type, resourceVersion: object.metadata.resourceVersion ?? '0' });
      else events.push({ type: type as 'ADDED' | 'MODIFIED' | 'DELETED', object });
    }
    if (events.length > 0) deliver(events);
  });
  response.on('end', () => end(null));
  response.on('error', end);
  response.on('close', () => end(null));
}
