import type { Checker, CheckerDefinition } from './checker.ts';
import { controllerRef, described, memberName, podKey, setKey } from './facts.ts';

export const S13: CheckerDefinition = {
  id: 'S13',
  title: 'the controller deletes only pods it owns, by uid, and never by force',
  create({ history, decisions, evaluated, violated }): Checker {
    return {
      on(entry) {
        if (entry.kind !== 'call' || entry.call.part !== 'statefulset' || entry.call.verb !== 'delete') return;
        const { target, name, options } = entry.call;
        const namespace = target.namespace ?? '';
        if (target.resource === 'persistentvolumeclaims') violated(`the controller deleted claim ${namespace}/${name}`);
        if (target.resource !== 'pods') return;
        evaluated();
        const what = `the controller's delete of pod ${namespace}/${name}`;
        const grace = options?.gracePeriodSeconds;
        if (grace !== undefined && grace <= 0) violated(`${what} has grace ${grace}`);
        const set = memberName(name)?.set;
        const decision = decisions.ofPod(entry);
        if (set === undefined) violated(`${what}: no set has a member of that name`);
        if (decision === null) return;
        const uid = options?.preconditions?.uid;
        const versions = history.versions(podKey(namespace, name));
        // A member made in this very pass has not told its uid yet.
        const fresh = versions.some(
          ({ object, revision }, at) =>
            object !== null && revision > decision.pass.storeRevision && versions[at - 1]?.object == null,
        );
        if (uid === undefined && !fresh) {
          violated(`${what} does not name the uid of the pod it means`);
          return;
        }
        const states = versions.flatMap(({ object, revision }) =>
          object !== null && (uid === undefined || object.metadata.uid === uid) ? [{ object, revision }] : [],
        );
        const owned = states.some(({ object }) => controllerRef(object)?.uid === decision.set.metadata.uid);
        const last = states.at(-1);
        if (owned || last === undefined) return;
        const present = history.now(setKey(namespace, set ?? ''));
        violated(
          `${what} hits ${described(last.object)}, which ${decision.set.metadata.uid} (now ${present?.metadata.uid}) never owned`,
        );
      },
    };
  },
};
