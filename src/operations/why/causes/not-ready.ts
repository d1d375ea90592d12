import { cause } from '../cause.ts';
import { way } from '../chain.ts';
import { kubectl, logsOf } from '../commands.ts';
import { conditionOf, containersOf, isDone, isReady, isTerminating, unreadyFor } from '../facts/pod-facts.ts';
import { ageText, listed } from '../words.ts';

const PATIENCE_MS = 60_000;

/** Not Ready, and nothing more is known than which containers are not. */
export const notReady = cause({
  id: 'not-ready',
  kind: 'Pod',
  fallback: true,
  applies(pod, world) {
    if (isReady(pod) || isDone(pod) || isTerminating(pod) || pod.spec.nodeName === undefined) return null;
    const { namespace = '', name = '' } = pod.metadata;
    const unready = unreadyFor(pod, world);
    const views = containersOf(pod).filter(({ init, status }) => !init && status?.ready !== true);
    const creating = views.every(
      ({ status }) => status?.state?.running === undefined && status?.lastState?.terminated === undefined,
    );
    const names = listed(views.map(({ spec }) => spec.name));
    const young = unready < PATIENCE_MS;
    const said = conditionOf(pod, 'Ready')?.message;
    const what = creating
      ? `${names || 'its containers'} ${young ? 'has been starting' : 'has not been started'}`
      : `${names || 'it'} runs and has not been ready`;
    return {
      severity: young ? 'waits' : 'blocks',
      says: `${what} for ${ageText(unready)}${views.length === 0 && said !== undefined ? ` (${said})` : ''}`,
      rule: {
        text: 'A pod is Ready when all its containers run and their readiness probes succeed.',
        source: 'status.conditions (Ready)',
      },
      ways: young
        ? []
        : [
            creating || views[0] === undefined
              ? way('see what the node says', kubectl(namespace, 'describe', 'pod', name))
              : way('see what the application says', logsOf(namespace, name, views[0].spec.name)),
          ],
    };
  },
});
