import { describe, expect, it } from 'vitest';
import type { JsonRecord } from '../../base/json.ts';
import type { KindDefinition } from '../kind.ts';
import { BYTES, ProtobufReader } from '../protobuf-reader.ts';
import { structOf } from '../structure.ts';
import type { OpenApiKind } from './definitions.ts';
import { OpenApiDocuments, openApiV2, openApiV3 } from './documents.ts';

const statefulSet: KindDefinition = {
  group: 'apps',
  version: 'v1',
  kind: 'StatefulSet',
  plural: 'statefulsets',
  namespaced: true,
  status: {},
  struct: structOf('io.k8s.api.apps.v1.StatefulSet'),
};
const pod: KindDefinition = {
  group: '',
  version: 'v1',
  kind: 'Pod',
  plural: 'pods',
  namespaced: true,
  struct: structOf('io.k8s.api.core.v1.Pod'),
};
const widget: OpenApiKind = {
  definition: { ...pod, group: 'example.com', kind: 'Widget', plural: 'widgets', namespaced: false },
  schema: { type: 'object', properties: { spec: { type: 'object' } } },
};
const DEPLOYMENT = structOf('io.k8s.api.apps.v1.Deployment');
const KINDS: readonly OpenApiKind[] = [{ definition: statefulSet }, { definition: pod }, widget];

// biome-ignore lint/suspicious/noExplicitAny: tests reach deep into documents
const reach = (document: JsonRecord): any => document;

function references(value: unknown, into = new Set<string>()): Set<string> {
  if (typeof value !== 'object' || value === null) return into;
  for (const [key, inner] of Object.entries(value)) {
    if (key === '$ref' && typeof inner === 'string') into.add(inner);
    else references(inner, into);
  }
  return into;
}

