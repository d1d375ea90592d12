import { cause } from '../cause.ts';
import { way } from '../chain.ts';
import { kubectl } from '../commands.ts';
import { classOf, isPending, NO_PROVISIONER, usersOf } from '../facts/claim-gates.ts';
import { ageText, shortened } from '../words.ts';

/** A provisioner that works has made a volume by then, or has said why not. */
const PATIENCE_MS = 60_000;

/** A volume is to be made, and the provisioner fails or is silent. */
export const claimProvisioning = cause({
  id: 'claim-provisioning',
  kind: 'PersistentVolumeClaim',
  applies(claim, world) {
    const storageClass = classOf(claim, world);
    if (
      !isPending(claim) ||
      claim.spec.volumeName !== undefined ||
      storageClass === undefined ||
      storageClass.provisioner === NO_PROVISIONER
    )
      return null;
    const selected = claim.metadata.annotations?.['volume.kubernetes.io/selected-node'];
    if (
      storageClass.volumeBindingMode === 'WaitForFirstConsumer' &&
      selected === undefined &&
      usersOf(claim, world).every(({ spec }) => spec.nodeName === undefined)
    )
      return null;
    const { namespace = '', name = '', uid } = claim.metadata;
    const events = world.events('PersistentVolumeClaim', namespace, name, uid);
    const failed = events.find(({ reason }) => reason === 'ProvisioningFailed');
    const { provisioner } = storageClass;
    const describe = way('see what the provisioner says', kubectl(namespace, 'describe', 'pvc', name));
    const rule = {
      text: 'Volumes of a class are made by its provisioner, a program of its own in the cluster; it tries again by itself.',
      source: 'StorageClass provisioner',
    };
    if (failed !== undefined) {
      const text = failed.message.replace(/^failed to provision volume with StorageClass "[^"]*": /, '');
      return {
        severity: 'blocks',
        says: `provisioner ${provisioner} fails to make its volume${selected === undefined ? '' : ` for node ${selected}`}: ${shortened(text, 200)}`,
        rule,
        ways: [describe],
      };
    }
    const age = world.age(claim);
    if (age < PATIENCE_MS)
      return {
        severity: 'waits',
        says: `provisioner ${provisioner} is making its volume (asked ${ageText(age)} ago)`,
        rule,
      };
    return {
      severity: 'blocks',
      says: `provisioner ${provisioner} has made no volume in ${ageText(age)} and has said nothing: it may not run here`,
      rule,
      ways: [
        way('see which drivers are registered, and whether its pods run', [
          kubectl(undefined, 'get', 'csidrivers'),
          kubectl(undefined, 'get', 'pods', '-A'),
        ]),
        describe,
      ],
    };
  },
});
