import { deepEqual } from '../../../base/json.ts';
import type { FieldErrors } from '../../../schema/field-errors.ts';
import { quote } from '../../../schema/field-errors.ts';
import type { Draft, SubresourceInfo, UpdateStrategy } from '../../../schema/kind.ts';
import type { KubeObject } from '../../../schema/object.ts';
import { structOf } from '../../../schema/structure.ts';
import { difference } from '../../shared/difference.ts';
import type { Json } from '../../shared/json.ts';
import { qosClass } from '../../shared/qos.ts';
import { carryGeneration } from '../../shared/transitions.ts';
import { validatePod } from './create.ts';

const PARENT_VERBS = ['get', 'patch', 'update'];
const CONNECT_VERBS = ['create', 'get'];

/** Leaves of the request only `spec`; everything else, metadata too, is the stored pod's. */
function takeSpec(draft: Draft, old: KubeObject, spec: Json): void {
  const { resourceVersion, managedFields } = draft.metadata;
  draft.metadata = { ...old.metadata };
  if (resourceVersion !== undefined) draft.metadata.resourceVersion = resourceVersion;
  if (managedFields !== undefined) draft.metadata.managedFields = managedFields;
  if (old.status !== undefined) draft.status = old.status;
  draft.spec = spec;
  carryGeneration(draft, old);
}

function validateEphemeralUpdate(object: KubeObject, old: KubeObject, errors: FieldErrors): void {
  validatePod(object, errors);
  const field = 'spec.ephemeralContainers';
  const containers: readonly Json[] = object.spec.ephemeralContainers ?? [];
  for (const before of old.spec.ephemeralContainers ?? []) {
    const now = containers.find((container) => container.name === before.name);
    const subject = `existing ephemeral containers ${quote(before.name)}`;
    if (now === undefined) errors.forbidden(field, `${subject} may not be removed\n`);
    else if (!deepEqual(now, before)) {
      const changes = difference('io.k8s.api.core.v1.EphemeralContainer', before, now);
      errors.forbidden(field, `${subject} may not be changed\n${changes}`);
    }
  }
}

/** pods/ephemeralcontainers: debug containers are added, never changed or removed. */
const ephemeralContainers: UpdateStrategy = {
  prepare(draft, old) {
    const { ephemeralContainers: _, ...rest } = old.spec;
    const wanted: readonly Json[] = draft.spec?.ephemeralContainers ?? [];
    takeSpec(draft, old, wanted.length === 0 ? rest : { ...rest, ephemeralContainers: wanted });
  },
  validate: validateEphemeralUpdate,
};

const RESIZABLE = ['containers', 'initContainers'] as const;

/** The stored container with resources and resize policy of the request. */
function resized(old: Json, wanted: Json): Json {
  const out = { ...old };
  for (const field of ['resources', 'resizePolicy'] as const) {
    if (wanted?.[field] === undefined) delete out[field];
    else out[field] = wanted[field];
  }
  return out;
}

function without(list: Json, names: readonly string[]): Json {
  const out = { ...list };
  for (const name of names) delete out[name];
  return out;
}

/** Resources other than CPU and memory, which stay as they are. */
function fixedResources(spec: Json): Json {
  const fixed = (resources: Json): Json => ({
    ...resources,
    limits: without(resources?.limits, ['cpu', 'memory']),
    requests: without(resources?.requests, ['cpu', 'memory']),
  });
  return RESIZABLE.map((list) =>
    (spec[list] ?? []).map((container: Json) => [container.name, fixed(container.resources)]),
  );
}

function validateResize(object: KubeObject, old: KubeObject, errors: FieldErrors): void {
  validatePod(object, errors);
  if (old.metadata.annotations?.['kubernetes.io/config.mirror'] !== undefined) {
    errors.forbidden('metadata', 'static pods cannot be resized');
  }
  if (object.spec.os?.name === 'windows') errors.forbidden('spec', 'windows pods cannot be resized');
  if ((old.status?.qosClass ?? qosClass(old.spec)) !== qosClass(object.spec)) {
    errors.invalid('spec', object.status?.qosClass, 'Pod QOS Class may not change as a result of resizing');
  }
  for (const list of RESIZABLE) {
    const before: readonly Json[] = old.spec[list] ?? [];
    for (let i = 0; i < before.length; i++) {
      const now = object.spec[list][i].resources ?? {};
      for (const kind of ['requests', 'limits'] as const) {
        const removed = Object.keys(before[i].resources?.[kind] ?? {}).some((name) => now[kind]?.[name] === undefined);
        if (!removed) continue;
        const at = `spec.${list}[${i}].resources.${kind}`;
        errors.forbidden(at, `resource ${kind} cannot be removed`);
      }
    }
  }
  if (!deepEqual(fixedResources(object.spec), fixedResources(old.spec))) {
    errors.forbidden('spec', 'only cpu and memory resources are mutable');
  }
}

/** pods/resize: CPU and memory of containers, and how they take a change. */
const resize: UpdateStrategy = {
  prepare(draft, old) {
    const spec = { ...old.spec };
    for (const list of RESIZABLE) {
      if (old.spec[list] === undefined) continue;
      const wanted: readonly Json[] = draft.spec?.[list] ?? [];
      spec[list] = old.spec[list].map((container: Json) => {
        const match = wanted.find((candidate) => candidate.name === container.name);
        return match === undefined ? container : resized(container, match);
      });
    }
    if (draft.spec?.resources !== undefined) spec.resources = draft.spec.resources;
    takeSpec(draft, old, spec);
  },
  validate: validateResize,
};

/** Completes a subresource whose body is a kind of its own, without building the structure at start-up. */
function withStruct(info: SubresourceInfo, structName: string): SubresourceInfo {
  return Object.defineProperty({ ...info }, 'struct', { enumerable: true, get: () => structOf(structName) });
}

/** All that stands below a pod except status. What needs the server's machinery is carried out there. */
export const podSubresources: Readonly<Record<string, SubresourceInfo>> = {
  attach: { kind: 'PodAttachOptions', verbs: CONNECT_VERBS },
  binding: withStruct({ kind: 'Binding', verbs: ['create'] }, 'io.k8s.api.core.v1.Binding'),
  ephemeralcontainers: { kind: 'Pod', verbs: PARENT_VERBS, strategy: ephemeralContainers },
  eviction: withStruct(
    { kind: 'Eviction', group: 'policy', version: 'v1', verbs: ['create'] },
    'io.k8s.api.policy.v1.Eviction',
  ),
  exec: { kind: 'PodExecOptions', verbs: CONNECT_VERBS },
  log: { kind: 'Pod', verbs: ['get'] },
  portforward: { kind: 'PodPortForwardOptions', verbs: CONNECT_VERBS },
  proxy: { kind: 'PodProxyOptions', verbs: ['create', 'delete', 'get', 'patch', 'update'] },
  resize: { kind: 'Pod', verbs: PARENT_VERBS, strategy: resize },
};
