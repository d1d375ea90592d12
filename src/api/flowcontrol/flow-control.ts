import type { Draft } from '../../schema/kind.ts';
import type { KubeObject } from '../../schema/object.ts';
import { defineKind } from '../generic.ts';
import { AGE, integer, NAME, text } from '../shared/columns.ts';
import type { Json } from '../shared/json.ts';
import { takeAllButStatus, takeStatusAlone } from '../shared/transitions.ts';

const COMMON = {
  group: 'flowcontrol.apiserver.k8s.io',
  version: 'v1',
  namespaced: false,
  generation: true,
  update: { prepare: takeAllButStatus },
  status: { prepare: takeStatusAlone },
  resetFields: { status: [['metadata'], ['spec']] },
} as const;

const HAND_SIZE = 8;
const QUEUES = 64;
const QUEUE_LENGTH = 50;
const SHARES = 30;
const PRECEDENCE = 1000;

function defaultLevel(draft: Draft): void {
  const { limited, exempt } = draft.spec ?? {};
  if (exempt !== undefined) {
    exempt.nominalConcurrencyShares ??= 0;
    exempt.lendablePercent ??= 0;
  }
  if (limited === undefined) return;
  limited.nominalConcurrencyShares ??= SHARES;
  limited.lendablePercent ??= 0;
  const queuing = limited.limitResponse?.queuing;
  if (queuing === undefined) return;
  queuing.handSize ||= HAND_SIZE;
  queuing.queues ||= QUEUES;
  queuing.queueLengthLimit ||= QUEUE_LENGTH;
}

const queuing = (object: KubeObject, field: string): string =>
  String(object.spec?.limited?.limitResponse?.queuing?.[field] ?? '<none>');

function missingLevel(object: KubeObject): string {
  const dangling = (object.status?.conditions ?? []).find((condition: Json) => condition.type === 'Dangling');
  return dangling?.status ?? '?';
}

export const flowSchema = defineKind({
  ...COMMON,
  kind: 'FlowSchema',
  plural: 'flowschemas',
  defaults(draft) {
    draft.spec ??= {};
    draft.spec.matchingPrecedence ||= PRECEDENCE;
  },
  create: {
    validate(object, errors) {
      if ((object.spec?.priorityLevelConfiguration?.name ?? '') === '') {
        errors.required('spec.priorityLevelConfiguration.name', 'must reference a priority level');
      }
      const precedence: number = object.spec?.matchingPrecedence ?? PRECEDENCE;
      if (precedence <= 0) errors.invalid('spec.matchingPrecedence', precedence, 'must be a positive value');
      if (precedence > 10000) errors.invalid('spec.matchingPrecedence', precedence, 'must not be greater than 10000');
    },
  },
  columns: [
    NAME,
    text('PriorityLevel', (o) => o.spec?.priorityLevelConfiguration?.name ?? ''),
    integer('MatchingPrecedence', (o) => o.spec?.matchingPrecedence ?? 0),
    text('DistinguisherMethod', (o) => o.spec?.distinguisherMethod?.type ?? '<none>'),
    AGE,
    text('MissingPL', missingLevel),
  ],
});

export const priorityLevelConfiguration = defineKind({
  ...COMMON,
  kind: 'PriorityLevelConfiguration',
  plural: 'prioritylevelconfigurations',
  defaults: defaultLevel,
  create: {
    validate(object, errors) {
      const type: string = object.spec?.type ?? '';
      if (type === '') errors.required('spec.type');
      else if (type !== 'Limited' && type !== 'Exempt') errors.notSupported('spec.type', type, ['Exempt', 'Limited']);
      if (type === 'Limited' && object.spec.limited === undefined) {
        errors.required('spec.limited', 'must not be empty when type is Limited');
      }
    },
  },
  columns: [
    NAME,
    text('Type', (o) => o.spec?.type ?? ''),
    text('NominalConcurrencyShares', (o) => o.spec?.limited?.nominalConcurrencyShares ?? '<none>'),
    text('Queues', (o) => queuing(o, 'queues')),
    text('HandSize', (o) => queuing(o, 'handSize')),
    text('QueueLengthLimit', (o) => queuing(o, 'queueLengthLimit')),
    AGE,
  ],
});
