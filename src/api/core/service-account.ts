import type { Draft } from '../../schema/kind.ts';
import type { KubeObject } from '../../schema/object.ts';
import { structOf } from '../../schema/structure.ts';
import { defineKind } from '../generic.ts';
import { AGE, NAME } from '../shared/columns.ts';

const MOUNTABLE = 'kubernetes.io/enforce-mountable-secrets';

/** Of a secret reference only the name counts. */
function nameSecrets(draft: Draft): void {
  if (draft.secrets === undefined || draft.secrets === null) return;
  draft.secrets = draft.secrets.map((ref: { name?: string }) => (ref.name === undefined ? {} : { name: ref.name }));
}

function warnings(object: KubeObject): readonly string[] {
  if (object.metadata.annotations?.[MOUNTABLE] === undefined) return [];
  return [
    `metadata.annotations[${MOUNTABLE}]: deprecated in v1.32+; prefer separate namespaces to isolate access to mounted secrets`,
  ];
}

export const serviceAccount = defineKind({
  group: '',
  version: 'v1',
  kind: 'ServiceAccount',
  plural: 'serviceaccounts',
  shortNames: ['sa'],
  namespaced: true,
  returnsDeleted: true,
  create: { prepare: nameSecrets, warnings },
  update: {
    prepare: nameSecrets,
    warnings: (object, old) =>
      old.metadata.annotations?.[MOUNTABLE] === object.metadata.annotations?.[MOUNTABLE] ? [] : warnings(object),
  },
  subresources: {
    token: {
      kind: 'TokenRequest',
      group: 'authentication.k8s.io',
      version: 'v1',
      verbs: ['create'],
      get struct() {
        return structOf('io.k8s.api.authentication.v1.TokenRequest');
      },
    },
  },
  columns: [NAME, AGE],
});
