import { cause } from '../cause.ts';
import { type Way, way } from '../chain.ts';
import { kubectl } from '../commands.ts';
import { cannotCreate, createFailure } from '../facts/creation.ts';
import { setFacts } from '../facts/set-facts.ts';
import { shortened } from '../words.ts';

/** `<set>-<hash of up to 10 characters>` has to fit into a label of 63. */
const LONGEST_SET_NAME = 52;

/** The API server refuses the next pod for a reason that has no cause of its own. */
export const creationRefused = cause({
  id: 'creation-refused',
  kind: 'StatefulSet',
  fallback: true,
  applies(set, world) {
    const facts = setFacts(set, world);
    const failure = createFailure(facts, world);
    if (failure === null) return null;
    const { text, rule, ways } = reading(failure.error, facts.namespace, facts.name);
    return { severity: 'blocks', says: `${cannotCreate(facts, failure.member)}: ${text}`, rule, ways };
  },
});

function reading(error: string, namespace: string, name: string) {
  const edit: Way = way('change the template', kubectl(namespace, 'edit', 'sts', name));
  if (/must be no more than 63/.test(error) && name.length > LONGEST_SET_NAME) {
    return {
      text: `the name of the set (${name.length} characters) is too long, its pods carry it with a revision hash in a label`,
      rule: {
        text: `The label controller-revision-hash holds <set>-<hash> and at most 63 characters: set names go up to ${LONGEST_SET_NAME}.`,
        source: 'kubernetes#64023',
      },
      ways: [
        way(
          'make the set anew under a shorter name (nothing was ever created for this one)',
          kubectl(namespace, 'delete', 'sts', name),
        ),
      ],
    };
  }
  const security = /violates PodSecurity "([^"]+)": (.*)$/s.exec(error);
  if (security !== null) {
    return {
      text: `it violates the Pod Security level ${security[1]} of namespace ${namespace}: ${shortened(security[2]!)}`,
      rule: {
        text: 'The namespace says by label which security context its pods must have at least.',
        source: 'pod-security.kubernetes.io/enforce',
      },
      ways: [
        edit,
        way('or see the labels of the namespace', kubectl(undefined, 'get', 'ns', namespace, '--show-labels')),
      ],
    };
  }
  const webhook =
    /admission webhook "([^"]+)" denied the request: ?(.*)$/s.exec(error) ??
    /failed calling webhook "([^"]+)": (.*)$/s.exec(error);
  if (webhook !== null) {
    return {
      text: `webhook ${webhook[1]} says no: ${shortened(webhook[2]!)}`,
      rule: {
        text: 'Admission webhooks see every new pod and may refuse it; one that cannot be reached refuses by its failurePolicy.',
        source: 'ValidatingWebhookConfiguration, MutatingWebhookConfiguration',
      },
      ways: [
        way(
          'see which webhooks there are',
          'kubectl get validatingwebhookconfigurations,mutatingwebhookconfigurations',
        ),
        edit,
      ],
    };
  }
  return {
    text: shortened(error, 240),
    rule: {
      text: 'Pods of a set pass the same admission as any pod; what refuses them stands in the event FailedCreate.',
      source: 'events of the set',
    },
    ways: [way('see the whole text', kubectl(namespace, 'describe', 'sts', name)), edit],
  };
}
