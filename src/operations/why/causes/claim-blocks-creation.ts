import { controllerOf } from '../../../client/meta.ts';
import { cause } from '../cause.ts';
import { losesData, way } from '../chain.ts';
import { kubectl } from '../commands.ts';
import { missingMember } from '../facts/creation.ts';
import { claimSubject, claimsOfMember, setFacts } from '../facts/set-facts.ts';

/** A claim of the next pod is being deleted, or belongs to a pod that is gone: the pod waits for its end (KEP-1847). */
export const claimBlocksCreation = cause({
  id: 'claim-blocks-creation',
  kind: 'StatefulSet',
  applies(set, world) {
    const facts = setFacts(set, world);
    const missing = missingMember(facts);
    if (missing === null) return null;
    const where = facts.ordered ? `blocked at ordinal ${missing.ordinal}: ` : '';
    const claims = claimsOfMember(facts, missing.name, world);
    const going = claims.find(({ metadata }) => metadata.deletionTimestamp !== undefined);
    if (going !== undefined) {
      return {
        severity: 'follows',
        says: `${where}claim ${going.metadata.name} of ${missing.name} is being deleted; the pod comes when it is gone, with a new and empty one`,
        rule: {
          text: 'A pod is never started on a claim that is being deleted. A missing claim is made from its template: empty.',
          source: 'spec.volumeClaimTemplates',
        },
        next: [claimSubject(going)],
      };
    }
    if (set.spec.persistentVolumeClaimRetentionPolicy?.whenScaled !== 'Delete') return null;
    const stale = claims.find(
      (claim) => controllerOf(claim)?.kind === 'Pod' && controllerOf(claim)?.name === missing.name,
    );
    if (stale === undefined) return null;
    const name = stale.metadata.name ?? '';
    return {
      severity: 'waits',
      says: `${where}claim ${name} still belongs to the earlier ${missing.name} and is to be collected; the pod comes after that, with a new and empty one`,
      rule: {
        text: 'With whenScaled: Delete the claim of a pod that is scaled away goes with it, even when the set is scaled up again at once.',
        source: 'spec.persistentVolumeClaimRetentionPolicy.whenScaled, KEP-1847',
      },
      ways: [
        way(
          'keep the data: cut the claim loose from the earlier pod (quickly)',
          kubectl(
            facts.namespace,
            'patch',
            'pvc',
            name,
            '--type=json',
            '-p',
            '[{"op":"remove","path":"/metadata/ownerReferences"}]',
          ),
        ),
        way('or do not wait', kubectl(facts.namespace, 'delete', 'pvc', name), losesData(`pvc ${name}`)),
      ],
    };
  },
});
