import { createHash } from 'node:crypto';
import { acceptClauses, notAcceptable } from '../http/negotiation.ts';
import type { KindRegistry } from '../registry.ts';
import { type ServedGroup, servedGroups } from './groups.ts';
import { aggregatedVersion, apiResourceList } from './resource-list.ts';

const AGGREGATED_TYPE = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';

export interface DiscoveryAnswer {
  readonly contentType: string;
  readonly body: Buffer;
  /** Quoted; only of aggregated documents. */
  readonly etag: string | null;
}

type Wanted = 'aggregated' | 'plain';

/** Which form a client asked for: the first clause that can be served (api.md 2). */
function wanted(accept: string | undefined, canAggregate: boolean): Wanted {
  if (accept === undefined || accept === '') return 'plain';
  for (const { media, params } of acceptClauses(accept)) {
    const plain =
      media === 'application/json' ||
      media === '*/*' ||
      media === 'application/*' ||
      media === 'application/yaml' ||
      media === 'application/vnd.kubernetes.protobuf';
    if (!plain) continue;
    const as = params.get('as');
    if (as === undefined) return 'plain';
    const known =
      as === 'APIGroupDiscoveryList' && params.get('g') === 'apidiscovery.k8s.io' && params.get('v') === 'v2';
    if (canAggregate && known) return 'aggregated';
  }
  throw notAcceptable();
}

const groupVersion = (group: string, version: string): string => (group === '' ? version : `${group}/${version}`);

function apiGroup(group: ServedGroup): object {
  const versions = group.versions.map(({ version }) => ({ groupVersion: groupVersion(group.name, version), version }));
  return { name: group.name, versions, preferredVersion: versions[0] };
}

function aggregatedList(groups: readonly ServedGroup[]): object {
  return {
    kind: 'APIGroupDiscoveryList',
    apiVersion: 'apidiscovery.k8s.io/v2',
    metadata: {},
    items: groups.map((group) => ({
      metadata: group.name === '' ? {} : { name: group.name },
      versions: group.versions.map(({ version, kinds }) => aggregatedVersion(version, kinds)),
    })),
  };
}

/** Discovery documents, made when first asked for and kept until the kinds change. */
export class Discovery {
  readonly #kinds: KindRegistry;
  #generation = -1;
  #groups: readonly ServedGroup[] = [];
  #documents = new Map<string, DiscoveryAnswer>();

  constructor(kinds: KindRegistry) {
    this.#kinds = kinds;
  }

  /** The document at a discovery path, or null when there is none. `host` is where the client reached us. */
  answer(path: string, accept: string | undefined, host: string): DiscoveryAnswer | null {
    if (this.#generation !== this.#kinds.generation) {
      this.#generation = this.#kinds.generation;
      this.#groups = servedGroups(this.#kinds);
      this.#documents.clear();
    }
    const parts = path.split('/').filter((part) => part !== '');
    const root = parts.length === 1 && (parts[0] === 'api' || parts[0] === 'apis');
    const make = this.#maker(parts, host);
    if (make === null) return null;
    const form = wanted(accept, root);
    const key = `${form} ${parts.join('/')} ${root && parts[0] === 'api' ? host : ''}`;
    let document = this.#documents.get(key);
    if (document === undefined) {
      document = form === 'aggregated' ? this.#aggregated(parts[0] === 'api') : plainDocument(make());
      this.#documents.set(key, document);
    }
    return document;
  }

  #maker(parts: readonly string[], host: string): (() => object) | null {
    const [root, ...rest] = parts;
    if (root === 'api') {
      if (rest.length === 0) return () => apiVersions(host);
      return rest.length === 1 ? this.#resources('', rest[0]!) : null;
    }
    if (root !== 'apis' || rest.length > 2) return null;
    if (rest.length === 0) return () => this.#groupList();
    const group = this.#groups.find(({ name }) => name === rest[0]);
    if (group === undefined) return null;
    if (rest.length === 2) return this.#resources(group.name, rest[1]!);
    return () => ({ kind: 'APIGroup', apiVersion: 'v1', ...apiGroup(group) });
  }

  #resources(group: string, version: string): (() => object) | null {
    const found = this.#groups.find(({ name }) => name === group)?.versions.find((v) => v.version === version);
    return found === undefined ? null : () => apiResourceList(groupVersion(group, version), found.kinds);
  }

  #groupList(): object {
    const groups = this.#groups.filter(({ name }) => name !== '').map(apiGroup);
    return { kind: 'APIGroupList', apiVersion: 'v1', groups };
  }

  #aggregated(core: boolean): DiscoveryAnswer {
    const body = Buffer.from(JSON.stringify(aggregatedList(this.#groups.filter(({ name }) => (name === '') === core))));
    const etag = `"${createHash('sha512').update(body).digest('hex').toUpperCase()}"`;
    return { contentType: AGGREGATED_TYPE, body, etag };
  }
}

function plainDocument(value: object): DiscoveryAnswer {
  return { contentType: 'application/json', body: Buffer.from(JSON.stringify(value)), etag: null };
}

function apiVersions(host: string): object {
  return {
    kind: 'APIVersions',
    versions: ['v1'],
    serverAddressByClientCIDRs: [{ clientCIDR: '0.0.0.0/0', serverAddress: host }],
  };
}
