import { AGE, integer, NAME } from '../../api/shared/columns.ts';
import { statusCount } from '../../api/shared/workload-columns.ts';
import { clone } from '../../base/json.ts';
import type { Column, Draft, ScaleMapping } from '../../schema/kind.ts';
import type { KubeObject } from '../../schema/object.ts';
import {
  applyJsonPatch,
  applyMergePatch,
  applyStrategicMerge,
  checkJsonPatch,
  conversionError,
  invalidPatch,
  invalidStrategicPatch,
} from '../../schema/patch/index.ts';
import { conflict, notFound } from '../../schema/status.ts';
import { structOf } from '../../schema/structure.ts';
import { BodyKind } from '../body-kind.ts';
import type { Answer, Body, Call } from '../call.ts';
import type { Core } from '../core.ts';
import { objectKey } from '../registry.ts';
import { decodeBody, decodeRaw, errorText } from './decoding.ts';
import { settleName } from './metadata.ts';
import type { Patch } from './patch.ts';
import { change, uidMismatch } from './update.ts';
import { validated } from './validate.ts';
import { toServed } from './versions.ts';

export const SCALE = new BodyKind({ group: 'autoscaling', version: 'v1', kind: 'Scale' }, () =>
  structOf('io.k8s.api.autoscaling.v1.Scale'),
);

/** `autoscaling/v1` Scale of an object. */
export function scaleOf(object: KubeObject, mapping: ScaleMapping): KubeObject {
  const { name, namespace, uid, resourceVersion, creationTimestamp } = object.metadata;
  const replicas = mapping.specReplicas(object);
  const selector = mapping.selector(object);
  return {
    kind: 'Scale',
    apiVersion: 'autoscaling/v1',
    metadata: { name, namespace, uid, resourceVersion, creationTimestamp },
    spec: replicas === 0 ? {} : { replicas },
    status: { replicas: mapping.statusReplicas(object), ...(selector === '' ? {} : { selector }) },
  } as KubeObject;
}

/** `kubectl get --subresource=scale` shows these. */
const COLUMNS: readonly Column[] = [
  NAME,
  integer('Desired', (scale) => scale.spec?.replicas ?? 0),
  statusCount('Available', 'replicas'),
  AGE,
];

function answerOf(object: KubeObject, mapping: ScaleMapping): Answer {
  return { code: 200, object: scaleOf(object, mapping), bytes: null, foreign: true, columns: COLUMNS };
}

function mappingOf(call: Call): ScaleMapping {
  return call.kind.definition.scale!;
}

export function getScale(core: Core, call: Call): Answer {
  const entry = core.store.get<KubeObject>(objectKey(call.kind, call.namespace, call.name));
  if (entry === null) throw notFound(call.kind.subject, call.name);
  return answerOf(toServed(call.kind, entry.value), mappingOf(call));
}

/** Writes the replicas of a Scale into the object; everything else of it is read-only. */
async function writeScale(core: Core, call: Call, make: (scale: KubeObject) => Draft): Promise<Answer> {
  const mapping = mappingOf(call);
  const answer = await change(core, { ...call, subresource: 'scale' }, (live) => {
    const scale = make(scaleOf(live, mapping));
    settleName(call, scale);
    checkScale(call, scale, live);
    const draft = clone(live) as unknown as Draft;
    if ((scale.metadata.resourceVersion ?? '') !== '') draft.metadata.resourceVersion = scale.metadata.resourceVersion;
    mapping.setReplicas(draft, scale.spec?.replicas ?? 0);
    return draft;
  });
  return { ...answer, ...answerOf(answer.object, mapping), code: answer.code };
}

function checkScale(call: Call, scale: Draft, live: KubeObject): void {
  const replicas: number = scale.spec?.replicas ?? 0;
  validated(
    call.kind,
    call.name,
    (errors) => {
      if (replicas < 0) errors.invalid('spec.replicas', replicas, 'must be greater than or equal to 0');
    },
    { group: 'autoscaling', kind: 'Scale' },
  );
  const uid: string = scale.metadata.uid ?? '';
  if (uid !== '' && uid !== live.metadata.uid) {
    throw conflict(
      call.kind.subject,
      call.name,
      uidMismatch(call.kind, call.namespace, call.name, uid, live.metadata.uid ?? ''),
    );
  }
}

export function updateScale(core: Core, call: Call, body: Body): Promise<Answer> {
  const draft = decodeBody(body, SCALE, call, core.kinds);
  return writeScale(core, call, () => draft);
}

export function patchScale(core: Core, call: Call, patch: Patch): Promise<Answer> {
  return writeScale(core, call, (scale) => {
    const { json } = patch.body;
    if (patch.kind === 'json') return decoded(applyJsonPatch(scale, checkJsonPatch(json)));
    if (patch.kind !== 'strategic') return decoded(applyMergePatch(scale, json));
    const why = conversionError({ kind: 'struct', struct: SCALE.struct }, json);
    if (why !== null) throw invalidStrategicPatch(json, why);
    return decoded(applyStrategicMerge(scale, json, SCALE.struct));
  });
}

function decoded(json: unknown): Draft {
  try {
    return decodeRaw(json, SCALE).draft;
  } catch (error) {
    throw invalidPatch(JSON.stringify(json), errorText(error));
  }
}
