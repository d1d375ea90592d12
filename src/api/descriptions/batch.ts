import { CONDITION, STORED_ONLY, type Texts } from './texts.ts';

export const BATCH: Texts = {
  prefix: 'io.k8s.api.batch.v1',
  texts: {
    Job: {
      '': `Runs pods until enough of them have succeeded, and replaces those that fail. ${STORED_ONLY}`,
      spec: 'What is wanted. Most of it cannot be changed.',
      status: 'How far it is.',
    },
    JobSpec: {
      parallelism: 'How many pods run at once at most; default 1. Can be changed; 0 pauses.',
      completions:
        'How many pods must succeed. Default 1, if parallelism is left out too; else one success is enough and the pods agree among themselves.',
      activeDeadlineSeconds:
        'Seconds after which the Job fails and its pods are ended, whatever the backoff. Default never.',
      podFailurePolicy:
        'What particular failures mean, instead of counting all alike. Needs pods with restartPolicy Never.',
      successPolicy: 'When an Indexed Job counts as done before all indexes have succeeded.',
      backoffLimit:
        'How many failures of pods are borne before the Job fails; default 6. Retries wait 10 s, doubling up to 10 min.',
      backoffLimitPerIndex: 'The same for each index of an Indexed Job, which then fails alone.',
      maxFailedIndexes: 'How many failed indexes are borne before the Job fails. With backoffLimitPerIndex.',
      selector: 'Its pods. Made by the server; leave it out.',
      manualSelector: 'True: the selector is yours, and so is the care that no other pods match. Default false.',
      template: 'What pods are made of; restartPolicy must be Never or OnFailure. Cannot be changed.',
      ttlSecondsAfterFinished:
        'Seconds after its end at which the Job is deleted with its pods. Default never; 0 at once.',
      completionMode:
        '`NonIndexed` (default), or `Indexed`: every pod has an index from 0 on, as annotation, host name and JOB_COMPLETION_INDEX.',
      suspend: 'True: no pods; those that run are ended. Default false. Its time does not count.',
      podReplacementPolicy:
        '`TerminatingOrFailed` (default): a pod is replaced as soon as it is terminating. `Failed`: only when it has ended.',
      managedBy: 'Another controller that looks after the Job. Cannot be changed.',
    },
    PodFailurePolicy: {
      rules: 'Rules in order; the first that fits decides, and failures without one count as usual.',
    },
    PodFailurePolicyRule: {
      action: '`FailJob`, `FailIndex`, `Ignore` (does not count), or `Count`.',
      onExitCodes: 'Fits by exit code.',
      onPodConditions: 'Fits by conditions of the pod, such as DisruptionTarget; one is enough.',
    },
    PodFailurePolicyOnExitCodesRequirement: {
      containerName: 'Only this container. Default: any.',
      operator: '`In` or `NotIn`; exit code 0 never fits.',
      values: 'The exit codes.',
    },
    PodFailurePolicyOnPodConditionsPattern: { type: 'Type of the condition.', status: 'Its status; default `True`.' },
    SuccessPolicy: { rules: 'Rules in order; the first that fits ends the Job as succeeded.' },
    SuccessPolicyRule: {
      succeededIndexes: 'Indexes that count, such as `0,2-4`. Default all.',
      succeededCount: 'How many of them must succeed. Default all.',
    },
    JobStatus: {
      conditions: 'Complete, Failed, Suspended, FailureTarget, SuccessCriteriaMet.',
      startTime: 'When it began; reset when it is resumed.',
      completionTime: 'When it succeeded.',
      active: 'Pods that are pending or running.',
      ready: 'Those of them that are Ready.',
      succeeded: 'Pods that succeeded.',
      failed: 'Pods that failed.',
      terminating: 'Pods that are being deleted.',
      completedIndexes: 'Indexes that succeeded, such as `0,2-4`.',
      failedIndexes: 'Indexes that failed for good.',
      uncountedTerminatedPods: 'Pods that have ended and are not in the counts yet.',
    },
    UncountedTerminatedPods: { succeeded: 'Uids of those that succeeded.', failed: 'Uids of those that failed.' },
    JobCondition: { ...CONDITION, lastProbeTime: 'When it was last looked at.' },
    JobTemplateSpec: { metadata: 'Labels and annotations of the Jobs.', spec: 'Specification of the Jobs.' },
    CronJob: { '': `Makes Jobs at certain times. ${STORED_ONLY}`, spec: 'When, and which.', status: 'What it made.' },
    CronJobSpec: {
      schedule: 'When, in cron form: minute, hour, day of month, month, day of week; or `@hourly`, `@daily` and so on.',
      timeZone: 'Time zone of the schedule, such as `Europe/Berlin`. Default: that of the server.',
      startingDeadlineSeconds:
        'How late a Job may still be made, when its time was missed. Default: at any time; values below 10 may miss all.',
      concurrencyPolicy:
        'When the last Job still runs: `Allow` (default) another, `Forbid` skips this time, `Replace` deletes the old one.',
      suspend: 'True: no new Jobs. Default false.',
      jobTemplate: 'What Jobs are made of. A change counts for later ones.',
      successfulJobsHistoryLimit: 'How many Jobs that succeeded are kept; default 3.',
      failedJobsHistoryLimit: 'How many Jobs that failed are kept; default 1.',
    },
    CronJobStatus: {
      active: 'Jobs that run.',
      lastScheduleTime: 'When a Job was last due and made.',
      lastSuccessfulTime: 'When a Job last succeeded.',
    },
  },
};
