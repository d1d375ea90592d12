import { describe, expect, it } from 'vitest';
import { OPT_IN } from '../../../api/apps/stateful-set-opt-ins.ts';
import { EVENTS, PERSISTENT_VOLUME_CLAIMS, STORAGE_CLASSES } from '../../../client/resources.ts';
import { forbidden } from '../../../schema/status.ts';
import type { PersistentVolumeClaim } from '../../framework/objects.ts';
import { claimsOf } from '../identity.ts';
import { aSet, iso, NOW } from '../testing/members.ts';
import { sets, startWorld, webSet } from '../testing/world.ts';
import { decideGrowth, EXPANSION_ANNOTATION } from './claim-growth.ts';

const claims = { ...PERSISTENT_VOLUME_CLAIMS, namespace: 'n' };
const requests = (storage: string) => ({ resources: { requests: { storage } } });
const template = (name: string, storage = '10Gi'): PersistentVolumeClaim => ({
  apiVersion: 'v1',
  kind: 'PersistentVolumeClaim',
  metadata: { name },
  spec: { storageClassName: 'slow', ...requests(storage) },
});
const growing = (text: string, spec: object = {}) =>
  aSet({ [OPT_IN.growth]: text }, { volumeClaimTemplates: [template('data'), template('logs')], ...spec });

type Claim = { request: string; capacity?: string; condition?: string; phase?: string; owner?: string };

/** What is decided when the claims of template `data` are these, by ordinal. */
function decided(all: readonly Claim[], set = growing('data=20Gi')): string {
  const lookup = (name: string): PersistentVolumeClaim | undefined => {
    const found = name.startsWith('data-') ? all[Number(name.slice('data-web-'.length))] : undefined;
    if (found === undefined) return undefined;
    const { request, capacity = request, condition, phase = 'Bound', owner } = found;
    const ownerReferences = owner === undefined ? [] : [{ apiVersion: 'v1', kind: owner, name: 'web', uid: 'other' }];
    return {
      ...template(name, request),
      metadata: { name, ownerReferences },
      status: {
        phase,
        capacity: { storage: capacity },
        conditions: condition === undefined ? [] : [{ type: condition, status: 'True', lastTransitionTime: iso(NOW) }],
      },
    };
  };
  const step = decideGrowth(set, lookup);
  if (step.kind === 'none') return 'none';
  const what = step.kind === 'raise' ? step.claims.map(({ claim, size }) => `${claim.metadata.name}=${size}`) : [];
  return `${step.kind} ${step.ordinal} ${what.join()}`.trim();
}

describe('growth of claims', () => {
  const [small, done] = [{ request: '10Gi' }, { request: '20Gi' }];

  it('begins at the highest ordinal and goes on when that one is done', () => {
    expect(decided([small, small, small])).toBe('raise 2 data-web-2=20Gi');
    expect(decided([small, small, { request: '20Gi', capacity: '10Gi' }])).toBe('wait 2');
    expect(decided([small, small, { request: '20Gi', condition: 'FileSystemResizePending' }])).toBe('wait 2');
    expect(decided([small, small, { request: '20Gi', condition: 'Resizing' }])).toBe('wait 2');
    expect(decided([small, small, done])).toBe('raise 1 data-web-1=20Gi');
    expect(decided([done, done, done])).toBe('none');
  });

  it('never shrinks, and leaves claims alone that cannot grow or are not of a member', () => {
    expect(decided([done, done, { request: '30Gi' }])).toBe('none');
    expect(decided([done, { request: '10Gi', phase: 'Pending' }, done])).toBe('none');
    expect(decided([done, done, { ...small, owner: 'Pod' }])).toBe('none');
    expect(decided([done, done, { ...small, owner: 'StatefulSet' }])).toBe('none');
    expect(decided([done, done, { ...small, owner: 'ServiceAccount' }])).toBe('raise 2 data-web-2=20Gi');
    expect(decided([done, done, done, small])).toBe('none');
    expect(decided([small, done, done, small], growing('data=20Gi', { replicas: 4 }))).toBe('raise 3 data-web-3=20Gi');
    expect(decided([small, small, small], aSet({}))).toBe('none');
  });

  it('makes new claims in the new size', () => {
    expect(claimsOf(growing('data=20Gi'), 0).map((claim) => claim.spec.resources?.requests?.storage)).toEqual([
      '20Gi',
      '10Gi',
    ]);
    const plain = aSet({}, { volumeClaimTemplates: [template('data')] });
    expect(claimsOf(plain, 0)[0]!.spec).toEqual(template('data').spec);
  });
});

