import { describe, expect, it } from 'vitest';
import type { Client, Target } from '../../client/client.ts';
import type { KubeObject } from '../../schema/object.ts';
import type { Lookup } from '../lookup.ts';
import { PodClaims } from './pod-claims.ts';

const claim = (uid: string, volumeName: string, extra: Partial<KubeObject> = {}): KubeObject => ({
  apiVersion: 'v1',
  kind: 'PersistentVolumeClaim',
  metadata: { name: 'c', namespace: 'n', uid },
  spec: { volumeName },
  status: { phase: 'Bound' },
  ...extra,
});
const volume = (name: string, uid?: string): KubeObject => ({
  apiVersion: 'v1',
  kind: 'PersistentVolume',
  metadata: { name },
  spec: uid === undefined ? {} : { claimRef: { uid } },
});
const POD: KubeObject = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'p', namespace: 'n', uid: 'p', resourceVersion: '5' },
  spec: { volumes: [{ name: 'data', persistentVolumeClaim: { claimName: 'c' } }] },
};

/** A cache that has heard of everything up to a revision, and an API server. */
function world(cache: { revision: number; claim?: KubeObject; volumes?: KubeObject[] }, server: KubeObject[] = []) {
  const asked: string[] = [];
  const client = {
    get: async ({ resource }: Target, name: string) => {
      asked.push(`${resource}/${name}`);
      const found = server.find(
        ({ kind, metadata }) => `${kind.toLowerCase()}s` === resource && metadata.name === name,
      );
      if (found === undefined) throw new Error(`${resource} "${name}" not found`);
      return found;
    },
  } as unknown as Client;
  const lookup = {
    claim: () => cache.claim,
    claimsRevision: () => cache.revision,
    volume: (name: string) => cache.volumes?.find(({ metadata }) => metadata.name === name),
  } as unknown as Lookup;
  return { claims: new PodClaims(client, lookup), asked };
}

describe('the claims of a pod', () => {
  it('are taken from a cache that has heard of all up to the pod, and of their volumes', () => {
    const { claims } = world({ revision: 5, claim: claim('a', 'v'), volumes: [volume('v', 'a')] });
    expect(claims.cached(POD)).toMatchObject([{ name: 'data', volume: { metadata: { name: 'v' } } }]);
    expect(() => world({ revision: 5 }).claims.cached(POD)).toThrow('persistentvolumeclaims "c" not found');
  });

  it('are asked for where the cache may be behind, or has not their volumes', async () => {
    const cached = [volume('v', 'a'), volume('w', 'a')];
    expect(world({ revision: 4, claim: claim('a', 'v'), volumes: cached }).claims.cached(POD)).toBeNull();
    expect(world({ revision: 5, claim: claim('a', 'v'), volumes: [] }).claims.cached(POD)).toBeNull();
    expect(world({ revision: 5, claim: claim('b', 'w'), volumes: cached }).claims.cached(POD)).toBeNull();
    const { claims, asked } = world({ revision: 4, claim: claim('a', 'v'), volumes: cached }, [
      claim('b', 'w'),
      volume('w', 'b'),
    ]);
    expect(await claims.live(POD)).toMatchObject([{ claim: { metadata: { uid: 'b' } }, volume: volume('w', 'b') }]);
    expect(asked).toEqual(['persistentvolumeclaims/c', 'persistentvolumes/w']);
    const known = world({ revision: 4, volumes: cached }, [claim('a', 'v')]);
    await known.claims.live(POD);
    expect(known.asked).toEqual(['persistentvolumeclaims/c']);
  });

  it.each([
    ['failed to fetch PVC from API server: persistentvolumeclaims "c" not found', []],
    ['PVC is not bound', [claim('a', 'v', { status: { phase: 'Pending' } })]],
    ['failed to fetch PV v from API server: persistentvolumes "v" not found', [claim('a', 'v')]],
    ['found PV object v but it has a nil pv.Spec.ClaimRef', [claim('a', 'v'), volume('v')]],
    ['its pv.Spec.ClaimRef.UID b does not point to claim.UID a', [claim('a', 'v'), volume('v', 'b')]],
  ])('cannot be used: %s', async (why, server) => {
    await expect(world({ revision: 0 }, server).claims.live(POD)).rejects.toThrow(why);
  });
});
