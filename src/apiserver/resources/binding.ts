import { rfc3339 } from '../../base/time.ts';
import type { Draft } from '../../schema/kind.ts';
import type { KubeObject } from '../../schema/object.ts';
import { badRequest, conflict, notFound, StatusError } from '../../schema/status.ts';
import { structOf } from '../../schema/structure.ts';
import { BodyKind } from '../body-kind.ts';
import type { Answer, Body, Call } from '../call.ts';
import { type Core, lookup } from '../core.ts';
import { objectKey, type ServedKind } from '../registry.ts';
import { decodeBody } from './decoding.ts';
import { encoder, finished } from './encode.ts';
import { uidMismatch } from './update.ts';

export const BINDING = new BodyKind({ group: '', version: 'v1', kind: 'Binding' }, () =>
  structOf('io.k8s.api.core.v1.Binding'),
);

export const SUCCESS = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success' };

export function successStatus(code: number): Answer {
  return { code, object: { ...SUCCESS, code } as unknown as KubeObject, bytes: null, foreign: true };
}

/** Topology labels a pod takes over from its node at binding (plugin PodTopologyLabels). */
const TOPOLOGY = ['topology.kubernetes.io/zone', 'topology.kubernetes.io/region'];

/** POST of a Binding to the collection `bindings`: the pod is the one it names. */
export function bindFromCollection(core: Core, call: Call, body: Body): Promise<Answer> {
  const pods = core.kinds.find('', 'v1', 'pods');
  const name = (body.json as { metadata?: { name?: string } } | null)?.metadata?.name ?? '';
  if (pods === null || name === '') throw badRequest('name is required');
  return bind(core, { ...call, kind: pods, name, subresource: 'binding' }, body);
}

/** pods/binding: gives the pod its node (api.md 6.4). */
export async function bind(core: Core, call: Call, body: Body): Promise<Answer> {
  const binding = decodeBody(body, BINDING, call, core.kinds);
  const named: string = binding.metadata.name ?? '';
  if (named !== '' && named !== call.name) throw badRequest('name in URL does not match name in Binding object');
  const problem = targetProblem(binding);
  if (problem !== null) throw new StatusError(500, '', problem);
  const key = objectKey(call.kind, call.namespace, call.name);
  const entry = core.store.getPending<KubeObject>(key);
  if (entry === null) throw notFound(call.kind.subject, call.name);
  const pod = entry.value;
  checkBindable(call, pod, binding);
  const next = bound(core, call.kind, pod, binding);
  if (!call.dryRun) {
    const expectation = { kind: 'revision', revision: entry.revision } as const;
    await core.store.put<KubeObject>(key, expectation, encoder(call.kind, next));
  }
  return successStatus(201);
}

function targetProblem(binding: Draft): string | null {
  const kind: string = binding.target?.kind ?? '';
  if (kind !== '' && kind !== 'Node') {
    return `target.kind: Unsupported value: ${JSON.stringify(kind)}: supported values: "Node", "<empty>"`;
  }
  return (binding.target?.name ?? '') === '' ? 'target.name: Required value' : null;
}

function checkBindable(call: Call, pod: KubeObject, binding: Draft): void {
  const subject = { group: '', resource: 'pods/binding' };
  const uid: string = binding.metadata.uid ?? '';
  if (uid !== '' && uid !== pod.metadata.uid) {
    throw conflict(
      call.kind.subject,
      call.name,
      uidMismatch(call.kind, call.namespace, call.name, uid, pod.metadata.uid ?? ''),
    );
  }
  if (pod.metadata.deletionTimestamp !== undefined) {
    throw conflict(subject, call.name, `pod ${call.name} is being deleted, cannot be assigned to a host`);
  }
  if ((pod.spec.nodeName ?? '') !== '') {
    throw conflict(
      subject,
      call.name,
      `pod ${call.name} is already assigned to node ${JSON.stringify(pod.spec.nodeName)}`,
    );
  }
  if ((pod.spec.schedulingGates ?? []).length > 0) {
    throw conflict(subject, call.name, `pod ${call.name} has non-empty .spec.schedulingGates`);
  }
}

function bound(core: Core, kind: ServedKind, pod: KubeObject, binding: Draft): KubeObject {
  const node: string = binding.target.name;
  const conditions: readonly { type: string; lastTransitionTime?: string }[] = pod.status?.conditions ?? [];
  const scheduled = {
    type: 'PodScheduled',
    status: 'True',
    lastProbeTime: null,
    lastTransitionTime: rfc3339(core.clock.now()),
  };
  const labels = { ...pod.metadata.labels, ...binding.metadata.labels };
  const nodeLabels = lookup(core, 'nodes', '', '', node)?.metadata.labels ?? {};
  for (const key of TOPOLOGY) if (nodeLabels[key] !== undefined) labels[key] ??= nodeLabels[key];
  const annotations = { ...pod.metadata.annotations, ...binding.metadata.annotations };
  const metadata = {
    ...pod.metadata,
    ...(Object.keys(labels).length === 0 ? {} : { labels }),
    ...(Object.keys(annotations).length === 0 ? {} : { annotations }),
  };
  const status = {
    ...pod.status,
    conditions: [...conditions.filter((condition) => condition.type !== 'PodScheduled'), scheduled],
  };
  return finished(kind, { ...pod, metadata, spec: { ...pod.spec, nodeName: node }, status }, '');
}
