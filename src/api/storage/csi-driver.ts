import type { FieldErrors } from '../../schema/field-errors.ts';
import type { Draft } from '../../schema/kind.ts';
import type { KubeObject } from '../../schema/object.ts';
import { defineKind } from '../generic.ts';
import { AGE, flag, NAME, text } from '../shared/columns.ts';
import type { Json } from '../shared/json.ts';
import { carryGeneration, validateImmutable } from '../shared/transitions.ts';
import { validateDriverName } from '../shared/volume-sources.ts';

const POLICIES = ['ReadWriteOnceWithFSType', 'File', 'None'];
const MODES = ['Persistent', 'Ephemeral'];
const FIXED = ['attachRequired', 'volumeLifecycleModes'];

function defaults(draft: Draft): void {
  draft.spec ??= {};
  const { spec } = draft;
  spec.attachRequired ??= true;
  spec.podInfoOnMount ??= false;
  spec.storageCapacity ??= false;
  spec.fsGroupPolicy ??= 'ReadWriteOnceWithFSType';
  if ((spec.volumeLifecycleModes ?? []).length === 0) spec.volumeLifecycleModes = ['Persistent'];
  spec.requiresRepublish ??= false;
  spec.seLinuxMount ??= false;
}

function validateTokens(requests: readonly Json[], errors: FieldErrors): void {
  const seen = new Set<string>();
  for (const [i, { audience = '', expirationSeconds }] of requests.entries()) {
    const field = `spec.tokenRequests[${i}]`;
    if (seen.has(audience)) errors.duplicate(`${field}.audience`, audience);
    seen.add(audience);
    if (expirationSeconds === undefined) continue;
    if (expirationSeconds < 600) {
      errors.invalid(
        `${field}.expirationSeconds`,
        expirationSeconds,
        'may not specify a duration less than 10 minutes',
      );
    }
    if (expirationSeconds > 2 ** 32) {
      errors.invalid(
        `${field}.expirationSeconds`,
        expirationSeconds,
        'may not specify a duration larger than 2^32 seconds',
      );
    }
  }
}

function validate(object: KubeObject, errors: FieldErrors): void {
  validateDriverName(object.metadata.name ?? '', 'metadata.name', errors);
  const { spec } = object;
  validateTokens(spec.tokenRequests ?? [], errors);
  if (!POLICIES.includes(spec.fsGroupPolicy)) errors.notSupported('spec.fsGroupPolicy', spec.fsGroupPolicy, POLICIES);
  for (const mode of spec.volumeLifecycleModes ?? []) {
    if (!MODES.includes(mode)) errors.notSupported('spec.volumeLifecycleModes', mode, MODES);
  }
}

/** The generation starts with the first change: a new driver has none. */
function countChange(draft: Draft, old: KubeObject): void {
  carryGeneration(draft, old);
}

export const csiDriver = defineKind({
  group: 'storage.k8s.io',
  version: 'v1',
  kind: 'CSIDriver',
  plural: 'csidrivers',
  namespaced: false,
  returnsDeleted: true,
  unconditionalUpdate: false,
  defaults,
  create: { validate },
  update: {
    prepare: countChange,
    validate(object, old, errors) {
      validate(object, errors);
      for (const field of FIXED) validateImmutable(object.spec[field], old.spec[field], `spec.${field}`, errors);
    },
  },
  columns: [
    NAME,
    flag('AttachRequired', (o) => o.spec.attachRequired !== false),
    flag('PodInfoOnMount', (o) => o.spec.podInfoOnMount === true),
    flag('StorageCapacity', (o) => o.spec.storageCapacity === true),
    text(
      'TokenRequests',
      (o) => (o.spec.tokenRequests ?? []).map((r: Json) => r.audience ?? '').join(',') || '<unset>',
    ),
    flag('RequiresRepublish', (o) => o.spec.requiresRepublish === true),
    text('Modes', (o) => (o.spec.volumeLifecycleModes ?? []).join(',') || '<none>'),
    AGE,
  ],
});
