import { controllerOf } from '../../../client/meta.ts';
import { cause } from '../cause.ts';
import { losesData, way } from '../chain.ts';
import { kubectl } from '../commands.ts';
import { evictionRefusal } from '../facts/budget-facts.ts';
import { isCordoned } from '../facts/node-facts.ts';
import { isDone, isTerminating } from '../facts/pod-facts.ts';
import type { Pod } from '../observed.ts';
import { listed } from '../words.ts';

const MIRROR = 'kubernetes.io/config.mirror';

const hasEmptyDir = (pod: Pod): boolean => (pod.spec.volumes ?? []).some(({ emptyDir }) => emptyDir !== undefined);

/** Cordoned, and what is left on it that nothing but kubectl drain's own flags stands in the way of. */
export const drainLeftovers = cause({
  id: 'drain-leftovers',
  kind: 'Node',
  applies(node, world) {
    if (!isCordoned(node)) return null;
    const { name = '' } = node.metadata;
    const here = world.observed.pods.filter(
      (pod) =>
        pod.spec.nodeName === name &&
        !isDone(pod) &&
        !isTerminating(pod) &&
        controllerOf(pod)?.kind !== 'DaemonSet' &&
        pod.metadata.annotations?.[MIRROR] === undefined,
    );
    const left = here.filter((pod) => evictionRefusal(pod, world) === null);
    // What a budget holds is told by drain-blocked.
    if (left.length === 0 && here.length > 0) return null;
    const names = (pods: readonly Pod[]) => listed(pods.map(({ metadata }) => metadata.name ?? ''));
    const bare = left.filter((pod) => controllerOf(pod) === undefined);
    const scratch = left.filter(hasEmptyDir);
    const texts = [
      ...(bare.length === 0
        ? []
        : [
            `${names(bare)} ${bare.length === 1 ? 'belongs' : 'belong'} to no controller and would not come back (--force)`,
          ]),
      ...(scratch.length === 0
        ? []
        : [
            `${names(scratch)} ${scratch.length === 1 ? 'has' : 'have'} an emptyDir, which is lost (--delete-emptydir-data)`,
          ]),
    ];
    const flags = [
      '--ignore-daemonsets',
      ...(bare.length === 0 ? [] : ['--force']),
      ...(scratch.length === 0 ? [] : ['--delete-emptydir-data']),
    ];
    return {
      severity: 'note',
      says: `it is cordoned${left.length === 0 ? '; nothing is left on it that a drain would move' : `, ${names(left)} ${left.length === 1 ? 'is' : 'are'} still to leave`}${texts.length === 0 ? '' : `; ${texts.join('; ')}`}`,
      rule: {
        text: 'A cordoned node keeps its pods and takes no new ones; a drain then evicts them, and needs to be told to take what does not come back.',
        source: 'Node spec.unschedulable',
      },
      ways: [
        ...(left.length === 0
          ? []
          : [
              way(
                'drain it',
                kubectl(undefined, 'drain', name, ...flags),
                texts.length === 0 ? { kind: 'keeps' as const } : losesData('emptyDir volumes and bare pods only'),
              ),
            ]),
        way(
          left.length === 0 ? 'let it take pods again' : 'or let it take pods again',
          kubectl(undefined, 'uncordon', name),
        ),
      ],
    };
  },
});
