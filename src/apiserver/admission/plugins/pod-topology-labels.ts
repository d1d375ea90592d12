import { lookup } from '../../core.ts';
import type { AdmissionPlugin } from '../plugin.ts';

const TOPOLOGY = ['topology.kubernetes.io/zone', 'topology.kubernetes.io/region'];

/** PodTopologyLabels: a pod learns zone and region of its node when it is bound. */
export const podTopologyLabels: AdmissionPlugin = {
  name: 'PodTopologyLabels',
  resources: ['pods/binding', 'bindings'],
  operations: ['CREATE'],
  admit({ core, object }) {
    if (object!.target?.kind !== 'Node') return;
    const labels = lookup(core, 'nodes', '', '', object!.target.name)?.metadata.labels ?? {};
    const known = TOPOLOGY.filter((key) => labels[key] !== undefined).map((key) => [key, labels[key]]);
    if (known.length > 0) object!.metadata.labels = { ...object!.metadata.labels, ...Object.fromEntries(known) };
  },
};
