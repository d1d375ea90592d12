import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { KINDS } from './index.ts';

const CASES = fileURLToPath(new URL('../../../shared/golden/cases/discovery/', import.meta.url));
const present = existsSync(CASES);
const ALL = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'];
const READ_WRITE = ['get', 'patch', 'update'];

/** Every recorded resource as one line, with its subresources. */
function recorded(): string[] {
  const lines: string[] = [];
  for (const file of ['aggregated-core', 'aggregated-groups']) {
    const { steps } = JSON.parse(readFileSync(`${CASES}${file}.json`, 'utf8'));
    for (const step of steps) {
      for (const group of step.expect.body.items ?? []) {
        for (const { version, resources } of group.versions) {
          for (const resource of resources) lines.push(line(group.metadata.name ?? '', version, resource));
        }
      }
    }
  }
  return lines.sort();
}

// biome-ignore lint/suspicious/noExplicitAny: recorded JSON
function line(group: string, version: string, resource: any): string {
  const { shortNames = [], categories = [], subresources = [], scope, singularResource } = resource;
  return JSON.stringify({
    id: `${group}/${version}/${resource.resource}`,
    kind: resource.responseKind.kind,
    scope,
    singularResource,
    verbs: [...resource.verbs].sort(),
    shortNames,
    categories,
    // biome-ignore lint/suspicious/noExplicitAny: recorded JSON
    subresources: subresources.map((sub: any) => `${sub.subresource} ${sub.responseKind.kind} ${sub.verbs}`).sort(),
  });
}

function own(): string[] {
  return KINDS.map((kind) => {
    const subresources: { subresource: string; responseKind: { kind: string }; verbs: readonly string[] }[] =
      Object.entries(kind.subresources ?? {}).map(([subresource, info]) => ({
        subresource,
        responseKind: info,
        verbs: [...info.verbs].sort(),
      }));
    if (kind.status !== undefined) subresources.push({ subresource: 'status', responseKind: kind, verbs: READ_WRITE });
    if (kind.scale !== undefined) {
      subresources.push({ subresource: 'scale', responseKind: { kind: 'Scale' }, verbs: READ_WRITE });
    }
    return line(kind.group, kind.version, {
      resource: kind.plural,
      responseKind: kind,
      scope: kind.namespaced ? 'Namespaced' : 'Cluster',
      singularResource: kind.singular ?? kind.kind.toLowerCase(),
      verbs: kind.verbs ?? ALL,
      shortNames: kind.shortNames,
      categories: kind.categories,
      subresources,
    });
  }).sort();
}

describe('the list of all kinds', () => {
  it('has a structure for every kind and lists none twice', () => {
    const ids = KINDS.map((kind) => `${kind.group}/${kind.version}/${kind.plural}`);
    expect(new Set(ids).size).toBe(ids.length);
    for (const kind of KINDS) expect(kind.struct.byName.has('metadata'), kind.kind).toBe(true);
  });

  it.skipIf(!present)('is what a real server offers', () => {
    expect(own()).toEqual(recorded());
  });
});
