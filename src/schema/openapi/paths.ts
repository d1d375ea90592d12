import type { JsonRecord } from '../../base/json.ts';
import { ALL_VERBS, type KindDefinition } from '../kind.ts';
import { definitionName, type OpenApiKind, rootOf, SCALE } from './definitions.ts';
import { type OpenApiVersion, PATCH_DEFINITION, referenceTo } from './schemas.ts';

type Parameter = readonly [name: string, type: 'boolean' | 'integer' | 'string'];

const PRETTY: Parameter = ['pretty', 'string'];
const WRITE: readonly Parameter[] = [
  ['dryRun', 'string'],
  ['fieldManager', 'string'],
  ['fieldValidation', 'string'],
];
const LIST: readonly Parameter[] = [
  ['allowWatchBookmarks', 'boolean'],
  ['continue', 'string'],
  ['fieldSelector', 'string'],
  ['labelSelector', 'string'],
  ['limit', 'integer'],
  ['resourceVersion', 'string'],
  ['resourceVersionMatch', 'string'],
  ['sendInitialEvents', 'boolean'],
  ['timeoutSeconds', 'integer'],
  ['watch', 'boolean'],
];
const DELETE: readonly Parameter[] = [
  ['dryRun', 'string'],
  ['gracePeriodSeconds', 'integer'],
  ['ignoreStoreReadErrorWithClusterBreakingPotential', 'boolean'],
  ['orphanDependents', 'boolean'],
  ['propagationPolicy', 'string'],
];

const MEDIA = ['application/json', 'application/yaml', 'application/vnd.kubernetes.protobuf'];
const LIST_MEDIA = [...MEDIA, 'application/json;stream=watch', 'application/vnd.kubernetes.protobuf;stream=watch'];
const PATCH_MEDIA = [
  'application/apply-patch+yaml',
  'application/json-patch+json',
  'application/merge-patch+json',
  'application/strategic-merge-patch+json',
];
const DELETE_OPTIONS = 'io.k8s.apimachinery.pkg.apis.meta.v1.DeleteOptions';
const STATUS = 'io.k8s.apimachinery.pkg.apis.meta.v1.Status';

/** How one method of a path is described. */
interface Method {
  readonly http: 'get' | 'post' | 'put' | 'patch' | 'delete';
  readonly action: string;
  readonly parameters: readonly Parameter[];
  readonly body?: string;
  readonly answer: string;
  readonly created?: boolean;
}

const uniform = (type: Parameter[1]): JsonRecord => ({ type, uniqueItems: true });

function parameter([name, type]: Parameter, version: OpenApiVersion): JsonRecord {
  if (version === 2) return { name, in: 'query', ...uniform(type) };
  return { name, in: 'query', schema: uniform(type) };
}

function pathParameter(name: string, version: OpenApiVersion): JsonRecord {
  const head = { name, in: 'path', required: true };
  return version === 2 ? { ...head, ...uniform('string') } : { ...head, schema: uniform('string') };
}

function operation(method: Method, kind: KindDefinition, id: string, version: OpenApiVersion): JsonRecord {
  const query = method.parameters.map((each) => parameter(each, version));
  const media = method.action === 'list' ? LIST_MEDIA : MEDIA;
  const answer = referenceTo(method.answer, version);
  const response = (description: string): JsonRecord =>
    version === 2
      ? { description, schema: answer }
      : { description, content: Object.fromEntries(media.map((type) => [type, { schema: answer }])) };
  const tag = `${kind.group === '' ? 'core' : kind.group.split('.')[0]}_${kind.version}`;
  const bodyMedia = method.http === 'patch' ? PATCH_MEDIA : ['*/*'];
  const body = method.body === undefined ? null : referenceTo(method.body, version);
  if (version === 2 && body !== null) {
    query.unshift({ name: 'body', in: 'body', required: method.http !== 'delete', schema: body });
  }
  return {
    tags: [tag],
    operationId: id,
    ...(version === 2 ? { consumes: bodyMedia, produces: media } : {}),
    ...(query.length === 0 ? {} : { parameters: query }),
    ...(version === 3 && body !== null
      ? { requestBody: { content: Object.fromEntries(bodyMedia.map((type) => [type, { schema: body }])) } }
      : {}),
    responses: {
      200: response('OK'),
      ...(method.created === true ? { 201: response('Created') } : {}),
      401: { description: 'Unauthorized' },
    },
    'x-kubernetes-action': method.action,
    'x-kubernetes-group-version-kind': { group: kind.group, kind: kind.kind, version: kind.version },
  };
}

