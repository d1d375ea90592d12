import { parseTime } from '../../../base/time.ts';
import { cause } from '../cause.ts';
import { risk, way } from '../chain.ts';
import { deletePod, logsOf, patchTemplate } from '../commands.ts';
import { lastExit } from '../facts/exits.ts';
import { setOf } from '../facts/owner.ts';
import { containersOf } from '../facts/pod-facts.ts';
import { isLive } from '../facts/pod-gates.ts';
import { probeText } from '../facts/probes.ts';
import type { Probe } from '../observed.ts';
import { ageText, counted } from '../words.ts';

const START_ALLOWANCE_SECONDS = 600;

/** A liveness probe kills the container while it still starts or recovers: each kill makes the next start longer. */
export const livenessKills = cause({
  id: 'liveness-kills',
  kind: 'Pod',
  applies(pod, world) {
    if (!isLive(pod, world)) return null;
    const { namespace = '', name = '', uid } = pod.metadata;
    const events = world.events('Pod', namespace, name, uid);
    for (const { spec, status } of containersOf(pod)) {
      const probe = spec.livenessProbe;
      if (probe === undefined || status === undefined || status.restartCount === 0 || status.ready) continue;
      const killed = events.find(
        ({ reason, message }) =>
          reason === 'Killing' && message.startsWith(`Container ${spec.name} failed liveness probe`),
      );
      if (killed === undefined) continue;
      const exit = lastExit(status);
      const lived = exit === null ? Number.NaN : parseTime(exit.finishedAt) - parseTime(exit.startedAt);
      const set = setOf(pod, world);
      const cure = { containers: [{ name: spec.name, startupProbe: startupProbe(probe) }] };
      // One that lived long was not killed over its start.
      const starting = !(lived > 2 * patienceMs(probe) + 60_000);
      const curable = set !== undefined && starting && spec.startupProbe === undefined;
      const after = Number.isNaN(lived) ? '' : ` after ${ageText(lived)}`;
      const start = starting ? ', before it is ready' : '';
      const lacks = starting && spec.startupProbe === undefined ? ', and it has no startupProbe' : '';
      return {
        severity: 'blocks',
        says: `${spec.name} is killed by its own liveness probe (${probeText(probe)})${after}${start}: ${counted(status.restartCount, 'restart')}${lacks}`,
        rule: {
          text: `Liveness is probed from the start on: with initialDelaySeconds ${probe.initialDelaySeconds ?? 0}, every ${probe.periodSeconds ?? 10}s, ${probe.failureThreshold ?? 3} failures kill it. A startupProbe holds the liveness probe back until the first success.`,
          source: 'spec.containers[].livenessProbe, startupProbe (KEP-950)',
        },
        ways: curable
          ? [
              way(
                `give the start up to ${START_ALLOWANCE_SECONDS / 60} minutes with a startupProbe (with OrderedReady the pod that crashes has to be deleted afterwards)`,
                [patchTemplate(namespace, set.metadata.name ?? '', cure), deletePod(namespace, name)],
                risk('volumes stay; deleting it in the middle of a recovery makes the recovery begin again'),
              ),
            ]
          : [way('see what it did when it was killed', logsOf(namespace, name, spec.name, true))],
      };
    }
    return null;
  },
});

/** The liveness probe's own handler, with patience. */
function startupProbe(probe: Probe): object {
  const { httpGet, tcpSocket, exec, grpc } = probe;
  const periodSeconds = 10;
  return {
    ...(httpGet === undefined ? {} : { httpGet }),
    ...(tcpSocket === undefined ? {} : { tcpSocket }),
    ...(exec === undefined ? {} : { exec }),
    ...(grpc === undefined ? {} : { grpc }),
    periodSeconds,
    failureThreshold: START_ALLOWANCE_SECONDS / periodSeconds,
  };
}

/** From the start to the kill, when no probe succeeds. */
function patienceMs({ initialDelaySeconds = 0, periodSeconds = 10, failureThreshold = 3 }: Probe): number {
  return (initialDelaySeconds + periodSeconds * failureThreshold) * 1000;
}
