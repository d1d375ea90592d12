import type { NodeEndpoint } from '../../apiserver/streaming/node-endpoint.ts';
import type { Clock } from '../../base/clock.ts';
import { volumePath } from '../volumes/volume-path.ts';
import type { NodeView } from './kubelet-pages.ts';
import { type MeasureVolume, VolumeStats } from './volume-stats.ts';

export interface PagesOptions extends Pick<NodeView, 'nodeName' | 'runtime'> {
  readonly clock: Clock;
  /** Data directory of the node. */
  readonly directory: string;
  /** Left out: nothing is known of how full volumes are. */
  readonly measure: MeasureVolume | undefined;
  readonly workers: () => NodeView['workers'];
  readonly claims: () => NodeView['claims'];
}

/** The pages of a node; how to make them is loaded when the first is asked for. */
export function createPages(options: PagesOptions): NodeEndpoint['page'] {
  const { nodeName, clock, runtime, directory, measure } = options;
  const stats = measure === undefined ? null : new VolumeStats(measure, clock);
  const startedAt = clock.now();
  return async (path) => {
    const { kubeletPage } = await import('./kubelet-pages.ts');
    return kubeletPage(path, {
      nodeName,
      startedAt,
      clock,
      runtime,
      workers: options.workers(),
      claims: options.claims(),
      usage: async ({ volume }) => (await stats?.of(volumePath(volume, directory))) ?? null,
    });
  };
}
