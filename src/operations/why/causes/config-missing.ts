import { cause } from '../cause.ts';
import { type Way, way } from '../chain.ts';
import { kubectl } from '../commands.ts';
import { containersOf, unreadyFor } from '../facts/pod-facts.ts';
import { isLive, waitingFor } from '../facts/pod-gates.ts';
import type { Pod } from '../observed.ts';
import { ageText, shortened } from '../words.ts';
import type { World } from '../world.ts';

const NOT_FOUND = /(configmap|secret)s? "([^"]+)" not found/i;
const NO_KEY = /couldn't find key (\S+) in (ConfigMap|Secret) (\S+)/;
const NO_REFERENCED_KEY = /references non-existent (?:config|secret) key: (\S+)/;

/** A ConfigMap or Secret, or a key of one, that the pod needs does not exist. */
export const configMissing = cause({
  id: 'config-missing',
  kind: 'Pod',
  applies(pod, world) {
    const text = waitingFor(pod, world, ['CreateContainerConfigError'])?.message ?? mountError(pod, world);
    if (text === null) return null;
    const { namespace = '' } = pod.metadata;
    const missing = NOT_FOUND.exec(text);
    const key = NO_KEY.exec(text);
    let says = shortened(text);
    let ways: Way[] = [way('see the pod', kubectl(namespace, 'describe', 'pod', pod.metadata.name ?? ''))];
    if (missing !== null) {
      const kind = missing[1]!.toLowerCase();
      const name = missing[2]!;
      says = `${kind === 'secret' ? 'Secret' : 'ConfigMap'} ${name} does not exist in ${namespace}`;
      ways = [
        way(
          'create it; the pod then goes on by itself',
          kubectl(
            namespace,
            'create',
            ...(kind === 'secret' ? ['secret', 'generic'] : ['configmap']),
            name,
            '--from-literal=KEY=VALUE',
          ),
        ),
      ];
    } else if (key !== null) {
      const name = key[3]!.replace(/^.*\//, '');
      says = `${key[2]} ${name} has no key ${key[1]}`;
      ways = [
        way('add the key; the pod then goes on by itself', kubectl(namespace, 'edit', key[2]!.toLowerCase(), name)),
      ];
    } else if (NO_REFERENCED_KEY.test(text)) {
      says = `a volume asks for key ${NO_REFERENCED_KEY.exec(text)![1]}, which its ConfigMap or Secret does not have`;
    }
    return {
      severity: 'blocks',
      says: `it has not been able to start for ${ageText(unreadyFor(pod, world))}: ${says}`,
      rule: {
        text: 'What a container takes from ConfigMaps and Secrets has to be there before it starts, unless marked optional.',
        source: 'spec.containers[].env, envFrom; spec.volumes[].configMap, secret',
      },
      ways,
    };
  },
});

/** A volume made from a ConfigMap or Secret that is missing keeps all containers from being created. */
function mountError(pod: Pod, world: World): string | null {
  if (!isLive(pod, world) || containersOf(pod).some(({ status }) => status?.containerID !== undefined)) return null;
  const event = world
    .events('Pod', pod.metadata.namespace, pod.metadata.name, pod.metadata.uid)
    .find(
      ({ reason, message }) => reason === 'FailedMount' && (NOT_FOUND.test(message) || NO_REFERENCED_KEY.test(message)),
    );
  return event?.message ?? null;
}
