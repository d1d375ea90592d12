import { expect, it } from 'vitest';
import type { KubeObject } from '../schema/object.ts';
import { tellOfLeftNodes } from './own-nodes.ts';

const node = (name: string, containerRuntimeVersion = 'perdure-process://0.1.0'): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name },
  status: { nodeInfo: { containerRuntimeVersion } },
});

it('tells of nodes that an earlier start had, and how to have them back', () => {
  const nodes = [node('node-1'), node('node-10'), node('node-3'), node('node-4', ''), node('mine')];
  expect(tellOfLeftNodes(nodes, 2)).toBe(
    'node-3, node-10 of an earlier start do not run now: what is on them waits. Start with --nodes 10 to have them back, ' +
      'or give them up for good: kubectl delete node node-3 node-10',
  );
  expect(tellOfLeftNodes(nodes.slice(0, 2), 9)).toContain('node-10 of an earlier start does not run now');
  expect(tellOfLeftNodes(nodes, 10)).toBeNull();
});
