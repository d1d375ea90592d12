import type { KubeObject } from '../../schema/object.ts';
import { defineKind } from '../generic.ts';
import { NAME, text } from '../shared/columns.ts';

function healthy(object: KubeObject): { status?: string; message?: string; error?: string } | undefined {
  return object.conditions?.find((condition: { type: string }) => condition.type === 'Healthy');
}

function statusText(object: KubeObject): string {
  switch (healthy(object)?.status) {
    case undefined:
      return 'Unknown';
    case 'True':
      return 'Healthy';
    default:
      return 'Unhealthy';
  }
}

export const componentStatus = defineKind({
  group: '',
  version: 'v1',
  kind: 'ComponentStatus',
  plural: 'componentstatuses',
  shortNames: ['cs'],
  namespaced: false,
  verbs: ['get', 'list'],
  persisted: false,
  deprecation: 'v1 ComponentStatus is deprecated in v1.19+',
  columns: [
    NAME,
    text('Status', statusText),
    text('Message', (o) => healthy(o)?.message ?? ''),
    text('Error', (o) => healthy(o)?.error ?? ''),
  ],
});
