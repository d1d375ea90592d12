import type { CatalogEntry, ResourceCatalog } from '../controllers/framework/catalog.ts';
import { ALL_VERBS, type KindDefinition } from '../schema/kind.ts';

/** What the server of this process serves, for controllers that deal with every kind. */
export function serverCatalog(
  kinds: () => readonly KindDefinition[],
  onChange: (listener: () => void) => () => void,
): ResourceCatalog {
  let entries: readonly CatalogEntry[] | null = null;
  onChange(() => {
    entries = null;
  });
  return {
    list() {
      entries ??= kinds()
        .filter((kind) => kind.persisted !== false && kind.secondVersion === undefined)
        .map(({ group, version, plural, kind, namespaced, verbs }) => ({
          group,
          version,
          resource: plural,
          kind,
          namespaced,
          verbs: verbs ?? ALL_VERBS,
        }));
      return entries;
    },
    onChange,
  };
}
