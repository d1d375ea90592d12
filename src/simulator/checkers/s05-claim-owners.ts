import { deepEqual } from '../../base/json.ts';
import type { KubeObject, OwnerReference } from '../../schema/object.ts';
import type { CheckerDefinition } from './checker.ts';
import { annotationOf, claimKey, memberName, OPT_IN_GROWTH, podKey } from './facts.ts';

const refsOf = (claim: KubeObject): readonly OwnerReference[] => claim.metadata.ownerReferences ?? [];
const said = (ref: OwnerReference): string => `${ref.kind} ${ref.name} (${ref.uid})`;

/** What the controller may not change in a claim. */
function rest(claim: KubeObject, grows: boolean): unknown {
  const { ownerReferences: _, resourceVersion: __, managedFields: ___, ...metadata } = claim.metadata;
  const { resources, ...spec } = claim.spec;
  return { ...claim, metadata, spec: grows ? spec : { ...spec, resources } };
}

export const S5: CheckerDefinition = {
  id: 'S5',
  title: 'a claim with a stale owner is left alone; owners of others are kept',
  create({ history, decisions, evaluated, violated }) {
    return {
      on(entry) {
        if (entry.kind !== 'call' || entry.call.part !== 'statefulset') return;
        const { target, verb, name } = entry.call;
        if (target.resource !== 'persistentvolumeclaims' || (verb !== 'update' && verb !== 'patch')) return;
        const decision = decisions.ofClaim(entry);
        if (decision === null || verb === 'patch') return;
        const claim = entry.call.body as KubeObject;
        const namespace = target.namespace ?? '';
        const before = history.at(claimKey(namespace, name), Number(claim.metadata.resourceVersion));
        if (before === null) return;
        evaluated();
        const { set } = decision;
        const what = `claim ${namespace}/${name} @${claim.metadata.resourceVersion}, which ${set.metadata.name} changes,`;
        const podName = `${set.metadata.name}-${memberName(name)?.ordinal}`;
        const podUids = new Set(decision.states('pods', podKey(namespace, podName)).map((pod) => pod?.metadata.uid));
        for (const pod of history.versions(podKey(namespace, podName)).slice(-2)) podUids.add(pod.object?.metadata.uid);
        const isSets = (ref: OwnerReference): boolean =>
          ref.apiVersion === 'apps/v1' && ref.kind === 'StatefulSet' && ref.name === set.metadata.name;
        const isPods = (ref: OwnerReference): boolean =>
          ref.apiVersion === 'v1' && ref.kind === 'Pod' && ref.name === podName;
        for (const ref of refsOf(before)) {
          const stale = isSets(ref) ? ref.uid !== set.metadata.uid : isPods(ref) && !podUids.has(ref.uid);
          if (stale) violated(`${what} has the stale owner ${said(ref)}`);
          const kept = refsOf(claim).some((other) => deepEqual(other, ref));
          if (!isSets(ref) && !isPods(ref) && !kept) violated(`${what} loses its owner ${said(ref)}`);
        }
        for (const ref of refsOf(claim)) {
          const had = refsOf(before).some((other) => deepEqual(other, ref));
          if (!had && !isSets(ref) && !isPods(ref)) violated(`${what} gets the strange owner ${said(ref)}`);
        }
        const grows = annotationOf(set, OPT_IN_GROWTH) !== undefined;
        if (!deepEqual(rest(before, grows), rest(claim, grows))) violated(`${what} is changed in more than its owners`);
      },
    };
  },
};
