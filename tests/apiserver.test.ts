import http2 from 'node:http2';
import https from 'node:https';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ApiServer } from '../src/apiserver/server.ts';
import { systemRandom } from '../src/base/random.ts';
import type { WatchEvent } from '../src/client/client.ts';
import type { LocalClient } from '../src/client/local.ts';
import { issue } from '../src/cluster/pki/certificate.ts';
import type { KubeObject } from '../src/schema/object.ts';
import { readEnvelope, readProtobuf } from '../src/schema/protobuf.ts';
import { structNames, structOf } from '../src/schema/structure.ts';
import { testServer } from './support/test-server.ts';

const core = (resource: string) => ({ group: '', version: 'v1', resource, namespace: 'default' });
const CONFIG_MAPS = core('configmaps');
const PODS = core('pods');
const pod = (name: string, more: object = {}): object => ({
  metadata: { name, ...more },
  spec: { containers: [{ name: 'c', image: 'nginx:1' }] },
});

let server: ApiServer;
let client: LocalClient;
let port = 0;

/** What nodes were told of deletions, with whether the pod was Terminating by then. */
const announced: string[] = [];
const node = {
  deletionAsked: ({ metadata }: KubeObject) =>
    void announced.push(`${metadata.name} ${metadata.deletionTimestamp !== undefined}`),
};

beforeAll(async () => {
  ({ server, client } = await testServer({ nodes: (name) => (name === 'n1' ? (node as never) : null) }));
  const around = { nowMs: 1_750_000_000_000, serial: systemRandom.bytes(16) };
  const pair = issue({ commonName: 'localhost', names: ['127.0.0.1'], use: 'server', days: 36_500 }, null, around);
  port = await server.listen({
    host: '127.0.0.1',
    port: 0,
    certificate: pair.certificate,
    key: pair.key,
    clientAuthorities: [],
  });
});
afterAll(() => server.close());

interface Answered {
  readonly code: number;
  readonly headers: Record<string, unknown>;
  readonly body: KubeObject;
  readonly text: string;
  readonly bytes: Buffer;
}

/** One request over HTTP/1.1. */
function ask(method: string, path: string, options: { body?: object; token?: string; headers?: object } = {}) {
  return new Promise<Answered>((resolve, reject) => {
    const token = options.token ?? 'admin';
    const headers = {
      ...(token === '' ? {} : { authorization: `Bearer ${token}` }),
      'content-type': 'application/json',
      ...options.headers,
    };
    const request = https.request({
      host: '127.0.0.1',
      port,
      method,
      path,
      headers,
      rejectUnauthorized: false,
      agent: false,
    });
    request.on('response', (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => void chunks.push(chunk));
      response.on('end', () => {
        const bytes = Buffer.concat(chunks);
        const text = bytes.toString();
        const json = text !== '' && /json/.test(String(response.headers['content-type'])) && !text.includes('}\n{');
        resolve({
          code: response.statusCode ?? 0,
          headers: response.headers,
          body: json ? JSON.parse(text) : {},
          text,
          bytes,
        });
      });
    });
    request.on('error', reject);
    request.end(options.body === undefined ? undefined : JSON.stringify(options.body));
  });
}

