import https from 'node:https';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { httpsPost } from '../src/apiserver/http/webhook-post.ts';
import type { ApiServer } from '../src/apiserver/server.ts';
import { systemClock } from '../src/base/clock.ts';
import { systemRandom } from '../src/base/random.ts';
import type { LocalClient } from '../src/client/local.ts';
import { issue } from '../src/cluster/pki/certificate.ts';
import type { KubeObject } from '../src/schema/object.ts';
import { testServer } from './support/test-server.ts';

/** Admission webhooks as real HTTPS servers, asked by the API server about real writes. */
const core = (resource: string) => ({ group: '', version: 'v1', resource, namespace: 'default' });
const CONFIG_MAPS = core('configmaps');
const SERVICES = core('services');
const SLICES = { group: 'discovery.k8s.io', version: 'v1', resource: 'endpointslices', namespace: 'default' };
const SETS = { group: 'apps', version: 'v1', resource: 'statefulsets', namespace: 'default' };
const hooks = (phase: 'mutating' | 'validating') => ({
  group: 'admissionregistration.k8s.io',
  version: 'v1',
  resource: `${phase}webhookconfigurations`,
});

// biome-ignore lint/suspicious/noExplicitAny: reviews as they come
type Review = any;
type Answer = (review: Review) => object | null;

let server: ApiServer;
let client: LocalClient;
let hook: https.Server;
let port = 0;
let authority = '';
/** By path of the request; null: never answered. */
const answers = new Map<string, Answer>();
const asked: { readonly path: string; readonly review: Review }[] = [];

beforeAll(async () => {
  ({ server, client } = await testServer());
  const around = { nowMs: Date.now(), serial: systemRandom.bytes(16) };
  const names = ['127.0.0.1', 'guard.default.svc'];
  const pair = issue({ commonName: 'guard', names, use: 'server', days: 2 }, null, around);
  authority = Buffer.from(pair.certificate).toString('base64');
  hook = https.createServer({ cert: pair.certificate, key: pair.key }, (request, response) => {
    let text = '';
    request.on('data', (part) => {
      text += String(part);
    });
    request.on('end', () => {
      const path = request.url ?? '';
      const review = JSON.parse(text) as Review;
      asked.push({ path, review });
      const answer = answers.get(path.split('?')[0]!)?.(review);
      if (answer === null) return;
      const { apiVersion, kind, request: asks } = review;
      response.end(JSON.stringify({ apiVersion, kind, response: { uid: asks.uid, allowed: true, ...answer } }));
    });
  });
  await new Promise<void>((resolve) => hook.listen(0, '127.0.0.1', resolve));
  port = (hook.address() as AddressInfo).port;
});
afterAll(async () => {
  await server.close();
  hook.closeAllConnections();
  hook.close();
});
beforeEach(async () => {
  asked.length = 0;
  answers.clear();
  for (const phase of ['mutating', 'validating'] as const) {
    for (const { metadata } of (await client.list(hooks(phase))).items)
      await client.delete(hooks(phase), metadata.name!);
  }
});

const rule = (resource: string, operations = ['*'], apiGroups = ['']) => ({
  operations,
  apiGroups,
  apiVersions: ['v1'],
  resources: [resource],
});

async function install(phase: 'mutating' | 'validating', name: string, more: object): Promise<void> {
  const webhook = {
    name: `${name}.perdure.dev`,
    clientConfig: { url: `https://127.0.0.1:${port}/${name}`, caBundle: authority },
    rules: [rule('configmaps')],
    admissionReviewVersions: ['v1'],
    sideEffects: 'None',
    ...more,
  };
  await client.create(hooks(phase), { metadata: { name }, webhooks: [webhook] });
}

const configMap = (name: string, more: object = {}) => ({ metadata: { name, ...more }, data: { a: '1' } });
const patch = (operations: readonly object[]) => ({
  patchType: 'JSONPatch',
  patch: Buffer.from(JSON.stringify(operations)).toString('base64'),
});
const refusal = (promise: Promise<unknown>): Promise<{ code: number; message: string; reason: string }> =>
  promise.then(
    () => {
      throw new Error('it was allowed');
    },
    (error: { code: number; message: string; reason: string }) => error,
  );

