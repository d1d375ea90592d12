import { cause } from '../cause.ts';
import { risk, way } from '../chain.ts';
import { kubectl } from '../commands.ts';
import { isUnreachable, OUT_OF_SERVICE } from '../facts/node-facts.ts';
import { claimNames } from '../facts/pod-facts.ts';
import { isLive } from '../facts/pod-gates.ts';
import { subjectOf } from '../subject.ts';
import { shortened } from '../words.ts';

const VOLUME = /for volume "([^"]+)"/;

/** The volume is still attached to another node, or cannot be attached. */
export const volumeAttach = cause({
  id: 'volume-attach',
  kind: 'Pod',
  applies(pod, world) {
    if (!isLive(pod, world) || pod.status.phase !== 'Pending') return null;
    const { namespace = '', name = '', uid } = pod.metadata;
    const event = world
      .events('Pod', namespace, name, uid)
      .find(({ reason }) => reason === 'FailedAttachVolume' || reason === 'SuccessfulAttachVolume');
    if (event?.reason !== 'FailedAttachVolume') return null;
    const volume = VOLUME.exec(event.message)?.[1] ?? '';
    const claim = claimNames(pod).find((each) => world.claim(namespace, each)?.spec.volumeName === volume);
    const what = `volume ${volume}${claim === undefined ? '' : ` (claim ${claim})`}`;
    if (!event.message.startsWith('Multi-Attach')) {
      return {
        severity: 'blocks',
        says: `${what} cannot be attached to ${pod.spec.nodeName}: ${shortened(event.message.replace(/^.*? : /, ''))}`,
        rule: { text: 'Attaching is tried again with growing pauses.', source: 'VolumeAttachment status.attachError' },
        ways: [way('see the attachments', kubectl(undefined, 'get', 'volumeattachments'))],
      };
    }
    const held = world.observed.attachments.find(
      ({ spec }) => spec.source.persistentVolumeName === volume && spec.nodeName !== pod.spec.nodeName,
    );
    const node = world.node(held?.spec.nodeName);
    const dead = node !== undefined && isUnreachable(node);
    return {
      severity: node === undefined || !dead ? 'waits' : 'follows',
      says: `${what} is still attached to ${held === undefined ? 'another node' : `node ${held.spec.nodeName}`}${dead ? ', which does not answer' : ''}`,
      rule: {
        text: 'A ReadWriteOnce volume is attached to one node. It is detached when that node says it is unmounted; by force after 6 minutes of a node that is not ready, or at once when the node is marked out of service.',
        source: 'spec.accessModes, KEP-2268',
      },
      ways: dead
        ? [
            way(
              'when that machine is surely off, say so',
              kubectl(undefined, 'taint', 'node', held!.spec.nodeName, `${OUT_OF_SERVICE}=nodeshutdown:NoExecute`),
              risk('if it still runs, it writes to a volume that another node has mounted'),
            ),
          ]
        : [],
      next: node === undefined ? [] : [subjectOf('Node', node)],
    };
  },
});
