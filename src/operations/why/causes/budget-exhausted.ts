import { cause } from '../cause.ts';
import { risk, way } from '../chain.ts';
import { kubectl } from '../commands.ts';
import { demandText, podsOf } from '../facts/budget-facts.ts';
import { isReady, isTerminating } from '../facts/pod-facts.ts';
import { subjectOf } from '../subject.ts';
import { counted, listed } from '../words.ts';

const EXPLAINED = 2;

/** No eviction is allowed now because pods are missing or not healthy. */
export const budgetExhausted = cause({
  id: 'budget-exhausted',
  kind: 'PodDisruptionBudget',
  applies(budget, world) {
    const {
      disruptionsAllowed = 0,
      currentHealthy = 0,
      desiredHealthy = 0,
      expectedPods = 0,
      disruptedPods = {},
    } = budget.status;
    if (disruptionsAllowed > 0 || expectedPods === 0 || desiredHealthy >= expectedPods) return null;
    const { namespace = '', name = '' } = budget.metadata;
    const pods = podsOf(budget, world);
    const unhealthy = pods.filter((pod) => !isReady(pod) || isTerminating(pod));
    const missing = expectedPods - pods.length;
    const evicted = Object.keys(disruptedPods);
    const texts = [
      ...(unhealthy.length === 0
        ? []
        : [
            `${listed(unhealthy.map(({ metadata }) => metadata.name ?? ''))} ${unhealthy.length === 1 ? 'is' : 'are'} not Ready`,
          ]),
      ...(missing > 0 ? [`${counted(missing, 'pod')} ${missing === 1 ? 'is' : 'are'} missing`] : []),
      ...(unhealthy.length === 0 && missing <= 0 && evicted.length > 0
        ? [`${listed(evicted)} ${evicted.length === 1 ? 'was' : 'were'} just evicted`]
        : []),
    ];
    const stuck = unhealthy.some((pod) => !isTerminating(pod) && pod.status.phase === 'Running');
    return {
      severity: missing > 0 && unhealthy.length === 0 ? 'waits' : 'follows',
      says: `it allows no eviction now: ${currentHealthy} of ${expectedPods} pods are healthy and ${desiredHealthy} must stay (${demandText(budget)})${texts.length === 0 ? '' : `; ${texts.join(', ')}`}`,
      rule: {
        text: 'A budget allows as many evictions as there are healthy pods beyond those that must stay; a pod counts as healthy while it is Ready.',
        source: 'PodDisruptionBudget status.disruptionsAllowed',
      },
      ways:
        stuck && budget.spec.unhealthyPodEvictionPolicy !== 'AlwaysAllow'
          ? [
              way(
                'let pods that are not Ready be evicted whatever the budget says',
                kubectl(
                  namespace,
                  'patch',
                  'pdb',
                  name,
                  '--type=merge',
                  '-p',
                  '{"spec":{"unhealthyPodEvictionPolicy":"AlwaysAllow"}}',
                ),
                risk('volumes stay; a member that is recovering may be interrupted'),
              ),
            ]
          : [],
      next: unhealthy.slice(0, EXPLAINED).map((pod) => subjectOf('Pod', pod)),
    };
  },
});