function itemMethods(kind: KindDefinition, name: string): Method[] {
  const verbs: readonly string[] = kind.verbs ?? ALL_VERBS;
  const methods: Method[] = [];
  if (verbs.includes('get')) methods.push({ http: 'get', action: 'get', parameters: [], answer: name });
  if (verbs.includes('update')) methods.push(put(name));
  if (verbs.includes('patch')) methods.push(patch(name));
  if (verbs.includes('delete')) {
    const answer = kind.returnsDeleted === true ? name : STATUS;
    methods.push({ http: 'delete', action: 'delete', parameters: DELETE, body: DELETE_OPTIONS, answer });
  }
  return methods;
}

const put = (name: string): Method => ({
  http: 'put',
  action: 'put',
  parameters: WRITE,
  body: name,
  answer: name,
  created: true,
});
const patch = (name: string): Method => ({
  http: 'patch',
  action: 'patch',
  parameters: [...WRITE, ['force', 'boolean']],
  body: PATCH_DEFINITION,
  answer: name,
  created: true,
});
const post = (name: string): Method => ({
  http: 'post',
  action: 'post',
  parameters: WRITE,
  body: name,
  answer: name,
  created: true,
});

function collectionMethods(kind: KindDefinition, name: string): Method[] {
  const verbs: readonly string[] = kind.verbs ?? ALL_VERBS;
  const methods: Method[] = [];
  if (verbs.includes('list')) methods.push({ http: 'get', action: 'list', parameters: LIST, answer: `${name}List` });
  if (verbs.includes('create')) methods.push(post(name));
  if (verbs.includes('deletecollection')) {
    const parameters = [...DELETE, ...LIST];
    methods.push({ http: 'delete', action: 'deletecollection', parameters, body: DELETE_OPTIONS, answer: STATUS });
  }
  return methods;
}

function subresourceMethods(verbs: readonly string[], name: string): Method[] {
  const methods: Method[] = [];
  if (verbs.includes('get')) methods.push({ http: 'get', action: 'get', parameters: [], answer: name });
  if (verbs.includes('create')) methods.push(post(name));
  if (verbs.includes('update')) methods.push(put(name));
  if (verbs.includes('patch')) methods.push(patch(name));
  return methods;
}

/** Writes the paths of one kind into a document. */
class KindPaths {
  private readonly kind: KindDefinition;
  private readonly version: OpenApiVersion;
  private readonly paths: JsonRecord;

  constructor(kind: KindDefinition, version: OpenApiVersion, paths: JsonRecord) {
    this.kind = kind;
    this.version = version;
    this.paths = paths;
  }

  add(suffix: string, methods: readonly Method[], namespaced = this.kind.namespaced, idSuffix = ''): void {
    if (methods.length === 0) return;
    const { kind, version } = this;
    const names = [...(namespaced ? ['namespace'] : []), ...(suffix.startsWith('/{name}') ? ['name'] : [])];
    const group = kind.group === '' ? 'Core' : capitalized(kind.group.split('.')[0]!);
    const scope = namespaced ? 'Namespaced' : '';
    const tail = `${group}${capitalized(kind.version)}${scope}${kind.kind}${idSuffix}`;
    const shared = [...names.map((name) => pathParameter(name, version)), parameter(PRETTY, version)];
    const item: JsonRecord = { parameters: shared };
    for (const method of methods)
      item[method.http] = operation(method, kind, `${ID_VERB[method.action]}${tail}`, version);
    const prefix = `/${rootOf(kind)}/${namespaced ? 'namespaces/{namespace}/' : ''}`;
    this.paths[`${prefix}${kind.plural}${suffix}`] = item;
  }
}

const ID_VERB: Readonly<Record<string, string>> = {
  get: 'read',
  list: 'list',
  post: 'create',
  put: 'replace',
  patch: 'patch',
  delete: 'delete',
  deletecollection: 'deleteCollection',
};

function capitalized(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** Paths of a kind: collection, item, subresources; for namespaced kinds also the list over all namespaces. */
export function addPaths(each: OpenApiKind, version: OpenApiVersion, paths: JsonRecord): void {
  const kind = each.definition;
  const name = definitionName(each);
  const writer = new KindPaths(kind, version, paths);
  const collection = collectionMethods(kind, name);
  writer.add('', collection);
  if (kind.namespaced) {
    writer.add(
      '',
      collection.filter((method) => method.action === 'list'),
      false,
      'ForAllNamespaces',
    );
  }
  writer.add('/{name}', itemMethods(kind, name));
  const own = ['get', 'update', 'patch'];
  if (kind.status !== undefined) writer.add('/{name}/status', subresourceMethods(own, name), kind.namespaced, 'Status');
  if (kind.scale !== undefined) writer.add('/{name}/scale', subresourceMethods(own, SCALE), kind.namespaced, 'Scale');
  for (const [subresource, info] of Object.entries(kind.subresources ?? {})) {
    const methods = subresourceMethods(info.verbs, info.struct?.name ?? name);
    writer.add(`/{name}/${subresource}`, methods, kind.namespaced, capitalized(subresource));
  }
}
