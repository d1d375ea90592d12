/** What a URL and method ask for (api.md 1.1 and 1.2). */
export interface RequestInfo {
  readonly resourceRequest: boolean;
  /** API verb of a resource request, else the lower-case method. */
  readonly verb: string;
  readonly path: string;
  readonly group: string;
  readonly version: string;
  readonly namespace: string;
  readonly resource: string;
  readonly name: string;
  readonly subresource: string;
  /** Path below the subresource, for proxies: `/a/b`. */
  readonly rest: string;
  /** The deprecated `/watch/` form. */
  readonly watchPath: boolean;
}

const VERBS: Readonly<Record<string, string>> = {
  POST: 'create',
  PUT: 'update',
  PATCH: 'patch',
  DELETE: 'delete',
  GET: 'get',
  HEAD: 'get',
};
const NAMESPACE_SUBRESOURCES: ReadonlySet<string> = new Set(['status', 'finalize']);

/** Boolean query parameter: absent, `0`, `false` are false, anything else is true, also the empty value. */
export function queryFlag(value: string | null): boolean {
  return value !== null && value !== '0' && value.toLowerCase() !== 'false';
}

function nonResource(method: string, path: string): RequestInfo {
  return {
    resourceRequest: false,
    verb: method.toLowerCase(),
    path,
    group: '',
    version: '',
    namespace: '',
    resource: '',
    name: '',
    subresource: '',
    rest: '',
    watchPath: false,
  };
}

function decoded(segment: string): string {
  if (!segment.includes('%')) return segment;
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

/** `metadata.name=x` alone in a field selector names the object for the authorizer. */
function nameOfSelector(query: URLSearchParams): string {
  const match = /^metadata\.name==?([^,=!]+)$/.exec(query.get('fieldSelector') ?? '');
  return match?.[1] ?? '';
}

/** Reads `/api/…` and `/apis/…` paths with at least a resource in them; everything else is a non-resource request. */
export function requestInfo(method: string, path: string, query: URLSearchParams): RequestInfo {
  const parts = path
    .split('/')
    .filter((part) => part !== '')
    .map(decoded);
  const core = parts[0] === 'api';
  const base = core ? 2 : 3;
  if ((!core && parts[0] !== 'apis') || parts.length <= base) return nonResource(method, path);
  let rest = parts.slice(base);
  const watchPath = rest[0] === 'watch' && rest.length > 1;
  if (watchPath) rest = rest.slice(1);
  let namespace = '';
  if (rest[0] === 'namespaces') {
    namespace = rest[1] ?? '';
    if (rest.length > 2 && !NAMESPACE_SUBRESOURCES.has(rest[2]!)) rest = rest.slice(2);
  }
  const [resource = '', name = '', subresource = '', ...below] = rest;
  let verb = VERBS[method] ?? method.toLowerCase();
  let asked = name;
  if (watchPath && verb === 'get') verb = 'watch';
  else if (name === '' && verb === 'get') {
    verb = queryFlag(query.get('watch')) ? 'watch' : 'list';
    asked = nameOfSelector(query);
  } else if (name === '' && verb === 'delete') verb = 'deletecollection';
  return {
    resourceRequest: true,
    verb,
    path,
    group: core ? '' : parts[1]!,
    version: core ? parts[1]! : parts[2]!,
    namespace,
    resource,
    name: asked,
    subresource,
    rest: below.length === 0 ? '' : `/${below.join('/')}`,
    watchPath,
  };
}
