import { cause } from '../cause.ts';
import { risk, way } from '../chain.ts';
import { kubectl, patchTemplate } from '../commands.ts';
import { crashed, crashingFollowers } from '../facts/followers.ts';
import { memberSubject, setFacts } from '../facts/set-facts.ts';
import type { StatefulSet } from '../observed.ts';
import { listed } from '../words.ts';

/** Parallel start of a leader-follower application: the followers start before there is a leader, and crash. */
export const parallelCrashLoop = cause({
  id: 'parallel-crash-loop',
  kind: 'StatefulSet',
  applies(set, world) {
    const facts = setFacts(set, world);
    const followers = crashingFollowers(facts);
    if (followers.length === 0) return null;
    const { namespace, name } = facts;
    const container = set.spec.template.spec.containers[0]!;
    const leader = facts.members[0]!;
    const first = crashed(leader) ? `${leader.name} crashes too` : `${leader.name} does not`;
    const wait = {
      name: 'wait-for-leader',
      image: container.image ?? 'IMAGE',
      command: ['sh', '-c', waitScript(set)],
    };
    return {
      severity: 'blocks',
      says: `${listed(followers.map((member) => member.name))} crash again and again while starting side by side (${first}): a member that needs ordinal ${facts.start} to run first finds nobody there`,
      rule: {
        text: 'With Parallel all members start at once and none waits for a lower ordinal; an application in which followers join a leader has to wait by itself.',
        source: 'spec.podManagementPolicy',
      },
      ways: [
        way(
          `let the others wait until the name of ${leader.name} is known, which is when it is Ready (or retry in the entrypoint)`,
          [patchTemplate(namespace, name, { initContainers: [wait] })],
        ),
        way(
          'or start them in order: the policy cannot be changed, so make the set anew around its running pods',
          [
            kubectl(namespace, 'get', 'sts', name, '-o', 'yaml', '> set.yaml').replace("'> set.yaml'", '> set.yaml'),
            kubectl(namespace, 'delete', 'sts', name, '--cascade=orphan'),
            `kubectl -n ${namespace} apply -f set.yaml   # with podManagementPolicy: OrderedReady, without resourceVersion, uid and status`,
          ],
          risk('volumes stay; between the two commands nobody replaces a member that fails'),
        ),
      ],
      next: followers.slice(0, 1).map((member) => memberSubject(facts, member.name)),
    };
  },
});

/** The lowest ordinal goes ahead; the others wait for its name, which its service gives it once it is Ready. */
function waitScript({ metadata, spec }: StatefulSet): string {
  const start = spec.ordinals?.start ?? 0;
  return `[ "\${HOSTNAME##*-}" = ${start} ] || until getent hosts ${metadata.name}-${start}.${spec.serviceName}; do sleep 1; done`;
}
