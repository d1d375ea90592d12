import { expect, it } from 'vitest';
import { LabelIndex } from './label-index.ts';
import { podInfo } from './pod-info.ts';

const pod = (namespace: string, name: string, labels: Record<string, string>) =>
  podInfo({ apiVersion: 'v1', kind: 'Pod', metadata: { namespace, name, labels }, spec: { containers: [] } });

it('finds pods by their rarest label, within a namespace', () => {
  const index = new LabelIndex();
  const pods = [
    pod('a', 'one', { app: 'db', tier: 'data' }),
    pod('a', 'two', { app: 'web', tier: 'data' }),
    pod('b', 'one', { app: 'db', tier: 'data' }),
  ];
  for (const each of pods) index.add(each);
  expect([...index.with('a', { app: 'db', tier: 'data' })]).toEqual([pods[0]]);
  expect([...index.with('a', {})]).toEqual([pods[0], pods[1]]);
  expect([...index.with('a', { app: 'none' })]).toEqual([]);
  index.remove(pods[0]!);
  expect([...index.with('a', { app: 'db' })]).toEqual([]);
  expect([...index.with('b', { app: 'db' })]).toEqual([pods[2]]);
});
