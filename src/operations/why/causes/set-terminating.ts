import { cause } from '../cause.ts';
import { risk, way } from '../chain.ts';
import { kubectl } from '../commands.ts';
import { isTerminating } from '../facts/pod-facts.ts';
import { memberSubject, setFacts } from '../facts/set-facts.ts';
import { ageText, counted, listed } from '../words.ts';

/** The set was deleted and is held by finalizers. */
export const setTerminating = cause({
  id: 'set-terminating',
  kind: 'StatefulSet',
  applies(set, world) {
    const { deletionTimestamp, finalizers = [] } = set.metadata;
    if (deletionTimestamp === undefined) return null;
    const facts = setFacts(set, world);
    const pods = [...facts.members.flatMap(({ pod }) => pod ?? []), ...facts.condemned];
    const foreign = finalizers.filter((name) => name !== 'foregroundDeletion' && name !== 'orphan');
    const since = ageText(world.since(deletionTimestamp));
    if (foreign.length === 0 && pods.length > 0) {
      return {
        severity: 'follows',
        says: `it was deleted ${since} ago and waits for ${counted(pods.length, 'pod')} to end`,
        rule: {
          text: 'With foreground deletion an object goes when all it owns is gone. While it is being deleted a set neither creates nor updates pods.',
          source: 'metadata.finalizers (foregroundDeletion)',
        },
        next: pods
          .filter(isTerminating)
          .slice(0, 2)
          .map((pod) => memberSubject(facts, pod.metadata.name ?? '')),
      };
    }
    return {
      severity: 'blocks',
      says: `it was deleted ${since} ago and is held by ${finalizers.length === 1 ? 'finalizer' : 'finalizers'} ${listed(finalizers)}`,
      rule: {
        text: 'A deleted object stays until whoever set a finalizer takes it off.',
        source: 'metadata.finalizers',
      },
      ways: [
        way(
          'see who set it, and whether that controller runs',
          kubectl(facts.namespace, 'get', 'sts', facts.name, '-o', 'yaml', '--show-managed-fields'),
        ),
        way(
          'or take the finalizers off by hand',
          kubectl(
            facts.namespace,
            'patch',
            'sts',
            facts.name,
            '--type=merge',
            '-p',
            '{"metadata":{"finalizers":null}}',
          ),
          risk('what the finalizer was to clean up is left behind'),
        ),
      ],
    };
  },
});