describe('verbs, in process', () => {
  it('tells watchers in order, synchronously, with shared frozen objects', async () => {
    const seen: WatchEvent<KubeObject>[] = [];
    const { resourceVersion } = await client.list(CONFIG_MAPS);
    const stop = client.watch(
      CONFIG_MAPS,
      { resourceVersion, labelSelector: 'on=yes' },
      { onEvents: (events) => seen.push(...events), onEnd: () => {} },
    );
    const made = await client.create<KubeObject>(CONFIG_MAPS, {
      metadata: { name: 'w', labels: { on: 'yes' } },
      data: { a: '1' },
    });
    expect(seen[0]).toMatchObject({ type: 'ADDED' });
    expect((seen[0] as { object: KubeObject }).object).toBe(await client.get(CONFIG_MAPS, 'w'));
    expect(Object.isFrozen(made.data)).toBe(true);
    await client.patch(CONFIG_MAPS, 'w', 'merge', { metadata: { labels: { on: 'no' } } });
    await client.delete(CONFIG_MAPS, 'w');
    stop();
    expect(seen.map((event) => event.type)).toEqual(['ADDED', 'DELETED']);
    expect((seen[1] as { object: KubeObject }).object.metadata.labels).toEqual({ on: 'yes' });
  });

  it('refuses a stale update and writes nothing for one that changes nothing', async () => {
    const made = await client.create<KubeObject>(CONFIG_MAPS, { metadata: { name: 'stale' }, data: { a: '1' } });
    const same = await client.update<KubeObject>(CONFIG_MAPS, { ...made });
    expect(same.metadata.resourceVersion).toBe(made.metadata.resourceVersion);
    await client.update(CONFIG_MAPS, { ...made, data: { a: '2' } });
    await expect(client.update(CONFIG_MAPS, { ...made, data: { a: '3' } })).rejects.toMatchObject({
      reason: 'Conflict',
    });
  });

  it('keeps an object with finalizers until the last is gone', async () => {
    await client.create(CONFIG_MAPS, { metadata: { name: 'held', finalizers: ['example.com/a'] } });
    const marked = await client.delete(CONFIG_MAPS, 'held');
    expect(marked?.metadata.deletionGracePeriodSeconds).toBe(0);
    await client.patch(CONFIG_MAPS, 'held', 'json', [{ op: 'remove', path: '/metadata/finalizers' }]);
    await expect(client.get(CONFIG_MAPS, 'held')).rejects.toMatchObject({ reason: 'NotFound' });
  });

  it('binds a pod once, then grants it its grace', async () => {
    await client.create(PODS, pod('bound'));
    const binding = { metadata: { name: 'bound' }, target: { kind: 'Node', name: 'n1' } };
    await client.createSub(PODS, 'bound', 'binding', binding);
    const scheduled = await client.get<KubeObject>(PODS, 'bound');
    expect(scheduled.spec.nodeName).toBe('n1');
    await expect(client.createSub(PODS, 'bound', 'binding', binding)).rejects.toMatchObject({ reason: 'Conflict' });
    const first = await client.delete(PODS, 'bound');
    expect(first?.metadata.deletionGracePeriodSeconds).toBe(30);
    const shorter = await client.delete(PODS, 'bound', { gracePeriodSeconds: 5 });
    expect(shorter?.metadata.deletionGracePeriodSeconds).toBe(5);
    await client.delete(PODS, 'bound', { gracePeriodSeconds: 0 });
    await expect(client.get(PODS, 'bound')).rejects.toMatchObject({ reason: 'NotFound' });
  });

  it('evicts as far as the budget goes', async () => {
    const budgets = { group: 'policy', version: 'v1', resource: 'poddisruptionbudgets', namespace: 'default' };
    await client.create(budgets, {
      metadata: { name: 'b' },
      spec: { minAvailable: 1, selector: { matchLabels: { app: 'e' } } },
    });
    const ready = { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] };
    for (const name of ['e1', 'e2']) {
      await client.create(PODS, pod(name, { labels: { app: 'e' } }));
      await client.patch(PODS, name, 'merge', { status: ready }, 'status');
    }
    const eviction = (name: string) => client.createSub(PODS, name, 'eviction', { metadata: { name } });
    await expect(eviction('e1')).rejects.toMatchObject({
      reason: 'TooManyRequests',
      status: { details: { retryAfterSeconds: 10 } },
    });
    const status = {
      observedGeneration: 1,
      disruptionsAllowed: 1,
      currentHealthy: 2,
      desiredHealthy: 1,
      expectedPods: 2,
    };
    await client.patch(budgets, 'b', 'merge', { status }, 'status');
    await eviction('e1');
    await expect(eviction('e2')).rejects.toMatchObject({ reason: 'TooManyRequests' });
    await expect(client.get(PODS, 'e1')).rejects.toMatchObject({ reason: 'NotFound' });
    expect((await client.get<KubeObject>(budgets, 'b')).status.disruptedPods).toHaveProperty('e1');
  });

  it('serves a custom kind from its definition until that goes', async () => {
    const definitions = { group: 'apiextensions.k8s.io', version: 'v1', resource: 'customresourcedefinitions' };
    const schema = {
      type: 'object',
      properties: {
        spec: {
          type: 'object',
          properties: { size: { type: 'integer', maximum: 3 }, mode: { type: 'string', default: 'A' } },
          'x-kubernetes-validations': [{ rule: 'self.size != 2', message: 'two is out' }],
        },
      },
    };
    const version = {
      name: 'v1',
      served: true,
      storage: true,
      schema: { openAPIV3Schema: schema },
      subresources: { status: {} },
    };
    const names = { plural: 'widgets', singular: 'widget', kind: 'Widget', listKind: 'WidgetList' };
    await client.create(definitions, {
      metadata: { name: 'widgets.example.com' },
      spec: { group: 'example.com', scope: 'Namespaced', names, versions: [version] },
    });
    const widgets = { group: 'example.com', version: 'v1', resource: 'widgets', namespace: 'default' };
    const made = await client.create<KubeObject>(widgets, { metadata: { name: 'w' }, spec: { size: 1, bogus: 1 } });
    expect(made.spec).toEqual({ size: 1, mode: 'A' });
    const patch = (size: number) => client.patch(widgets, 'w', 'merge', { spec: { size } });
    await expect(patch(4)).rejects.toThrow('spec.size in body should be less than or equal to 3');
    await expect(patch(2)).rejects.toThrow('two is out');
    await client.delete(definitions, 'widgets.example.com');
    await expect
      .poll(() => client.get(definitions, 'widgets.example.com').catch((error) => error.reason))
      .toBe('NotFound');
    await expect(client.list(widgets)).rejects.toMatchObject({ code: 404 });
  });

  it('keeps the stored spec on a status write, whether the very same was sent back or another', async () => {
    const made = await client.create<KubeObject>(PODS, pod('status-only'));
    const status = { ...made.status, message: 'well' };
    const first = await client.update<KubeObject>(PODS, { ...made, status }, 'status');
    expect(first.spec).toBe(made.spec);
    expect(first.status.message).toBe('well');
    expect(Object.keys(first)).toEqual(['kind', 'apiVersion', 'metadata', 'spec', 'status']);
    const other = { ...first, spec: { ...first.spec, hostNetwork: true }, status: { ...status, message: 'better' } };
    const second = await client.update<KubeObject>(PODS, other, 'status');
    expect(second.spec).toEqual(made.spec);
    expect(second.status.message).toBe('better');
    expect(Object.keys(second)).toEqual(Object.keys(first));
    await client.delete(PODS, 'status-only', { gracePeriodSeconds: 0 });
  });
});