describe('mutating webhooks', () => {
  it('change what is stored, in the order of their names, each on top of those before it', async () => {
    await install('mutating', 'b-second', {});
    await install('mutating', 'a-first', {});
    answers.set('/a-first', () => patch([{ op: 'add', path: '/metadata/labels', value: { by: 'first' } }]));
    answers.set('/b-second', ({ request }) =>
      patch([{ op: 'replace', path: '/data/a', value: request.object.metadata.labels.by }]),
    );
    const made = await client.create(CONFIG_MAPS, configMap('changed'));
    expect([made.metadata.labels, made.data]).toEqual([{ by: 'first' }, { a: 'first' }]);
    const { request } = asked[0]!.review;
    expect(asked[0]!.path).toBe('/a-first?timeout=10s');
    expect(request).toMatchObject({
      kind: { group: '', version: 'v1', kind: 'ConfigMap' },
      resource: { group: '', version: 'v1', resource: 'configmaps' },
      name: 'changed',
      namespace: 'default',
      operation: 'CREATE',
      userInfo: { username: 'admin', groups: ['system:masters'] },
      object: { apiVersion: 'v1', kind: 'ConfigMap', data: { a: '1' } },
      oldObject: null,
      dryRun: false,
      options: { kind: 'CreateOptions', apiVersion: 'meta.k8s.io/v1' },
    });
  });

  it('are asked again when a later one changed the object and they want it', async () => {
    await install('mutating', 'a-counts', { reinvocationPolicy: 'IfNeeded' });
    await install('mutating', 'b-adds', {});
    const count = ({ request }: Review) => String(Object.keys(request.object.data).length);
    answers.set('/a-counts', (review) =>
      patch([{ op: 'add', path: '/metadata/annotations', value: { size: count(review) } }]),
    );
    answers.set('/b-adds', () => patch([{ op: 'add', path: '/data/b', value: '2' }]));
    const made = await client.create(CONFIG_MAPS, configMap('again'));
    expect(made.metadata.annotations).toEqual({ size: '2' });
    expect(asked.map(({ path }) => path.split('?')[0])).toEqual(['/a-counts', '/b-adds', '/a-counts']);
  });

  it('give defaults to what they add, and cannot make it invalid', async () => {
    await install('mutating', 'a', { rules: [rule('statefulsets', ['CREATE'], ['apps'])] });
    const set = {
      metadata: { name: 'db' },
      spec: {
        serviceName: 'db',
        selector: { matchLabels: { app: 'db' } },
        template: { metadata: { labels: { app: 'db' } }, spec: { containers: [{ name: 'c', image: 'i' }] } },
      },
    };
    const add = (container: object) => () =>
      patch([{ op: 'add', path: '/spec/template/spec/containers/-', value: container }]);
    answers.set('/a', add({ name: 'side', image: 'proxy:1' }));
    const made = await client.create(SETS, set);
    expect(made.spec.template.spec.containers[1]).toMatchObject({ name: 'side', imagePullPolicy: 'IfNotPresent' });
    answers.set('/a', add({ name: 'c', image: 'i' }));
    const error = await refusal(client.create(SETS, { ...set, metadata: { name: 'other' } }));
    expect(error.message).toContain('spec.template.spec.containers[1].name: Duplicate value: "c"');
  });
});