describe('OpenAPI documents', () => {
  it('define everything they refer to', () => {
    const v3 = reach(openApiV3([{ definition: statefulSet }], 'v1.36.3'));
    for (const ref of references(v3)) expect(v3.components.schemas).toHaveProperty([ref.split('/').at(-1)!]);
    const v2 = reach(openApiV2(KINDS, 'v1.36.3'));
    for (const ref of references(v2)) expect(v2.definitions).toHaveProperty([ref.split('/').at(-1)!]);
  });

  it('say what clients merge by', () => {
    const { schemas } = reach(openApiV3([{ definition: pod }], 'v1.36.3')).components;
    expect(schemas['io.k8s.api.core.v1.Container'].properties.ports).toMatchObject({
      'x-kubernetes-list-map-keys': ['containerPort', 'protocol'],
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-patch-merge-key': 'containerPort',
      'x-kubernetes-patch-strategy': 'merge',
    });
    expect(schemas['io.k8s.api.core.v1.ContainerPort'].properties.protocol.default).toBe('TCP');
    expect(schemas['io.k8s.apimachinery.pkg.apis.meta.v1.LabelSelector']['x-kubernetes-map-type']).toBe('atomic');
    const strategy = reach(openApiV2([{ definition: { ...pod, struct: DEPLOYMENT } }], 'v1')).definitions[
      'io.k8s.api.apps.v1.DeploymentSpec'
    ].properties.strategy;
    expect(strategy['x-kubernetes-patch-strategy']).toBe('retainKeys');
  });

  it('let kubectl see that the server validates fields', () => {
    const { paths } = reach(openApiV3([{ definition: statefulSet }], 'v1.36.3'));
    const { patch } = paths['/apis/apps/v1/namespaces/{namespace}/statefulsets/{name}'];
    expect(patch['x-kubernetes-group-version-kind']).toEqual({ group: 'apps', kind: 'StatefulSet', version: 'v1' });
    expect(patch.parameters.map((each: { name: string }) => each.name)).toContain('fieldValidation');
    expect(Object.keys(paths)).toEqual([
      '/apis/apps/v1/namespaces/{namespace}/statefulsets',
      '/apis/apps/v1/statefulsets',
      '/apis/apps/v1/namespaces/{namespace}/statefulsets/{name}',
      '/apis/apps/v1/namespaces/{namespace}/statefulsets/{name}/status',
    ]);
  });

  it('describe custom kinds by their own schema', () => {
    const { schemas } = reach(openApiV3([widget], 'v1.36.3')).components;
    expect(schemas['com.example.v1.Widget'].properties.spec).toEqual({ type: 'object' });
    expect(schemas['com.example.v1.WidgetList']['x-kubernetes-group-version-kind'][0].kind).toBe('WidgetList');
  });

  it('are made once, until the kinds change; the index names their hashes', () => {
    let kinds = KINDS;
    const documents = new OpenApiDocuments(() => kinds, 'v1.36.3');
    const apps = documents.v3Json('apis/apps/v1')!;
    expect(documents.v3Json('apis/apps/v1')).toBe(apps);
    expect(documents.v3Json('apis/none/v1')).toBeNull();
    const index = JSON.parse(documents.v3Index().bytes.toString());
    expect(index.paths['apis/apps/v1'].serverRelativeURL).toBe(`/openapi/v3/apis/apps/v1?hash=${apps.hash}`);
    expect(Object.keys(index.paths)).toEqual(['api/v1', 'apis/apps/v1', 'apis/example.com/v1']);
    kinds = [{ definition: pod }];
    documents.invalidate();
    expect(documents.v3Json('apis/apps/v1')).toBeNull();
  });

  it('say what they are told of definitions and fields, also where those refer to others', () => {
    const said: Record<string, string> = {
      'io.k8s.api.core.v1.Pod': 'a pod',
      'io.k8s.api.core.v1.Pod.spec': 'what it runs',
      'com.example.v1.Widget.metadata': 'its name',
      'io.k8s.apimachinery.pkg.apis.meta.v1.Time': 'a moment',
    };
    const words = {
      of: (definition: string, field?: string) => said[field === undefined ? definition : `${definition}.${field}`],
      digest: 'one',
    };
    const { schemas } = reach(openApiV3([{ definition: pod }, widget], 'v1.36.3', words)).components;
    expect(schemas['io.k8s.api.core.v1.Pod']).toMatchObject({
      description: 'a pod',
      properties: { spec: { description: 'what it runs', allOf: [{}] } },
    });
    expect(schemas['com.example.v1.Widget'].properties.metadata.description).toBe('its name');
    expect(schemas['io.k8s.apimachinery.pkg.apis.meta.v1.Time'].description).toBe('a moment');
    const { definitions } = reach(openApiV2([{ definition: pod }], 'v1.36.3', words));
    expect(definitions['io.k8s.api.core.v1.Pod'].properties.spec).toEqual({
      $ref: '#/definitions/io.k8s.api.core.v1.PodSpec',
      description: 'what it runs',
    });
  });

  it('have another hash when the words change', () => {
    const hashes = ['one', 'two'].map((digest) => {
      const documents = new OpenApiDocuments(() => KINDS, 'v1.36.3', { of: () => undefined, digest });
      return documents.v3Json('api/v1')!.hash;
    });
    expect(hashes[0]).not.toBe(hashes[1]);
  });

  it('are written as gnostic documents', () => {
    const { bytes } = new OpenApiDocuments(() => KINDS, 'v1.36.3').v2Protobuf();
    const fields: Record<number, ProtobufReader> = {};
    const reader = new ProtobufReader(bytes);
    while (!reader.done) {
      const tag = reader.tag();
      expect(tag & 7).toBe(BYTES);
      fields[tag >>> 3] = reader.message();
    }
    const swagger = fields[1]!;
    expect(swagger.bytes.toString('utf8', swagger.position, swagger.end)).toBe('2.0');
    const names: string[] = [];
    const definitions = fields[9]!;
    while (!definitions.done) {
      definitions.tag();
      const named = definitions.message();
      named.tag();
      names.push(named.text());
    }
    expect(names).toEqual(Object.keys(reach(openApiV2(KINDS, 'v1.36.3')).definitions));
  });
});
