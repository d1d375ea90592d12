import { cause } from '../cause.ts';
import { losesData, type Way, way } from '../chain.ts';
import { deletePod, kubectl } from '../commands.ts';
import { isCordoned, isUnreachable, labelOfPlace, nodesOfVolume, placeOf, unusable } from '../facts/node-facts.ts';
import { memberOfClaim } from '../facts/owner.ts';
import { subjectOf } from '../subject.ts';
import { listed } from '../words.ts';

const SHOWN_NODES = 3;

/** The volume is tied to a place where no node can take its pod: a zone or node that was lost, cordoned or deleted. */
export const claimPlace = cause({
  id: 'claim-place',
  kind: 'PersistentVolumeClaim',
  applies(claim, world) {
    const volume = world.volume(claim.spec.volumeName);
    const place = volume === undefined ? null : placeOf(volume);
    if (volume === undefined || place === null || !world.sees('nodes')) return null;
    const nodes = nodesOfVolume(volume, world);
    if (nodes.some((node) => unusable(node) === null)) return null;
    const { name = '', namespace = '' } = claim.metadata;
    const states = nodes.map((node) => `${node.metadata.name} is ${unusable(node)}`);
    const storageClass = world.observed.classes.find(({ metadata }) => metadata.name === claim.spec.storageClassName);
    const immediate = storageClass !== undefined && storageClass.volumeBindingMode !== 'WaitForFirstConsumer';
    const label = labelOfPlace(volume);
    const cordoned = nodes
      .filter((node) => isCordoned(node) && !isUnreachable(node))
      .map(({ metadata }) => metadata.name ?? '');
    const ways: Way[] = [];
    if (cordoned.length > 0)
      ways.push(way('let the cordoned node take pods again', kubectl(undefined, 'uncordon', ...cordoned)));
    if (label !== null && !place.startsWith('on node '))
      ways.push(
        way(
          nodes.length === 0
            ? `add a node ${place}; one that is there already lacks this label`
            : `or add a node ${place}, with this label`,
          kubectl(undefined, 'label', 'node', 'NODE', label),
        ),
      );
    const member = memberOfClaim(namespace, name, world);
    if (member !== undefined)
      ways.push(
        way(
          `or give this copy up: ${member.pod} starts elsewhere on an empty volume and has to fetch its data from its peers or a backup`,
          [kubectl(namespace, 'delete', 'pvc', name, '--wait=false'), deletePod(namespace, member.pod)],
          losesData(
            `pvc ${name}${volume.spec.persistentVolumeReclaimPolicy === 'Retain' ? ` (its volume ${volume.metadata.name} is retained)` : ''}`,
          ),
        ),
      );
    return {
      severity: 'blocks',
      says: `its volume ${volume.metadata.name} can be used ${place} only, and there is no node there to take a pod${states.length === 0 ? '' : `: ${listed(states)}`}`,
      rule: {
        text: immediate
          ? `Class ${storageClass.metadata.name} binds at once (Immediate), before anybody knows where the pod will run, and the volume never moves. WaitForFirstConsumer, with a spread over zones, makes volumes where the members are.`
          : 'A volume stays where it was made. Members spread over zones lose one member with a zone, not the quorum.',
        source: immediate ? 'StorageClass volumeBindingMode' : 'PersistentVolume spec.nodeAffinity',
      },
      ways,
      next: nodes.slice(0, SHOWN_NODES).map((node) => subjectOf('Node', node)),
    };
  },
});