async function running(classAnnotations: Record<string, string> = {}) {
  const world = await startWorld();
  const { client, clock } = world;
  await client.create(STORAGE_CLASSES, {
    apiVersion: 'storage.k8s.io/v1',
    kind: 'StorageClass',
    metadata: { name: 'slow', annotations: classAnnotations },
    provisioner: 'x',
  });
  await client.create(sets, webSet({}, { volumeClaimTemplates: [template('data')] }));
  await clock.settle();
  const claimStatus = async (name: string, status: object) => {
    const claim = await client.get<PersistentVolumeClaim>(claims, name);
    await client.update(
      claims,
      { ...claim, status: { ...claim.status, ...status } } as PersistentVolumeClaim,
      'status',
    );
    await clock.settle();
  };
  for (const ordinal of [0, 1]) {
    await world.ready(`web-${ordinal}`);
    await claimStatus(`data-web-${ordinal}`, { phase: 'Bound', capacity: { storage: '10Gi' } });
  }
  const grow = async () => {
    await clock.advance(60_000);
    await client.patch(sets, 'web', 'merge', { metadata: { annotations: { [OPT_IN.growth]: 'data=20Gi' } } });
    await clock.settle();
  };
  const sizes = async () =>
    (await client.list<PersistentVolumeClaim>(claims)).items.map((claim) => claim.spec.resources?.requests?.storage);
  const pending = () => ({
    capacity: { storage: '10Gi' },
    conditions: [
      { type: 'FileSystemResizePending', status: 'True', lastTransitionTime: new Date(clock.now()).toISOString() },
    ],
  });
  return { ...world, claimStatus, grow, sizes, pending };
}

describe('a set whose claims grow', () => {
  it('goes on as the claims tell, without touching pods', async () => {
    const world = await running();
    await world.grow();
    expect(await world.sizes()).toEqual(['10Gi', '20Gi']);
    await world.claimStatus('data-web-1', world.pending());
    expect(await world.sizes()).toEqual(['10Gi', '20Gi']);
    await world.claimStatus('data-web-1', { capacity: { storage: '20Gi' }, conditions: [] });
    expect(await world.sizes()).toEqual(['20Gi', '20Gi']);
    expect(world.client.log.filter((line) => line.startsWith('delete'))).toEqual([]);
    expect(await world.events()).toContain('ClaimGrowth: Claim data-web-0 grows to 20Gi');
  });

  it('restarts a pod once where the class grows filesystems at mounting only, and when all members are well', async () => {
    const world = await running({ [EXPANSION_ANNOTATION]: 'offline' });
    await world.grow();
    await world.unready('web-0');
    await world.claimStatus('data-web-1', world.pending());
    const deletes = () => world.client.log.filter((line) => line.startsWith('delete'));
    expect(deletes()).toEqual([]);
    await world.ready('web-0');
    expect(deletes()).toEqual(['delete pods/web-1']);
    await world.ready('web-1');
    await world.clock.advance(60_000);
    expect(deletes()).toEqual(['delete pods/web-1']);
  });

  it('tells why a claim may not grow, and does not hold the rest of the set up', async () => {
    const world = await running();
    world.client.intercept = ({ verb, resource, name }) => {
      if (verb === 'update' && resource === 'persistentvolumeclaims') throw forbidden(claims, name, 'only some may');
    };
    await world.grow();
    await world.client.patch(sets, 'web', 'merge', { spec: { replicas: 3 } });
    await world.clock.settle();
    expect(await world.names()).toEqual(['web-0', 'web-1', 'web-2']);
    const events = (await world.client.list({ ...EVENTS, namespace: 'n' })).items;
    const told = events.find((event) => event.reason === 'FailedClaimGrowth');
    expect(told?.message).toMatch(/^Claim data-web-1 cannot grow to 20Gi: .*only some may$/);
  });
});
