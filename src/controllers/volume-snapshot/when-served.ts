import type { ResourceCatalog } from '../framework/catalog.ts';
import type { Controller } from '../framework/controller.ts';
import { VOLUME_SNAPSHOT_CLASSES, VOLUME_SNAPSHOT_CONTENTS, VOLUME_SNAPSHOTS } from '../framework/snapshots.ts';
import { type VolumeSnapshotOptions, VolumeSnapshots } from './controller.ts';

const KINDS = [VOLUME_SNAPSHOTS, VOLUME_SNAPSHOT_CONTENTS, VOLUME_SNAPSHOT_CLASSES];

/** Snapshots are custom resources: there is something to do only while their kinds are served. */
export function createVolumeSnapshotController(
  options: VolumeSnapshotOptions & { readonly catalog: ResourceCatalog },
): Controller {
  let running: VolumeSnapshots | null = null;
  let deaf = (): void => {};

  const served = (): boolean => {
    const entries = options.catalog.list();
    return KINDS.every(({ group, resource }) => entries.some((e) => e.group === group && e.resource === resource));
  };
  const follow = (): void => {
    // Once begun it goes on: where the kinds are served no more, nothing comes from their informers.
    if (running !== null || !served()) return;
    running = new VolumeSnapshots(options);
    void running.reconciler.start();
  };
  return {
    name: 'volume-snapshot',
    async start() {
      deaf = options.catalog.onChange(follow);
      follow();
    },
    stop() {
      deaf();
      running?.reconciler.stop();
    },
  };
}
