import { isRecord } from '../../base/json.ts';
import { rfc3339 } from '../../base/time.ts';
import type { KubeObject } from '../../schema/object.ts';
import { labelSelectorMatcher } from '../../schema/selectors.ts';
import { badRequest, forbidden, isStatus, notFound, StatusError } from '../../schema/status.ts';
import { structOf } from '../../schema/structure.ts';
import { type Entry, StoreConflict } from '../../store/store.ts';
import { BodyKind } from '../body-kind.ts';
import type { Answer, Body, Call } from '../call.ts';
import { type Core, lookupAll } from '../core.ts';
import { objectKey, type ServedKind } from '../registry.ts';
import { successStatus } from './binding.ts';
import { decodeBody } from './decoding.ts';
import { type Deletion, deletionOf, remove } from './delete.ts';
import { encoder, finished } from './encode.ts';

export const EVICTION = new BodyKind({ group: 'policy', version: 'v1', kind: 'Eviction' }, () =>
  structOf('io.k8s.api.policy.v1.Eviction'),
);

const MAX_DISRUPTED_PODS = 2000;
const VIOLATION = "Cannot evict pod as it would violate the pod's disruption budget.";
const FREE_PHASES: ReadonlySet<string> = new Set(['Succeeded', 'Failed', 'Pending']);

/** pods/eviction: a delete that asks the disruption budgets first (statefulset.md 2.3). */
export async function evict(core: Core, call: Call, body: Body): Promise<Answer> {
  const eviction = decodeBody(body, EVICTION, call, core.kinds);
  if ((eviction.metadata.name ?? '') !== call.name) {
    throw badRequest('name in URL does not match name in Eviction object');
  }
  const options = isRecord(eviction.deleteOptions) ? eviction.deleteOptions : {};
  const deletion = deletionOf(options);
  const dryRun = call.dryRun || (Array.isArray(options.dryRun) && options.dryRun.length > 0);
  const asked: Call = { ...call, dryRun, subresource: '' };
  const entry = podEntry(core, asked);
  const pod = entry.value;
  if (isFree(pod)) {
    await evictPod(core, asked, pod.status?.phase === 'Pending' ? guarded(deletion, pod) : deletion);
    return successStatus(201);
  }
  const budget = budgetOf(core, pod);
  if (budget === null) {
    await evictPod(core, asked, deletion);
    return successStatus(201);
  }
  if (!isReady(pod) && mayEvictUnready(budget.value)) {
    await evictPod(core, asked, guarded(deletion, pod)).catch((error: unknown) => {
      throw isStatus(error, 'Conflict') && deletion.preconditions === undefined ? processing(budget.value) : error;
    });
    return successStatus(201);
  }
  await charge(core, asked, budget);
  await evictPod(core, asked, deletion);
  return successStatus(201);
}

function podEntry(core: Core, call: Call): Entry<KubeObject> {
  const entry = core.store.getPending<KubeObject>(objectKey(call.kind, call.namespace, call.name));
  if (entry === null) throw notFound(call.kind.subject, call.name);
  return entry;
}

/** Pods no budget protects. */
function isFree(pod: KubeObject): boolean {
  return pod.metadata.deletionTimestamp !== undefined || FREE_PHASES.has(pod.status?.phase ?? '');
}

/** The deletion bound to the state that was judged. */
function guarded(deletion: Deletion, pod: KubeObject): Deletion {
  const resourceVersion = deletion.preconditions?.resourceVersion ?? pod.metadata.resourceVersion;
  return { ...deletion, preconditions: { ...deletion.preconditions, resourceVersion } };
}

function isReady(pod: KubeObject): boolean {
  const conditions: readonly { type: string; status: string }[] = pod.status?.conditions ?? [];
  return conditions.some((condition) => condition.type === 'Ready' && condition.status === 'True');
}

function mayEvictUnready(budget: KubeObject): boolean {
  if (budget.spec?.unhealthyPodEvictionPolicy === 'AlwaysAllow') return true;
  const { currentHealthy = 0, desiredHealthy = 0 } = budget.status ?? {};
  return currentHealthy >= desiredHealthy && desiredHealthy > 0;
}

/** The one budget that selects the pod. Throws when there are several. */
function budgetOf(core: Core, pod: KubeObject): Entry<KubeObject> | null {
  const namespace = pod.metadata.namespace ?? '';
  const matching = lookupAll(core, 'poddisruptionbudgets', 'policy', namespace).filter(
    (budget) =>
      budget.spec?.selector !== undefined && labelSelectorMatcher(budget.spec.selector).matches(pod.metadata.labels),
  );
  if (matching.length > 1) {
    throw new StatusError(
      500,
      '',
      'This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.',
    );
  }
  const [budget] = matching;
  if (budget === undefined) return null;
  return core.store.getPending<KubeObject>(objectKey(budgetKind(core), namespace, budget.metadata.name ?? ''));
}

