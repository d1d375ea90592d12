import type { KubeObject } from '../../schema/object.ts';
import { defineKind } from '../generic.ts';
import { formatV4, parseIp } from '../shared/cidr.ts';
import { AGE, NAME, text } from '../shared/columns.ts';
import { validateImmutable } from '../shared/transitions.ts';

const nameRule = (name: string): readonly string[] => {
  const ip = parseIp(name);
  if (ip === null) return ['must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)'];
  return ip.family === 'IPv4' && formatV4(ip.value) !== name ? ['must be in canonical form'] : [];
};

function parentText(object: KubeObject): string {
  const { group = '', resource = '', namespace = '', name = '' } = object.spec?.parentRef ?? {};
  return [group === '' ? resource : `${resource}.${group}`, namespace, name].filter((part) => part !== '').join('/');
}

export const ipAddress = defineKind({
  group: 'networking.k8s.io',
  version: 'v1',
  kind: 'IPAddress',
  plural: 'ipaddresses',
  shortNames: ['ip'],
  namespaced: false,
  nameRule,
  create: {
    validate(object, errors) {
      const ref = object.spec?.parentRef;
      if (ref === undefined) errors.required('spec.parentRef');
      else {
        if ((ref.resource ?? '') === '') errors.required('spec.parentRef.resource');
        if ((ref.name ?? '') === '') errors.required('spec.parentRef.name');
      }
    },
  },
  update: {
    validate: (object, old, errors) =>
      validateImmutable(object.spec?.parentRef, old.spec?.parentRef, 'spec.parentRef', errors),
  },
  selectableFields: {
    'spec.parentRef.name': (o) => o.spec?.parentRef?.name ?? '',
    'spec.parentRef.namespace': (o) => o.spec?.parentRef?.namespace ?? '',
    'spec.parentRef.resource': (o) => o.spec?.parentRef?.resource ?? '',
  },
  columns: [NAME, text('ParentRef', parentText), AGE],
});
