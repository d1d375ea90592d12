import { expect, test } from 'vitest';
import type { KubeObject } from '../../schema/object.ts';
import { S3 } from './s03-own-volumes.ts';
import { CheckerBench, type Draft, pod, WEB, webPod, webSet } from './testing.ts';

const CLAIM = 'core/persistentvolumeclaims/default/data-web-0';
const VOLUME = 'core/persistentvolumes/pv-0';
const memberLabels = { metadata: { labels: { app: 'web', 'statefulset.kubernetes.io/pod-name': 'web-0' } } };

function boundClaim(modes: readonly string[] = ['ReadWriteOnce']): Draft {
  return {
    kind: 'PersistentVolumeClaim',
    spec: { accessModes: modes, volumeName: 'pv-0' },
    status: { phase: 'Bound' },
  };
}

/** A set with one claim template, its member 0 on n1, its claim bound. */
function bench(modes?: readonly string[]): { bench: CheckerBench; member: KubeObject } {
  const made = new CheckerBench(S3);
  made.put(WEB, webSet({ volumeClaimTemplates: [{ metadata: { name: 'data' } }] }));
  made.put('core/nodes/n1', { metadata: { labels: { zone: 'a' } } });
  made.put('core/nodes/n2', { metadata: { labels: { zone: 'b' } } });
  const uid = 'claim-0';
  made.put(VOLUME, { spec: { claimRef: { namespace: 'default', name: 'data-web-0', uid } } });
  made.put(CLAIM, { ...boundClaim(modes), metadata: { uid } });
  const member = made.put(pod(0), webPod(made, memberLabels));
  return { bench: made, member };
}

const mounting = (kind: 'mounted' | 'unmounted', of: KubeObject, node: string, claims = ['data-web-0']) =>
  ({ kind, node, podUid: of.metadata.uid!, pod: 'default/web-0', claims }) as const;

test('the own claim, in one place at a time, is right', () => {
  const { bench: b, member } = bench();
  b.happen(mounting('mounted', member, 'n1'));
  b.started(member, { claims: ['data-web-0'] });
  b.happen(mounting('unmounted', member, 'n1'));
  b.happen(mounting('mounted', { ...member, metadata: { ...member.metadata, uid: 'next' } }, 'n2'));
  expect(b.violations).toEqual([]);
  expect(b.evaluations).toBe(4);
});

test('a member without its claim, or with that of another ordinal, fires', () => {
  const { bench: b, member } = bench();
  b.started(member, { claims: [] });
  expect(b.violations[0]).toContain('without its claim data-web-0');
  b.started(member, { claims: ['data-web-0', 'data-web-1'] });
  expect(b.violations[1]).toContain('claim data-web-1 of another ordinal');
});

test('a volume of a single writer on two machines fires, unless the pod before was forced away', () => {
  const { bench: b, member } = bench();
  b.happen(mounting('mounted', member, 'n1'));
  const next = { ...member, metadata: { ...member.metadata, uid: 'next' } };
  b.happen(mounting('mounted', next, 'n2'));
  expect(b.violations).toHaveLength(1);
  const forced = bench();
  forced.bench.happen(mounting('mounted', forced.member, 'n1'));
  forced.bench.call(pod(0), { verb: 'delete', program: 'administrator', options: { gracePeriodSeconds: 0 } });
  forced.bench.remove(pod(0));
  forced.bench.happen(mounting('mounted', next, 'n2'));
  expect(forced.bench.violations).toEqual([]);
});

test('two pods of one machine may share ReadWriteOnce, not ReadWriteOncePod', () => {
  const counts = [['ReadWriteOnce'], ['ReadWriteOncePod']].map((modes) => {
    const { bench: b, member } = bench(modes);
    b.happen(mounting('mounted', member, 'n1'));
    b.happen(mounting('mounted', { ...member, metadata: { ...member.metadata, uid: 'other' } }, 'n1'));
    return b.violations.length;
  });
  expect(counts).toEqual([0, 1]);
});

test('a volume where its affinity does not let it be fires', () => {
  const { bench: b, member } = bench();
  const terms = [{ matchExpressions: [{ key: 'zone', operator: 'In', values: ['a'] }] }];
  b.change(VOLUME, { spec: { nodeAffinity: { required: { nodeSelectorTerms: terms } } } });
  b.happen(mounting('mounted', member, 'n1'));
  expect(b.violations).toEqual([]);
  b.happen(mounting('unmounted', member, 'n1'));
  b.happen(mounting('mounted', member, 'n2'));
  expect(b.violations).toHaveLength(1);
});

test('a pod made before its claim fires', () => {
  const { bench: b } = bench();
  b.pass('default/web');
  b.call(pod(0), { verb: 'create', body: webPod(b) });
  expect(b.violations).toEqual([]);
  b.call(pod(1), { verb: 'create', body: webPod(b) });
  expect(b.violations[0]).toContain('is made before its claim data-web-1');
});

test('a pod that gets its node while its claim was never bound fires', () => {
  const { bench: b } = bench();
  const volumes = [{ name: 'data', persistentVolumeClaim: { claimName: 'data-web-1' } }];
  b.put(pod(1), webPod(b, { spec: { volumes } }));
  b.put('core/persistentvolumeclaims/default/data-web-1', {
    kind: 'PersistentVolumeClaim',
    spec: {},
    status: { phase: 'Pending' },
  });
  const binding = { verb: 'createSub', subresource: 'binding', program: 'kube-scheduler#0' } as const;
  // One that was meant for an earlier pod of the name comes late and is refused.
  b.call(pod(1), { ...binding, body: { metadata: { uid: 'earlier' } } });
  expect(b.violations).toEqual([]);
  b.call(pod(1), binding);
  expect(b.violations[0]).toContain('while its claim data-web-1 never was bound');
});

test('a claim bound to the volume of an earlier claim of its name fires', () => {
  const { bench: b } = bench();
  b.remove(CLAIM);
  b.put(CLAIM, { ...boundClaim(), metadata: { uid: 'claim-0-again' } });
  expect(b.violations[0]).toContain('which never was given to it');
});
