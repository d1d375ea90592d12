import type { FieldErrors } from '../../schema/field-errors.ts';
import type { Draft, KindDefinition } from '../../schema/kind.ts';
import type { KubeObject } from '../../schema/object.ts';
import { formatLabelSelector } from '../../schema/selectors.ts';
import { defineKind } from '../generic.ts';
import { nonNegative, notOneOf, validateAnnotations, validateLabels } from '../shared/checks.ts';
import { AGE, age, integer, NAME, NONE, text, wide } from '../shared/columns.ts';
import { nameWarnings } from '../shared/name-warning.ts';
import { defaultTemplate } from '../shared/pod-defaults.ts';
import { podTemplateWarnings } from '../shared/pod-warnings.ts';
import { takeAllButStatus, takeStatusOnly } from '../shared/transitions.ts';
import { containerColumns } from '../shared/workload-columns.ts';
import { defaultPodFailurePolicy } from './job-defaults.ts';
import { validateJobSpec } from './job-spec.ts';
import { scheduleError, timeZoneError } from './schedule.ts';

/** Jobs add eleven characters to the name. */
const MAX_NAME = 52;
const CONCURRENCY: readonly string[] = ['Allow', 'Forbid', 'Replace'];

/** The job template gets no defaults of a Job: those come when a job is made of it. */
function defaults(draft: Draft): void {
  draft.spec ??= {};
  const spec = draft.spec;
  spec.schedule ??= '';
  spec.concurrencyPolicy ??= 'Allow';
  spec.suspend ??= false;
  spec.successfulJobsHistoryLimit ??= 3;
  spec.failedJobsHistoryLimit ??= 1;
  spec.jobTemplate ??= {};
  spec.jobTemplate.metadata ??= {};
  spec.jobTemplate.spec ??= {};
  defaultTemplate(spec.jobTemplate.spec);
  defaultPodFailurePolicy(spec.jobTemplate.spec.podFailurePolicy);
}

function validateSchedule(object: KubeObject, old: KubeObject | null, errors: FieldErrors): void {
  const { schedule, timeZone } = object.spec;
  if (schedule === '') {
    errors.required('spec.schedule');
    return;
  }
  const problem = scheduleError(schedule);
  if (problem !== null) errors.invalid('spec.schedule', schedule, problem);
  if (!schedule.includes('TZ')) return;
  if (old?.spec.schedule.includes('TZ') !== true) {
    const rule = 'cannot use TZ or CRON_TZ in schedule, use timeZone field instead';
    errors.invalid('spec.schedule', schedule, rule);
  } else if (timeZone !== undefined) {
    errors.invalid('spec.schedule', schedule, 'cannot use both timeZone field and TZ or CRON_TZ in schedule');
  }
}

function validate(object: KubeObject, old: KubeObject | null, errors: FieldErrors): void {
  const spec = object.spec;
  validateSchedule(object, old, errors);
  nonNegative(spec.startingDeadlineSeconds, 'spec.startingDeadlineSeconds', errors);
  if (spec.timeZone !== undefined && spec.timeZone !== old?.spec.timeZone) {
    const problem = timeZoneError(spec.timeZone);
    if (problem !== null) errors.invalid('spec.timeZone', spec.timeZone, problem);
  }
  const policy: string = spec.concurrencyPolicy;
  if (!CONCURRENCY.includes(policy)) notOneOf('spec.concurrencyPolicy', policy, CONCURRENCY, errors);
  const template = spec.jobTemplate;
  validateLabels(template.metadata.labels, 'spec.jobTemplate.labels', errors);
  validateAnnotations(template.metadata.annotations, 'spec.jobTemplate.annotations', errors);
  validateJobSpec(template.spec, 'spec.jobTemplate.spec', errors);
  nonNegative(spec.successfulJobsHistoryLimit, 'spec.successfulJobsHistoryLimit', errors);
  nonNegative(spec.failedJobsHistoryLimit, 'spec.failedJobsHistoryLimit', errors);
}

function warnings(object: KubeObject): readonly string[] {
  const out = [...podTemplateWarnings(object.spec.jobTemplate.spec.template, 'spec.jobTemplate.spec.template')];
  if (object.spec.schedule.includes('TZ')) {
    out.push(
      'CRON_TZ or TZ used in spec.schedule is not officially supported, see https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/ for more details',
    );
  }
  return out;
}

/** batch/v1 CronJob. */
export const cronJob: KindDefinition = defineKind({
  group: 'batch',
  version: 'v1',
  kind: 'CronJob',
  plural: 'cronjobs',
  shortNames: ['cj'],
  categories: ['all'],
  namespaced: true,
  metadataOnUpdate: ['change'],
  generation: true,
  defaults,
  create: {
    prepare(draft) {
      draft.status = {};
      draft.metadata.generation = 1;
    },
    validate(object, errors) {
      validate(object, null, errors);
      const name = object.metadata.name ?? '';
      if (name.length > MAX_NAME) {
        errors.invalid('metadata.name', name, `must be no more than ${MAX_NAME} characters`);
      }
    },
    warnings: (object) => [...nameWarnings(object), ...warnings(object)],
  },
  update: { prepare: takeAllButStatus, validate, warnings },
  status: { prepare: takeStatusOnly },
  columns: [
    NAME,
    text('Schedule', (object) => object.spec.schedule),
    text('Timezone', (object) => object.spec.timeZone ?? NONE),
    { name: 'Suspend', type: 'boolean', cell: (object) => (object.spec.suspend === true ? 'True' : 'False') },
    integer('Active', (object) => object.status?.active?.length ?? 0),
    {
      name: 'Last Schedule',
      type: 'string',
      cell: ({ status }, now) => (status?.lastScheduleTime ? age(status.lastScheduleTime, now) : NONE),
    },
    AGE,
    ...containerColumns((object) => object.spec.jobTemplate?.spec?.template),
    wide('Selector', (object) => formatLabelSelector(object.spec.jobTemplate?.spec?.selector)),
  ],
});