function budgetKind(core: Core): ServedKind {
  const kind = core.kinds.find('policy', 'v1', 'poddisruptionbudgets');
  if (kind === null) throw new StatusError(500, 'InternalError', 'disruption budgets are not served');
  return kind;
}

function violation(message: string, retryAfterSeconds?: number): StatusError {
  return new StatusError(429, 'TooManyRequests', VIOLATION, {
    causes: [{ reason: 'DisruptionBudget', message }],
    ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
  });
}

const processing = (budget: KubeObject): StatusError =>
  violation(`The disruption budget ${budget.metadata.name} is still being processed by the server.`, 10);

/** Why a budget that allows nothing does so. */
function exhausted(budget: KubeObject): StatusError {
  const name = budget.metadata.name;
  const { currentHealthy = 0, desiredHealthy = 0, conditions = [] } = budget.status ?? {};
  const failed = conditions.find(
    (condition: { type: string; status: string; reason: string; message: string }) =>
      condition.type === 'DisruptionAllowed' && condition.status === 'False' && condition.reason === 'SyncFailed',
  );
  if (failed !== undefined) {
    return violation(
      `The disruption budget ${name} does not allow evicting pods currently because it failed sync: ${failed.message}`,
    );
  }
  if (currentHealthy <= desiredHealthy) {
    return violation(
      `The disruption budget ${name} needs ${desiredHealthy} healthy pods and has ${currentHealthy} currently`,
    );
  }
  return violation(`The disruption budget ${name} does not allow evicting pods currently`);
}

/** Takes one disruption off the budget, or refuses. */
async function charge(core: Core, call: Call, entry: Entry<KubeObject>): Promise<void> {
  const kind = budgetKind(core);
  let current: Entry<KubeObject> | null = entry;
  while (current !== null) {
    const budget = current.value;
    const status = budget.status ?? {};
    if ((status.observedGeneration ?? 0) < (budget.metadata.generation ?? 0)) throw processing(budget);
    const allowed: number = status.disruptionsAllowed ?? 0;
    const refuse = (why: string): StatusError => forbidden(kind.subject, budget.metadata.name ?? '', why);
    if (allowed < 0) throw refuse('pdb disruptions allowed is negative');
    if (Object.keys(status.disruptedPods ?? {}).length > MAX_DISRUPTED_PODS) {
      throw refuse('DisruptedPods map too big - too many evictions not confirmed by PDB controller');
    }
    if (allowed === 0) throw exhausted(budget);
    if (call.dryRun) return;
    const disruptedPods = { ...status.disruptedPods, [call.name]: rfc3339(core.clock.now()) };
    const next = finished(
      kind,
      { ...budget, status: { ...status, disruptionsAllowed: allowed - 1, disruptedPods } },
      '',
    );
    try {
      const expectation = { kind: 'revision', revision: current.revision } as const;
      await core.store.put<KubeObject>(current.key, expectation, encoder(kind, next));
      return;
    } catch (error) {
      if (!(error instanceof StoreConflict)) throw error;
      current = error.current as Entry<KubeObject> | null;
    }
  }
}

/** Says why, then deletes. */
async function evictPod(core: Core, call: Call, deletion: Deletion): Promise<void> {
  if (!call.dryRun) deletion = await markDisrupted(core, call, deletion);
  await remove(core, call, deletion);
}

async function markDisrupted(core: Core, call: Call, deletion: Deletion): Promise<Deletion> {
  const entry = podEntry(core, call);
  const pod = entry.value;
  if (pod.metadata.deletionTimestamp !== undefined) return deletion;
  const wanted = deletion.preconditions;
  if (wanted?.uid !== undefined && wanted.uid !== pod.metadata.uid) return deletion;
  if (wanted?.resourceVersion !== undefined && wanted.resourceVersion !== pod.metadata.resourceVersion) return deletion;
  const conditions: readonly { type: string }[] = pod.status?.conditions ?? [];
  const disrupted = {
    type: 'DisruptionTarget',
    status: 'True',
    lastProbeTime: null,
    lastTransitionTime: rfc3339(core.clock.now()),
    reason: 'EvictionByEvictionAPI',
    message: 'Eviction API: evicting',
  };
  const others = conditions.filter((condition) => condition.type !== 'DisruptionTarget');
  const next = finished(call.kind, { ...pod, status: { ...pod.status, conditions: [...others, disrupted] } }, '');
  const written = await core.store.put<KubeObject>(
    entry.key,
    { kind: 'revision', revision: entry.revision },
    encoder(call.kind, next),
  );
  if (wanted?.resourceVersion === undefined) return deletion;
  return { ...deletion, preconditions: { ...wanted, resourceVersion: String(written.revision) } };
}
