import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { canonicalJson } from './canonical-json.ts';
import {
  decideRevision,
  newRevision,
  revisionHash,
  revisionName,
  superfluousRevisions,
  templateBytes,
} from './revisions.ts';
import type { ControllerRevision, StatefulSet } from './types.ts';

const template = (image: string) => ({
  metadata: { labels: { app: 'web' } },
  spec: {
    automountServiceAccountToken: false,
    containers: [
      {
        name: 'main',
        image,
        resources: {},
        terminationMessagePath: '/dev/termination-log',
        terminationMessagePolicy: 'File',
        imagePullPolicy: 'IfNotPresent',
      },
    ],
    dnsPolicy: 'ClusterFirst',
    restartPolicy: 'Always',
    schedulerName: 'manual',
    securityContext: {},
    terminationGracePeriodSeconds: 30,
  },
});
const set = (image: string): StatefulSet => ({
  apiVersion: 'apps/v1',
  kind: 'StatefulSet',
  metadata: { name: 'web', namespace: 'n', uid: 'u', annotations: { 'kubernetes.io/change-cause': 'why' } },
  spec: { selector: { matchLabels: { app: 'web' } }, template: template(image) },
});
const revision = (image: string, number: number): ControllerRevision => newRevision(set(image), number, 0, 0);

describe('revision names', () => {
  it('are those of upstream, from the bytes of the defaulted template', () => {
    expect(revision('example.com/web:1', 1).metadata.name).toBe('web-6f6cdc5fc4');
  });

  it('move with the collision count while the label stays', () => {
    const moved = newRevision(set('example.com/web:1'), 1, 0, 1);
    expect(moved.metadata.name).toBe('web-6f6cdc5fc5');
    expect(moved.metadata.labels?.['controller.kubernetes.io/hash']).toBe('6f6cdc5fc4');
  });

  it('keep the annotations of the set and cut long names', () => {
    expect(revision('a', 1).metadata.annotations).toEqual({ 'kubernetes.io/change-cause': 'why' });
    expect(revisionName('x'.repeat(300), 'abc')).toBe(`${'x'.repeat(223)}-abc`);
  });

  const recorded = resolve(import.meta.dirname, '../../../../shared/transcripts/scenarios');
  it.skipIf(!existsSync(recorded))('agree with all recordings of v1.36.3', () => {
    let compared = 0;
    for (const file of readdirSync(recorded)) {
      const text = readFileSync(resolve(recorded, file), 'utf8');
      for (const object of JSON.parse(text).expect.final ?? []) {
        const label = object.metadata.labels?.['controller.kubernetes.io/hash'];
        // Where a time was in the template the recording holds a placeholder.
        if (
          object.kind !== 'ControllerRevision' ||
          label === undefined ||
          canonicalJson(object.data).includes('time\\u003e')
        )
          continue;
        if (file === 'revision-collision.json') continue;
        expect(revisionHash(canonicalJson(object.data), 0), file).toBe(label);
        compared++;
      }
    }
    expect(compared).toBeGreaterThan(50);
  });
});

describe('canonical JSON', () => {
  it('sorts keys and escapes as Go does', () => {
    expect(canonicalJson({ b: '<a&b>\u2028', a: [1, null, true, { d: 1, c: 2 }], é: '' })).toBe(
      '{"a":[1,null,true,{"c":2,"d":1}],"b":"\\u003ca\\u0026b\\u003e\\u2028","é":""}',
    );
  });
});

describe('decideRevision', () => {
  it('creates the first, reuses the last, renumbers an older one', () => {
    const [a, b] = [revision('a', 1), revision('b', 2)];
    expect(decideRevision(set('a'), [])).toEqual({ kind: 'create', number: 1 });
    expect(decideRevision(set('b'), [a, b])).toEqual({ kind: 'use', revision: b });
    expect(decideRevision(set('a'), [a, b])).toEqual({ kind: 'renumber', revision: a, number: 3 });
    expect(decideRevision(set('c'), [a, b])).toEqual({ kind: 'create', number: 3 });
  });

  it('versions nothing but the template', () => {
    const scaled = { ...set('a'), spec: { ...set('a').spec, replicas: 7 } };
    expect(templateBytes(scaled.spec.template)).toBe(templateBytes(set('a').spec.template));
  });
});

describe('superfluousRevisions', () => {
  const history = ['a', 'b', 'c', 'd'].map((image, index) => revision(image, index + 1));
  const limited = (limit: number) => ({ ...set('d'), spec: { ...set('d').spec, revisionHistoryLimit: limit } });
  const live = new Set([history[0]!.metadata.name!, history[3]!.metadata.name!]);

  it('keeps what is live and the newest others', () => {
    expect(superfluousRevisions(limited(1), history, live)).toEqual([history[1]]);
    expect(superfluousRevisions(limited(0), history, live)).toEqual([history[1], history[2]]);
  });

  it('keeps everything with a negative limit', () => {
    expect(superfluousRevisions(limited(-1), history, new Set())).toEqual([]);
  });
});
