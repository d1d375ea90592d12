import { cause } from '../cause.ts';
import { losesData, risk, type Way, way } from '../chain.ts';
import { deletePod, kubectl } from '../commands.ts';
import { recreatedClaims } from '../facts/claim-facts.ts';
import { memberOfClaim } from '../facts/owner.ts';
import { setFacts } from '../facts/set-facts.ts';
import type { PersistentVolume, PersistentVolumeClaim } from '../observed.ts';
import { ageText } from '../words.ts';

export const RECREATED_RULE = {
  text: 'A set that finds a claim missing makes it from its template, which is an empty volume; that it once held data is not on record.',
  source: 'spec.volumeClaimTemplates',
};

/** How to get the earlier data back, or how to make sure that there is some. */
export function waysBack(claim: PersistentVolumeClaim, member: string, earlier: PersistentVolume | undefined): Way[] {
  const namespace = claim.metadata.namespace ?? '';
  const name = claim.metadata.name ?? '';
  const check = way(
    `make sure that ${member} has fetched its data from its peers before anything else is done to the set`,
    kubectl(namespace, 'logs', member, '--tail=50'),
    risk('until then one copy is missing'),
  );
  if (earlier === undefined)
    return [check, way('or restore it from a backup or a snapshot', kubectl(namespace, 'get', 'volumesnapshots'))];
  const volume = earlier.metadata.name ?? '';
  return [
    way(
      `get the earlier volume back: ${volume} is still there (${earlier.status.phase}). Free it for a claim of this name, then delete the new claim and the pod`,
      [
        kubectl(
          undefined,
          'patch',
          'pv',
          volume,
          '--type=merge',
          '-p',
          JSON.stringify({ spec: { claimRef: { uid: null, resourceVersion: null } } }),
        ),
        kubectl(namespace, 'delete', 'pvc', name, '--wait=false'),
        deletePod(namespace, member),
      ],
      losesData(`the new pvc ${name}, what was written since`),
    ),
    check,
  ];
}

/** This claim is not the first of its name. */
export const claimRecreated = cause({
  id: 'claim-recreated',
  kind: 'PersistentVolumeClaim',
  applies(claim, world) {
    const { name = '', namespace = '' } = claim.metadata;
    const member = memberOfClaim(namespace, name, world);
    if (member === undefined) return null;
    const found = recreatedClaims(setFacts(member.set, world), world).find((each) => each.claim === claim);
    if (found === undefined) return null;
    return {
      severity: 'warning',
      says: `it was deleted and made anew ${ageText(world.age(claim))} ago, empty`,
      rule: RECREATED_RULE,
      ways: waysBack(claim, member.pod, found.earlier),
    };
  },
});
