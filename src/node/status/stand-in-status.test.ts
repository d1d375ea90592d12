import { expect, it } from 'vitest';
import { standInStatus } from './stand-in-status.ts';

it('claims no containers that nobody has', () => {
  const status = {
    phase: 'Running',
    observedGeneration: 1,
    conditions: [
      { type: 'PodReadyToStartContainers', status: 'True', observedGeneration: 1 },
      { type: 'Ready', status: 'True', observedGeneration: 1 },
    ],
    containerStatuses: [
      { name: 'a', ready: true, containerID: 'x://1', imageID: 'i', resources: {}, volumeMounts: [] },
    ],
  };
  expect(standInStatus(status)).toEqual({
    phase: 'Running',
    conditions: [{ type: 'Ready', status: 'True' }],
    containerStatuses: [{ name: 'a', ready: true, imageID: '' }],
  });
});
