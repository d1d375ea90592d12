import type { Filter } from '../types.ts';
import { crowded } from './verdict.ts';

const TAKEN = crowded("node(s) didn't have free ports for the requested pod ports");

/** Host ports conflict by address, protocol and number; 0.0.0.0 conflicts with every address. */
export const nodePorts: Filter = {
  name: 'NodePorts',
  prepare(pod) {
    if (pod.hostPorts.length === 0) return null;
    return (node) => (pod.hostPorts.some((port) => node.portTaken(port)) ? TAKEN : null);
  },
};
