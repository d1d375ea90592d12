import { cause } from '../cause.ts';
import { type Way, way } from '../chain.ts';
import { kubectl } from '../commands.ts';
import { setOf } from '../facts/owner.ts';
import { waitingFor } from '../facts/pod-gates.ts';
import { shortened } from '../words.ts';

const REASONS = [
  'ErrImagePull',
  'ImagePullBackOff',
  'InvalidImageName',
  'ErrImageNeverPull',
  'ImageInspectError',
  'RegistryUnavailable',
  'SignatureValidationFailed',
];

/** The image of a container cannot be had. */
export const imagePull = cause({
  id: 'image-pull',
  kind: 'Pod',
  applies(pod, world) {
    const waiting = waitingFor(pod, world, REASONS);
    if (waiting === null) return null;
    const { namespace = '', name = '' } = pod.metadata;
    const { spec } = waiting.view;
    const events = world.events('Pod', namespace, name, pod.metadata.uid);
    const pulled = events.find(
      ({ reason, message }) => reason === 'Failed' && message.startsWith('Failed to pull image'),
    );
    const secrets = events.find(({ reason }) => reason === 'FailedToRetrieveImagePullSecret');
    const said =
      pulled?.message.replace(/^Failed to pull image "[^"]*": /, '') ??
      waiting.message.replace(/^Back-off pulling image "[^"]*"(: )?/, '');
    const set = setOf(pod, world);
    const ways: Way[] = [];
    if (set !== undefined)
      ways.push(
        way(
          'name an image that exists',
          kubectl(namespace, 'set', 'image', `sts/${set.metadata.name}`, `${spec.name}=IMAGE`),
        ),
      );
    ways.push(
      way(
        'or give the node access to the registry (imagePullSecrets)',
        kubectl(
          namespace,
          'create',
          'secret',
          'docker-registry',
          'NAME',
          '--docker-server=REGISTRY',
          '--docker-username=USER',
          '--docker-password=PASSWORD',
        ),
      ),
    );
    return {
      severity: 'blocks',
      says: `image ${spec.image} of ${spec.name} cannot be had (${waiting.reason})${said === '' ? '' : `: ${shortened(said)}`}${secrets === undefined ? '' : `; ${shortened(secrets.message)}`}`,
      rule: {
        text:
          waiting.reason === 'ErrImageNeverPull'
            ? 'With imagePullPolicy Never the image has to be on the node already.'
            : 'The node tries again with pauses that double from 10 s to 5 min.',
        source: 'spec.containers[].image, imagePullPolicy',
      },
      ways,
    };
  },
});
