import { cause } from '../cause.ts';
import { way } from '../chain.ts';
import { kubectl, logsOf } from '../commands.ts';
import { setOf } from '../facts/owner.ts';
import { containersOf } from '../facts/pod-facts.ts';
import { isLive } from '../facts/pod-gates.ts';
import { probeFailure, probeText } from '../facts/probes.ts';
import { counted } from '../words.ts';

/** The startup probe gives up and kills the container. */
export const startupKills = cause({
  id: 'startup-kills',
  kind: 'Pod',
  applies(pod, world) {
    if (!isLive(pod, world)) return null;
    const { namespace = '', name = '', uid } = pod.metadata;
    const events = world.events('Pod', namespace, name, uid);
    for (const { spec, status } of containersOf(pod)) {
      const probe = spec.startupProbe;
      if (probe === undefined || status === undefined || status.restartCount === 0 || status.started === true) continue;
      if (
        !events.some(
          ({ reason, message }) =>
            reason === 'Killing' && message.startsWith(`Container ${spec.name} failed startup probe`),
        )
      )
        continue;
      const answer = events.find(
        ({ reason, message }) => reason === 'Unhealthy' && message.startsWith('Startup probe'),
      );
      const allowed = (probe.initialDelaySeconds ?? 0) + (probe.periodSeconds ?? 10) * (probe.failureThreshold ?? 3);
      const set = setOf(pod, world);
      return {
        severity: 'blocks',
        says: `${spec.name} does not start within the ${allowed}s its startupProbe allows (${probeText(probe)} ${probeFailure(answer?.message ?? '').does}), and is killed: ${counted(status.restartCount, 'restart')}`,
        rule: {
          text: 'A start may take periodSeconds times failureThreshold; after that the container is killed and starts again from nothing.',
          source: 'spec.containers[].startupProbe',
        },
        ways: [
          way('see how far it got', logsOf(namespace, name, spec.name, true)),
          ...(set === undefined
            ? []
            : [
                way(
                  'allow it more time (raise failureThreshold)',
                  kubectl(namespace, 'edit', 'sts', set.metadata.name ?? ''),
                ),
              ]),
        ],
      };
    }
    return null;
  },
});