describe('validating webhooks', () => {
  it('refuse creates, updates and deletes, in the words of upstream', async () => {
    await client.create(CONFIG_MAPS, configMap('kept'));
    await install('validating', 'guard', { rules: [rule('configmaps')] });
    answers.set('/guard', () => ({ allowed: false, status: { message: 'not today', code: 403, reason: 'Forbidden' } }));
    const text = 'admission webhook "guard.perdure.dev" denied the request: not today';
    const kept = await client.get<KubeObject>(CONFIG_MAPS, 'kept');
    expect(await refusal(client.create(CONFIG_MAPS, configMap('x')))).toMatchObject({ code: 403, message: text });
    expect((await refusal(client.update(CONFIG_MAPS, { ...kept, data: {} }))).message).toBe(text);
    expect((await refusal(client.delete(CONFIG_MAPS, 'kept'))).message).toBe(text);
    expect(asked.map(({ review }) => [review.request.operation, review.request.object?.metadata.name ?? null])).toEqual(
      [
        ['CREATE', 'x'],
        ['UPDATE', 'kept'],
        ['DELETE', null],
      ],
    );
    expect(asked[2]!.review.request.oldObject.data).toEqual({ a: '1' });
    answers.set('/guard', () => ({ allowed: false }));
    expect(await refusal(client.create(CONFIG_MAPS, configMap('x')))).toMatchObject({
      code: 400,
      message: 'admission webhook "guard.perdure.dev" denied the request without explanation',
    });
  });

  it('are asked only about what their selectors take in', async () => {
    await install('validating', 'guard', { objectSelector: { matchLabels: { watched: 'yes' } } });
    await install('validating', 'elsewhere', { namespaceSelector: { matchLabels: { team: 'other' } } });
    await client.create(CONFIG_MAPS, configMap('free'));
    await client.create(CONFIG_MAPS, configMap('watched', { labels: { watched: 'yes' } }));
    expect(asked.map(({ review }) => review.request.name)).toEqual(['watched']);
  });

  it('leave what they could not be asked about to their failure policy', async () => {
    await install('validating', 'guard', { timeoutSeconds: 1 });
    answers.set('/guard', () => null);
    const late = await refusal(client.create(CONFIG_MAPS, configMap('late')));
    expect(late).toMatchObject({
      code: 500,
      message:
        `Internal error occurred: failed calling webhook "guard.perdure.dev": failed to call webhook: ` +
        `Post "https://127.0.0.1:${port}/guard?timeout=1s": context deadline exceeded`,
    });
    const { items } = await client.list(hooks('validating'));
    const [webhook] = items[0]!.webhooks;
    const closed = { ...webhook, clientConfig: { ...webhook.clientConfig, url: 'https://127.0.0.1:1/guard' } };
    await client.update(hooks('validating'), { ...items[0]!, webhooks: [closed] });
    const away = await refusal(client.create(CONFIG_MAPS, configMap('away')));
    expect(away.message).toContain('dial tcp 127.0.0.1:1: connect: connection refused');
    const again = (await client.list(hooks('validating'))).items[0]!;
    await client.update(hooks('validating'), { ...again, webhooks: [{ ...closed, failurePolicy: 'Ignore' }] });
    await client.create(CONFIG_MAPS, configMap('ignored'));
  });

  it('are not believed without a certificate of their authority', async () => {
    const clientConfig = { url: `https://127.0.0.1:${port}/guard` };
    await install('validating', 'guard', { clientConfig });
    expect((await refusal(client.create(CONFIG_MAPS, configMap('x')))).message).toContain(
      'x509: certificate signed by unknown authority',
    );
  });

  it('are found behind their Service', async () => {
    await install('validating', 'guard', {
      clientConfig: { service: { name: 'guard', namespace: 'default', path: '/guard' }, caBundle: authority },
    });
    const place = 'failed to call webhook: Post "https://guard.default.svc:443/guard?timeout=10s"';
    const message = async () => (await refusal(client.create(CONFIG_MAPS, configMap('x')))).message;
    expect(await message()).toContain(`${place}: service "guard" not found`);
    await client.create(SERVICES, { metadata: { name: 'guard' }, spec: { ports: [{ name: 'https', port: 443 }] } });
    expect(await message()).toContain(`${place}: no endpoints available for service "guard"`);
    await client.create(SLICES, {
      metadata: { name: 'guard-1', labels: { 'kubernetes.io/service-name': 'guard' } },
      addressType: 'IPv4',
      ports: [{ name: 'https', port }],
      endpoints: [{ addresses: ['10.1.2.3'], nodeName: 'simulated', conditions: { ready: true } }],
    });
    // Nobody goes looking for pods of nodes that are not known to be real.
    expect(await message()).toContain('no endpoints available');
    expect(asked).toEqual([]);
  });

  it('are connected to at the address of a pod and known by the name of their Service', async () => {
    const post = httpsPost(systemClock);
    const url = 'https://guard.default.svc:443/guard?timeout=10s';
    const address = {
      url,
      connect: { host: '127.0.0.1', port },
      authority: Buffer.from(authority, 'base64').toString(),
    };
    const review = JSON.stringify({ apiVersion: 'v', kind: 'k', request: { uid: 'u' } });
    expect(JSON.parse(await post(address, review, 10_000))).toMatchObject({ response: { uid: 'u', allowed: true } });
    const impostor = { ...address, url: url.replace('guard.', 'other.') };
    await expect(post(impostor, review, 10_000)).rejects.toThrow('tls: failed to verify certificate');
  });

  it('hear of dry runs, unless they do something besides answering', async () => {
    await install('validating', 'guard', { sideEffects: 'NoneOnDryRun' });
    await client.create(CONFIG_MAPS, configMap('dry'), { dryRun: true });
    expect(asked[0]!.review.request).toMatchObject({ dryRun: true, options: { dryRun: ['All'] } });
    await expect(client.get(CONFIG_MAPS, 'dry')).rejects.toThrow('not found');
  });

  it('have no say about webhooks', async () => {
    await install('validating', 'guard', { rules: [{ ...rule('*', ['*'], ['*']), apiVersions: ['*'] }] });
    answers.set('/guard', () => ({ allowed: false }));
    await client.delete(hooks('validating'), 'guard');
    await client.create(CONFIG_MAPS, configMap('free again'.replace(' ', '-')));
  });
});
