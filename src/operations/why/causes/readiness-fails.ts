import { cause } from '../cause.ts';
import { way } from '../chain.ts';
import { kubectl, logsOf } from '../commands.ts';
import { isCrashing } from '../facts/exits.ts';
import { containersOf, isReady, unreadyFor } from '../facts/pod-facts.ts';
import { isLive } from '../facts/pod-gates.ts';
import { probeFailure, probeText } from '../facts/probes.ts';
import { ageText } from '../words.ts';

/** A start, or a stumble, may take that long before somebody has to look. */
const PATIENCE_MS = 60_000;

/** A container runs, and its readiness probe says no. */
export const readinessFails = cause({
  id: 'readiness-fails',
  kind: 'Pod',
  applies(pod, world) {
    if (!isLive(pod, world) || isReady(pod)) return null;
    const hit = containersOf(pod).find(
      ({ spec, status, init }) =>
        !init &&
        spec.readinessProbe !== undefined &&
        status?.state?.running !== undefined &&
        !status.ready &&
        !isCrashing(status, world.now),
    );
    if (hit?.spec.readinessProbe === undefined) return null;
    const { namespace = '', name = '', uid } = pod.metadata;
    const { spec } = hit;
    const event = world
      .events('Pod', namespace, name, uid)
      .find(({ reason, message }) => reason === 'Unhealthy' && message.startsWith('Readiness probe'));
    const unready = unreadyFor(pod, world);
    if (event === undefined && unready < PATIENCE_MS) return null;
    const { does, output } =
      event === undefined ? { does: 'has not succeeded', output: '' } : probeFailure(event.message);
    return {
      severity: unready < PATIENCE_MS ? 'waits' : 'blocks',
      says: `readiness of ${spec.name} ${does} for ${ageText(unready)}${output} (${probeText(hit.spec.readinessProbe)})`,
      rule: {
        text: 'A pod is Ready while the readiness probes of all its containers succeed; a failing one never restarts anything.',
        source: 'spec.containers[].readinessProbe',
      },
      ways: [
        way('see what the application says about it', logsOf(namespace, name, spec.name)),
        way('look inside', kubectl(namespace, 'exec', '-it', name, '-c', spec.name, '--', 'sh')),
      ],
    };
  },
});
