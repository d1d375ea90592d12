import { cause } from '../cause.ts';
import { way } from '../chain.ts';
import { kubectl } from '../commands.ts';
import { cannotCreate, createFailure } from '../facts/creation.ts';
import { setFacts } from '../facts/set-facts.ts';

const MISSING = /error looking up service account [^/]+\/([^:]+): serviceaccount "[^"]+" not found/;

/** The template names a service account that does not exist. */
export const serviceAccountMissing = cause({
  id: 'service-account-missing',
  kind: 'StatefulSet',
  applies(set, world) {
    const facts = setFacts(set, world);
    const failure = createFailure(facts, world);
    const account = failure === null ? undefined : MISSING.exec(failure.error)?.[1];
    if (failure === null || account === undefined) return null;
    return {
      severity: 'blocks',
      says: `${cannotCreate(facts, failure.member)}: service account ${account} does not exist in ${facts.namespace}`,
      rule: {
        text: 'A pod is admitted only when the service account it runs as exists in its namespace.',
        source: 'spec.template.spec.serviceAccountName',
      },
      ways: [
        way(
          'create it (its roles have to be bound as well)',
          kubectl(facts.namespace, 'create', 'serviceaccount', account),
        ),
        way('or name another one in the template', kubectl(facts.namespace, 'edit', 'sts', facts.name)),
      ],
    };
  },
});
