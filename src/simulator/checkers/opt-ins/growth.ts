import { compareQuantity } from '../../../base/quantity.ts';
import type { KubeObject } from '../../../schema/object.ts';
import type { Checker, CheckerDefinition } from '../checker.ts';
import { annotationOf, claimKey, claimNames, isTerminating, OPT_IN_GROWTH, ordinalsOf } from '../facts.ts';

const requestOf = (claim: KubeObject): string => claim.spec?.resources?.requests?.storage ?? '0';
const capacityOf = (claim: KubeObject): string => claim.status?.capacity?.storage ?? '0';
const mayGrow = (claim: KubeObject): boolean => claim.status?.phase === 'Bound' && !isTerminating(claim);

/** Sizes by template, as the annotation gives them. */
function sizesOf(set: KubeObject): ReadonlyMap<string, string> {
  const parts = (annotationOf(set, OPT_IN_GROWTH) ?? '')
    .split(',')
    .map((part) => part.split('=').map((side) => side.trim()));
  return new Map(parts.flatMap(([name, size]) => (name && size ? [[name, size] as const] : [])));
}

/** Opt-in claim-template-growth: claims grow from the highest ordinal down, one ordinal after the other, and never shrink. */
export const GROWTH: CheckerDefinition = {
  id: 'O5',
  title: 'claims grow one ordinal after the other, highest first, and never shrink',
  create({ history, decisions, evaluated, violated }): Checker {
    return {
      on(entry) {
        if (entry.kind !== 'call' || entry.call.verb !== 'update') return;
        if (entry.call.target.resource !== 'persistentvolumeclaims') return;
        const decision = decisions.ofClaim(entry);
        if (decision === null) return;
        const { set } = decision;
        const namespace = set.metadata.namespace ?? '';
        const wanted = requestOf(entry.call.body as KubeObject);
        const read = decision
          .states('persistentvolumeclaims', claimKey(namespace, entry.call.name))
          .flatMap((state) => (state === null ? [] : requestOf(state)));
        if (read.length > 0 && read.every((request) => compareQuantity(wanted, request) === 0)) return;
        evaluated();
        if (read.length > 0 && read.every((request) => compareQuantity(wanted, request) < 0)) {
          violated(`${set.metadata.name} shrinks claim ${entry.call.name} to ${wanted}`);
        }
        const ordinals = ordinalsOf(set);
        const at = ordinals.findIndex((ordinal) => [...claimNames(set, ordinal).values()].includes(entry.call.name));
        for (const ordinal of ordinals.slice(at + 1)) {
          for (const [template, size] of sizesOf(set)) {
            const name = claimNames(set, ordinal).get(template);
            if (name === undefined) continue;
            const states = decision.states('persistentvolumeclaims', claimKey(namespace, name));
            const done = states.some(
              (state) => state === null || !mayGrow(state) || compareQuantity(capacityOf(state), size) >= 0,
            );
            if (!done) violated(`${set.metadata.name} grows claim ${entry.call.name} before ${name} is done`);
          }
        }
      },
      settled() {
        for (const set of history.all('apps/statefulsets').values()) {
          if (isTerminating(set)) continue;
          for (const [template, size] of sizesOf(set)) {
            for (const ordinal of ordinalsOf(set)) {
              const name = claimNames(set, ordinal).get(template);
              const claim = name === undefined ? null : history.now(claimKey(set.metadata.namespace ?? '', name));
              if (claim === null || !mayGrow(claim)) continue;
              evaluated();
              if (compareQuantity(requestOf(claim), size) < 0) violated(`claim ${name} has not grown to ${size}`);
            }
          }
        }
      },
    };
  },
};
