import { cause } from '../cause.ts';
import { way } from '../chain.ts';
import { kubectl } from '../commands.ts';
import { isPending } from '../facts/claim-gates.ts';
import { listed } from '../words.ts';

const DEFAULT = 'storageclass.kubernetes.io/is-default-class';

/** No class, hence nobody who makes a volume. */
export const claimNoClass = cause({
  id: 'claim-no-class',
  kind: 'PersistentVolumeClaim',
  applies(claim, world) {
    const { storageClassName, volumeName } = claim.spec;
    if (!isPending(claim) || volumeName !== undefined || (storageClassName ?? '') !== '' || !world.sees('classes'))
      return null;
    const names = world.observed.classes.map(({ metadata }) => metadata.name ?? '');
    const [some] = names;
    const { namespace = '', name = '' } = claim.metadata;
    const explicit = storageClassName === '';
    return {
      severity: 'blocks',
      says: explicit
        ? 'it asks for no class ("") and no volume that is there fits it'
        : `it names no storage class and ${names.length === 0 ? 'the cluster has none' : `none of ${listed(names)} is the default`}`,
      rule: {
        text: explicit
          ? 'A claim with storageClassName "" is bound only to volumes without a class that somebody has made by hand.'
          : 'A claim without a class gets the default one, now or as soon as there is one.',
        source: 'PersistentVolumeClaim spec.storageClassName',
      },
      ways: explicit
        ? [
            way(
              'make a volume that fits by hand, or delete the claim and make it with a class',
              kubectl(namespace, 'delete', 'pvc', name),
            ),
          ]
        : some === undefined
          ? [way('create a storage class', kubectl(undefined, 'apply', '-f', 'storage-class.yaml'))]
          : [
              way(
                `make ${some} the default; the claim takes it by itself`,
                kubectl(undefined, 'annotate', 'storageclass', some, `${DEFAULT}=true`),
              ),
            ],
    };
  },
});
