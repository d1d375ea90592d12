import { cause } from '../cause.ts';
import { way } from '../chain.ts';
import { deletePod, kubectl } from '../commands.ts';
import { classOf, isPending } from '../facts/claim-gates.ts';
import { memberOfClaim } from '../facts/owner.ts';
import { listed } from '../words.ts';

/** The class it names does not exist. */
export const claimClassMissing = cause({
  id: 'claim-class-missing',
  kind: 'PersistentVolumeClaim',
  applies(claim, world) {
    const wanted = claim.spec.storageClassName ?? '';
    if (!isPending(claim) || wanted === '' || !world.sees('classes') || classOf(claim, world) !== undefined)
      return null;
    // A class may be a mere label that volumes made by hand share.
    const byHand = world.observed.volumes.some(({ spec }) => spec.storageClassName === wanted);
    if (byHand) return null;
    const names = world.observed.classes.map(({ metadata }) => metadata.name ?? '');
    const { namespace = '', name = '' } = claim.metadata;
    const member = memberOfClaim(namespace, name, world);
    return {
      severity: 'blocks',
      says: `its storage class ${wanted} does not exist (${names.length === 0 ? 'there is none' : `there ${names.length === 1 ? 'is' : 'are'} ${listed(names)}`})`,
      rule: {
        text: 'The class of a claim cannot be changed. As soon as a class of that name exists the claim goes on.',
        source: 'PersistentVolumeClaim spec.storageClassName',
      },
      ways: [
        way(`create class ${wanted}`, kubectl(undefined, 'apply', '-f', 'storage-class.yaml')),
        ...(member === undefined
          ? []
          : [
              way(
                'or make the set anew with another class in its claim template (which cannot be changed either); this claim holds no data yet',
                [
                  kubectl(namespace, 'delete', 'sts', member.set.metadata.name ?? '', '--cascade=orphan'),
                  kubectl(namespace, 'delete', 'pvc', name, '--wait=false'),
                  deletePod(namespace, member.pod),
                  kubectl(namespace, 'apply', '-f', 'set.yaml'),
                ],
              ),
            ]),
      ],
    };
  },
});