describe('over HTTP', () => {
  it('pages a list consistently while it changes', async () => {
    for (const name of ['p1', 'p2', 'p3'])
      await client.create(core('secrets'), { metadata: { name, labels: { page: 'yes' } } });
    const path = '/api/v1/namespaces/default/secrets';
    const first = await ask('GET', `${path}?limit=2`);
    expect(first.body.items).toHaveLength(2);
    expect(first.body.metadata).toHaveProperty('remainingItemCount', 1);
    expect(first.body.items[0]).not.toHaveProperty('kind');
    await client.delete(core('secrets'), 'p3');
    const next = (first.body.metadata as { continue?: string }).continue ?? '';
    const rest = await ask('GET', `${path}?limit=2&continue=${next}`);
    expect(rest.body.items.map((item: KubeObject) => item.metadata.name)).toEqual(['p3']);
    expect(rest.body.metadata.resourceVersion).toBe(first.body.metadata.resourceVersion);
  });

  it('streams a watch with its state, an end mark and what follows', async () => {
    const path =
      '/api/v1/namespaces/default/configmaps?watch=1&timeoutSeconds=1&allowWatchBookmarks=1&fieldSelector=metadata.name%3Dstream';
    await client.create(CONFIG_MAPS, { metadata: { name: 'stream' } });
    const answer = ask('GET', path);
    await expect.poll(() => server.resources.core.store.revision).toBeGreaterThan(0);
    const events = (await answer).text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(events.map((event) => event.type).slice(0, 2)).toEqual(['ADDED', 'BOOKMARK']);
    expect(events[1].object.metadata.annotations).toEqual({ 'k8s.io/initial-events-end': 'true' });
  });

  it('judges who asks', async () => {
    expect((await ask('GET', '/api/v1/pods', { token: '' })).body.message).toContain(
      'User "system:anonymous" cannot list resource "pods"',
    );
    expect((await ask('GET', '/api/v1/pods', { token: 'wrong' })).code).toBe(401);
    expect((await ask('GET', '/readyz', { token: '' })).text).toBe('ok');
    const jane = await ask('GET', '/api/v1/pods', { headers: { 'impersonate-user': 'jane' } });
    expect(jane.body.message).toContain('User "jane" cannot list');
  });

  it('tells the node of a deletion before it, if it comes from outside', async () => {
    const path = '/api/v1/namespaces/default/pods/leaving';
    for (const name of ['leaving', 'kept']) {
      await client.create(PODS, pod(name));
      await client.createSub(PODS, name, 'binding', { metadata: { name }, target: { kind: 'Node', name: 'n1' } });
    }
    expect((await ask('DELETE', `${path}?dryRun=All`)).code).toBe(200);
    await client.delete(PODS, 'kept');
    expect(announced).toEqual([]);
    expect((await ask('DELETE', path)).code).toBe(200);
    expect((await ask('DELETE', path)).code).toBe(200);
    expect(announced).toEqual(['leaving false']);
  });

  it('warns of unknown fields, or refuses them', async () => {
    const body = { metadata: { name: 'odd' }, bogus: 1 };
    const warned = await ask('POST', '/api/v1/namespaces/default/configmaps', { body });
    expect(warned.headers.warning).toBe('299 - "unknown field \\"bogus\\""');
    const strict = await ask('POST', '/api/v1/namespaces/default/configmaps?fieldValidation=Strict', { body });
    expect(strict.body.message).toContain('strict decoding error: unknown field "bogus"');
  });

  it('answers Tables, and the same over HTTP/2', async () => {
    const accept = 'application/json;as=Table;v=v1;g=meta.k8s.io';
    const table = await ask('GET', '/api/v1/namespaces', { headers: { accept } });
    expect(table.body).toMatchObject({ kind: 'Table' });
    const session = http2.connect(`https://127.0.0.1:${port}`, { rejectUnauthorized: false });
    const stream = session.request({ ':path': '/api/v1/namespaces/default', authorization: 'Bearer admin' });
    let text = '';
    for await (const chunk of stream) text += chunk;
    session.close();
    expect(JSON.parse(text)).toMatchObject({ kind: 'Namespace', status: { phase: 'Active' } });
  });

  it('answers protobuf to who prefers it: objects, lists, errors and watches; custom kinds and Tables stay JSON', async () => {
    const protobuf = { accept: 'application/vnd.kubernetes.protobuf,application/json' };
    const decoded = ({ bytes }: { bytes: Buffer }): [string, Record<string, unknown>] => {
      const { apiVersion, kind, raw } = readEnvelope(bytes);
      const struct = structNames().find((name) => structOf(name).kinds.includes(`/${apiVersion}/${kind}`))!;
      return [kind, readProtobuf(structOf(struct), raw)];
    };
    await client.create(CONFIG_MAPS, { metadata: { name: 'proto', labels: { proto: 'yes' } }, data: { a: 'b' } });
    const path = '/api/v1/namespaces/default/configmaps';
    const one = await ask('GET', `${path}/proto`, { headers: protobuf });
    expect(one.headers['content-type']).toBe('application/vnd.kubernetes.protobuf');
    expect(decoded(one)).toMatchObject(['ConfigMap', { metadata: { name: 'proto' }, data: { a: 'b' } }]);
    const [kind, list] = decoded(await ask('GET', `${path}?labelSelector=proto`, { headers: protobuf }));
    expect([kind, (list.items as KubeObject[]).map((item) => item.metadata.name)]).toEqual([
      'ConfigMapList',
      ['proto'],
    ]);
    const [, status] = decoded(await ask('GET', `${path}/missing`, { headers: protobuf }));
    expect(status).toMatchObject({ reason: 'NotFound', code: 404 });
    const watch = `${path}?watch=1&timeoutSeconds=1&fieldSelector=metadata.name%3Dproto`;
    const { bytes, headers } = await ask('GET', watch, { headers: protobuf });
    expect(headers['content-type']).toBe('application/vnd.kubernetes.protobuf;stream=watch');
    expect(bytes.readUInt32BE(0)).toBe(bytes.length - 4);
    expect(bytes.subarray(4, 11).toString('latin1')).toBe('\n\x05ADDED');
    expect(decoded({ bytes: bytes.subarray(bytes.indexOf('k8s\0')) })[0]).toBe('ConfigMap');
    const table = 'application/vnd.kubernetes.protobuf;as=Table;v=v1;g=meta.k8s.io,application/json';
    expect((await ask('GET', `${path}/proto`, { headers: { accept: table } })).body.kind).toBe('ConfigMap');
  });

  it('describes fields in OpenAPI documents, which its index names by hash', async () => {
    const at = '/openapi/v3/apis/apps/v1';
    const [index, document] = await Promise.all([ask('GET', '/openapi/v3'), ask('GET', at)]);
    // biome-ignore lint/suspicious/noExplicitAny: documents are no objects of the API
    const paths = (index.body as any).paths;
    expect(paths['apis/apps/v1'].serverRelativeURL).toBe(`${at}?hash=${String(document.headers.etag).slice(1, -1)}`);
    // biome-ignore lint/suspicious/noExplicitAny: documents are no objects of the API
    const { schemas } = (document.body as any).components;
    expect(schemas['io.k8s.api.apps.v1.StatefulSetSpec'].properties.ordinals.description).toContain('numbered');
    const moved = await ask('GET', `${at}?hash=OLD`);
    expect([moved.code, moved.headers.location]).toEqual([301, paths['apis/apps/v1'].serverRelativeURL]);
  });

  it('answers YAML that other readers of YAML understand, errors too', async () => {
    const yaml = { accept: 'application/yaml' };
    const path = '/api/v1/namespaces/default/configmaps';
    await client.create(CONFIG_MAPS, { metadata: { name: 'yaml' }, data: { b: 'yes', a: '2020-01-01', c: 'x' } });
    const one = await ask('GET', `${path}/yaml`, { headers: yaml });
    expect(one.headers['content-type']).toBe('application/yaml');
    expect(one.text).toMatch(/^apiVersion: v1\ndata:\n {2}a: "2020-01-01"\n {2}b: "yes"\n {2}c: x\nkind: ConfigMap\n/);
    const none = await ask('GET', `${path}/none`, { headers: yaml });
    expect(none.code).toBe(404);
    expect(none.text).toContain('reason: NotFound\n');
  });
});
