import type { Draft } from '../../../schema/kind.ts';
import type { Json } from '../../shared/json.ts';
import { defaultPodSpec } from '../../shared/pod-defaults.ts';
import { aggregateRequests, isPodResource } from '../../shared/pod-resources.ts';

/** What is limited but not requested is requested as limited. */
function defaultRequests(containers: readonly Json[] | undefined | null): void {
  for (const container of containers ?? []) {
    const limits = container.resources?.limits;
    for (const name in limits) {
      container.resources.requests ??= {};
      container.resources.requests[name] ??= limits[name];
    }
  }
}

function hostPorts(containers: readonly Json[] | undefined | null): void {
  for (const container of containers ?? []) {
    for (const port of container.ports ?? []) port.hostPort ??= port.containerPort;
  }
}

/** Resources of the pod as a whole, once it limits any: what its containers request together, else what it limits. */
function defaultPodResources(spec: Json): void {
  const limits = spec.resources?.limits;
  if (limits === undefined || Object.keys(limits).length === 0) return;
  const wanted: Json = { ...limits, ...aggregateRequests(spec) };
  for (const name in wanted) {
    if (!isPodResource(name)) continue;
    spec.resources.requests ??= {};
    spec.resources.requests[name] ??= wanted[name];
  }
}

/** The first of the list is the single address; where they differ the single one wins, as old node agents know only it. */
function alignAddresses(status: Json, single: 'podIP' | 'hostIP', list: 'podIPs' | 'hostIPs'): void {
  const ip: string | undefined = status[single];
  const first: string | undefined = status[list]?.[0]?.ip;
  if (ip === first) return;
  if (ip === undefined || ip === '') status[single] = first;
  else status[list] = [{ ip }];
}

/** Defaults of a Pod: those of every pod spec, and what templates leave open until a pod is made of them. */
export function defaultPod(draft: Draft): void {
  draft.spec ??= {};
  const spec = draft.spec;
  defaultPodSpec(spec);
  spec.enableServiceLinks ??= true;
  if (spec.hostNetwork === true) {
    hostPorts(spec.containers);
    hostPorts(spec.initContainers);
  }
  defaultRequests(spec.containers);
  if (spec.initContainers !== undefined) defaultRequests(spec.initContainers);
  if (spec.resources !== undefined) defaultPodResources(spec);
  if (draft.status !== undefined) {
    alignAddresses(draft.status, 'podIP', 'podIPs');
    alignAddresses(draft.status, 'hostIP', 'hostIPs');
  }
}
