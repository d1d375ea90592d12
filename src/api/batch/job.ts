import { humanDuration, parseTime } from '../../base/time.ts';
import type { KindDefinition } from '../../schema/kind.ts';
import type { KubeObject } from '../../schema/object.ts';
import { defineKind } from '../generic.ts';
import { AGE, NAME, text } from '../shared/columns.ts';
import { nameWarnings } from '../shared/name-warning.ts';
import { takeAllButStatus, takeStatusOnly } from '../shared/transitions.ts';
import { selectorColumn, templateColumns } from '../shared/workload-columns.ts';
import { templateWarnings } from '../shared/workload-spec.ts';
import { defaultJob, generateSelector, inheritLabels } from './job-defaults.ts';
import { holds, validateJobStatus } from './job-status.ts';
import { validateJob, validateJobUpdate } from './job-validation.ts';

function statusText(job: KubeObject): string {
  if (holds(job.status, 'Complete')) return 'Complete';
  if (holds(job.status, 'Failed')) return 'Failed';
  if (job.metadata.deletionTimestamp !== undefined) return 'Terminating';
  return ['Suspended', 'FailureTarget', 'SuccessCriteriaMet'].find((type) => holds(job.status, type)) ?? 'Running';
}

function completionsText(job: KubeObject): string {
  const succeeded: number = job.status?.succeeded ?? 0;
  if (job.spec?.completions !== undefined) return `${succeeded}/${job.spec.completions}`;
  const parallelism: number = job.spec?.parallelism ?? 0;
  return parallelism > 1 ? `${succeeded}/1 of ${parallelism}` : `${succeeded}/1`;
}

function durationText(job: KubeObject, now: number): string {
  const { startTime, completionTime } = job.status ?? {};
  if (!startTime) return '';
  return humanDuration((completionTime ? parseTime(completionTime) : now) - parseTime(startTime));
}

/** batch/v1 Job. Deleting one through this version leaves its pods, unless told otherwise. */
export const job: KindDefinition = defineKind({
  group: 'batch',
  version: 'v1',
  kind: 'Job',
  plural: 'jobs',
  categories: ['all'],
  namespaced: true,
  metadataOnUpdate: ['change'],
  generation: true,
  defaultPropagation: 'Orphan',
  defaults: defaultJob,
  create: {
    prepare(draft) {
      generateSelector(draft);
      draft.status = {};
      draft.metadata.generation = 1;
    },
    validate: validateJob,
    warnings: (object) => [...nameWarnings(object), ...templateWarnings(object, null)],
  },
  update: {
    prepare(draft, old) {
      takeAllButStatus(draft, old);
      inheritLabels(draft);
    },
    validate: validateJobUpdate,
    warnings: templateWarnings,
  },
  status: {
    prepare(draft, old) {
      takeStatusOnly(draft, old);
      inheritLabels(draft);
    },
    validate: validateJobStatus,
  },
  selectableFields: { 'status.successful': (object) => String(object.status?.succeeded ?? 0) },
  columns: [
    NAME,
    text('Status', statusText),
    text('Completions', completionsText),
    { name: 'Duration', type: 'string', cell: durationText },
    AGE,
    ...templateColumns,
    selectorColumn,
  ],
});
