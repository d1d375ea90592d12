import { expect, it } from 'vitest';
import { parseSubject } from './subject.ts';

it.each([
  ['sts/web', 'StatefulSet', 'shop'],
  ['StatefulSet/web', 'StatefulSet', 'shop'],
  ['statefulsets.apps/web', 'StatefulSet', 'shop'],
  ['po/web', 'Pod', 'shop'],
  ['pvc/web', 'PersistentVolumeClaim', 'shop'],
  ['pdb/web', 'PodDisruptionBudget', 'shop'],
  ['no/web', 'Node', ''],
])('%s', (text, kind, namespace) => {
  expect(parseSubject(text, 'shop')).toEqual({ kind, namespace, name: 'web' });
});

it('says what it takes', () => {
  expect(() => parseSubject('web', 'shop')).toThrow(
    '"web" is not KIND/NAME. Write for example sts/web, with one of: sts, pod, pvc, node, pdb.',
  );
  expect(() => parseSubject('deploy/web', 'shop')).toThrow(
    '"deploy" is not a kind that can be explained; these can: sts, pod, pvc, node, pdb (long names too).',
  );
});
