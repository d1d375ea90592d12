import { SIMULATE } from '../../node/runtimes/simulated.ts';
import type { KubeObject } from '../../schema/object.ts';
import { anyName, named, statefulSets } from './lookup.ts';
import { IMAGES, TROUBLES } from './manifests.ts';
import type { OperationDefinition } from './operation.ts';
import { patchSpec } from './spec.ts';

/** Takes every bad habit off a template: a merge patch of null. */
export const GOOD_MANNERS: Readonly<Record<string, null>> = Object.fromEntries(
  ['never-ready', 'crash-loop', 'exit-after', 'image-error', 'liveness-fail-after'].map((key) => [
    `${SIMULATE}${key}`,
    null,
  ]),
);

/** True for a template, or a pod, with a bad habit that it does not get over by itself. */
export const isBadTempered = ({ metadata }: Pick<KubeObject, 'metadata'>): boolean =>
  Object.keys(GOOD_MANNERS).some((key) => metadata?.annotations?.[key] !== undefined);

export const roll: OperationDefinition = {
  name: 'roll',
  title: 'changes the image: forward, or back to one that was in use (A-B-A)',
  weight: 12,
  draw: (random, world) => named(anyName(random, statefulSets(world)), { image: random.pick(IMAGES) }),
  perform: (world, { name, image }) =>
    patchSpec(world, name as string, {
      template: { metadata: { annotations: GOOD_MANNERS }, spec: { containers: [{ name: 'main', image }] } },
    }),
};

export const rollBad: OperationDefinition = {
  name: 'roll-bad',
  title: 'rolls out a template whose pods never get ready, crash or cannot be pulled',
  weight: 3,
  draw: (random, world) => named(anyName(random, statefulSets(world)), { annotations: random.pick(TROUBLES) }),
  perform: (world, { name, annotations }) =>
    patchSpec(world, name as string, { template: { metadata: { annotations } } }),
};

export const restart: OperationDefinition = {
  name: 'restart',
  title: 'kubectl rollout restart',
  weight: 3,
  draw: (random, world) => named(anyName(random, statefulSets(world)), { at: world.clock.monotonic() }),
  perform: (world, { name, at }) =>
    patchSpec(world, name as string, {
      template: { metadata: { annotations: { 'kubectl.kubernetes.io/restartedAt': String(at) } } },
    }),
};
