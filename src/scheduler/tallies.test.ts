import { expect, test } from 'vitest';
import { LabelIndex } from './label-index.ts';
import { apartTerms, PlacedTerms } from './placed-terms.ts';
import { type PodInfo, podInfo } from './pod-info.ts';
import { Tallies, without } from './tallies.ts';

const placed = (name: string, node: string, labels: object, spec: object = {}, metadata: object = {}): PodInfo =>
  podInfo({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { namespace: 'ns', name, labels, ...metadata },
    spec: { nodeName: node, containers: [], ...spec },
  } as never);

test('a tally counts pods that were there before it was asked for, and those that come and go after', () => {
  const index = new LabelIndex();
  const tallies = new Tallies((namespace, labels) => index.with(namespace, labels));
  const put = (pod: PodInfo): void => {
    index.add(pod);
    tallies.add(pod);
  };
  const early = placed('early', 'a', { app: 'db', tier: 'x' });
  put(early);
  put(placed('other', 'a', { app: 'web' }));
  const selectors = [
    { matchLabels: { app: 'db' } },
    { matchExpressions: [{ key: 'app', operator: 'In', values: ['db'] }] },
  ];
  const asked = selectors.map((selector) => tallies.of('ns', selector));
  const leaving = placed('leaving', 'b', { app: 'db' }, {}, { deletionTimestamp: '2026-01-01T00:00:00Z' });
  put(leaving);
  put(placed('late', 'b', { app: 'db' }));
  for (const tally of asked) {
    expect(Object.fromEntries(tally.all)).toEqual({ a: 1, b: 2 });
    expect(Object.fromEntries(tally.live)).toEqual({ a: 1, b: 1 });
    expect(Object.fromEntries(without(tally, [early, leaving]).all)).toEqual({ b: 1 });
  }
  tallies.remove(early);
  expect(Object.fromEntries(tallies.of('ns', selectors[0]!).all)).toEqual({ b: 2 });
  expect(tallies.of('elsewhere', selectors[0]!).all.size).toBe(0);
});

test('terms of placed pods are found by the labels they are about, members share one, and the last takes it along', () => {
  const terms = new PlacedTerms(apartTerms);
  const term = { topologyKey: 'zone', labelSelector: { matchLabels: { app: 'db' } } };
  const affinity = { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [term] } };
  const members = ['a', 'b'].map((node) => placed(`on-${node}`, node, { app: 'db' }, { affinity }));
  for (const member of members) terms.add(member);
  const found = (labels: Record<string, string>) =>
    [...terms.about(labels)].map(({ carriers }) => [...carriers.keys()]);
  expect(found({ app: 'db', more: 'x' })).toEqual([['a', 'b']]);
  expect(found({ app: 'web' })).toEqual([]);
  terms.remove(members[0]!);
  expect(found({ app: 'db' })).toEqual([['b']]);
  terms.remove(members[1]!);
  expect(terms.size).toBe(0);
});
