import { parseTime } from '../../base/time.ts';
import { type FieldErrors, OMITTED } from '../../schema/field-errors.ts';
import type { KubeObject } from '../../schema/object.ts';
import { nonNegative } from '../shared/checks.ts';
import type { Json } from '../shared/json.ts';

const TERMINAL = ['Complete', 'Failed', 'FailureTarget', 'SuccessCriteriaMet'] as const;

/** A condition of this type holds. */
export function holds(status: Json, type: string): boolean {
  return (status?.conditions ?? []).some((condition: Json) => condition.type === type && condition.status === 'True');
}

function validateConditions(status: Json, errors: FieldErrors): void {
  const complete = holds(status, 'Complete');
  const failed = holds(status, 'Failed');
  const say = (text: string): void => errors.invalid('status.conditions', OMITTED, text);
  if (complete && failed) say('cannot set Complete=True and Failed=true conditions');
  if (complete && holds(status, 'FailureTarget')) say('cannot set Complete=True and FailureTarget=true conditions');
  if (status.completionTime !== undefined && !complete) {
    const rule = 'cannot set completionTime when there is no Complete=True condition';
    errors.invalid('status.completionTime', status.completionTime, rule);
  }
  if (status.completionTime === undefined && complete) {
    errors.required('status.completionTime', 'completionTime is required for Complete jobs');
  }
  if (status.completionTime && status.startTime && parseTime(status.completionTime) < parseTime(status.startTime)) {
    const rule = 'completionTime cannot be set before startTime';
    errors.invalid('status.completionTime', status.completionTime, rule);
  }
  if (failed && !holds(status, 'FailureTarget')) {
    say('cannot set Failed=True condition without the FailureTarget=true condition');
  }
  if (complete && !holds(status, 'SuccessCriteriaMet')) {
    say('cannot set Complete=True condition without the SuccessCriteriaMet=true condition');
  }
  if (!complete && !failed) return;
  if ((status.active ?? 0) > 0) {
    errors.invalid('status.active', status.active, 'active>0 is invalid for finished job');
  }
  if (status.startTime === undefined) {
    errors.required('status.startTime', 'startTime is required for finished job');
  }
}

/** batch/v1 JobStatus: counts, and conditions that must not contradict each other or be taken back. */
export function validateJobStatus(job: KubeObject, old: KubeObject, errors: FieldErrors): void {
  const status = job.status ?? {};
  const before = old.status ?? {};
  for (const name of ['active', 'succeeded', 'failed', 'ready', 'terminating'] as const) {
    nonNegative(status[name], `status.${name}`, errors);
  }
  validateConditions(status, errors);
  for (const type of TERMINAL) {
    if (!holds(before, type) || holds(status, type)) continue;
    const terminal = type === 'Complete' || type === 'Failed' ? 'the terminal' : 'the';
    errors.invalid('status.conditions', OMITTED, `cannot disable ${terminal} ${type}=True condition`);
  }
  if (before.startTime !== undefined && old.spec?.suspend !== true && job.spec?.suspend !== true) {
    if (status.startTime === undefined) {
      errors.required('status.startTime', 'startTime cannot be removed for unsuspended job');
    } else if (status.startTime !== before.startTime) {
      errors.invalid('status.startTime', status.startTime, 'startTime cannot be modified for unsuspended job');
    }
  }
}
