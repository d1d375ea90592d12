import { isRecord } from '../../base/json.ts';
import type { Draft } from '../../schema/kind.ts';
import type { KubeObject } from '../../schema/object.ts';
import { type Status, StatusError } from '../../schema/status.ts';
import type { Attributes } from '../admission/plugin.ts';
import type { ServedKind } from '../registry.ts';
import { toServed, toStored } from '../resources/versions.ts';
import type { Hook, Match } from './hooks.ts';

/** Thrown when a webhook could not be asked or did not answer as it should: its failurePolicy decides. */
export class CallFailed extends Error {}

/** What a webhook said. */
export interface Verdict {
  readonly allowed: boolean;
  readonly status: Partial<Status> | undefined;
  /** A parsed JSON patch; null without one. */
  readonly patch: unknown;
  readonly warnings: readonly string[];
}

const OPTIONS = { CREATE: 'CreateOptions', UPDATE: 'UpdateOptions', DELETE: 'DeleteOptions' } as const;

const kindOf = ({ definition: { group, version, kind } }: ServedKind) => ({ group, version, kind });
const resourceOf = ({ definition: { group, version, plural } }: ServedKind) => ({ group, version, resource: plural });

/** Of the versions a webhook reads, the newest there is. */
export const reviewVersion = ({ admissionReviewVersions }: Hook): string =>
  `admission.k8s.io/${admissionReviewVersions.includes('v1') ? 'v1' : 'v1beta1'}`;

/** An object of one version of its kind, as another version has it. */
export function inVersion(object: Draft | KubeObject, from: ServedKind, to: ServedKind): KubeObject {
  if (from === to) return object as unknown as KubeObject;
  return toServed(to, toStored(from, { ...object } as Draft) as unknown as KubeObject);
}

/** The AdmissionReview a webhook is sent (admission.k8s.io/v1). */
export function reviewOf({ hook, kind }: Match, attributes: Attributes, uid: string): object {
  const { operation, subresource, name, namespace, user, dryRun, object, old } = attributes;
  const sub = (field: string): object => (subresource === '' ? {} : { [field]: subresource });
  return {
    kind: 'AdmissionReview',
    apiVersion: reviewVersion(hook),
    request: {
      uid,
      kind: kindOf(kind),
      resource: resourceOf(kind),
      ...sub('subResource'),
      requestKind: kindOf(attributes.kind),
      requestResource: resourceOf(attributes.kind),
      ...sub('requestSubResource'),
      ...(name === '' ? {} : { name }),
      ...(attributes.kind.definition.namespaced && namespace !== '' ? { namespace } : {}),
      operation,
      userInfo: {
        username: user.name,
        ...(user.uid === undefined ? {} : { uid: user.uid }),
        groups: user.groups,
        ...(user.extra === undefined ? {} : { extra: user.extra }),
      },
      object: object === null ? null : inVersion(object, attributes.kind, kind),
      oldObject: old === null ? null : inVersion(old, attributes.kind, kind),
      dryRun,
      options: { kind: OPTIONS[operation], apiVersion: 'meta.k8s.io/v1', ...(dryRun ? { dryRun: ['All'] } : {}) },
    },
  };
}

function patchOf({ patch, patchType }: Record<string, unknown>): unknown {
  if (patch === undefined || patch === null || patch === '') return null;
  if (patchType === undefined || patchType === '') {
    throw new CallFailed('webhook returned response.patch but not response.patchType');
  }
  if (patchType !== 'JSONPatch') throw new CallFailed(`webhook returned invalid response.patchType of "${patchType}"`);
  try {
    return JSON.parse(Buffer.from(String(patch), 'base64').toString('utf8'));
  } catch (error) {
    throw new CallFailed(`couldn't decode the patch: ${(error as Error).message}`);
  }
}

/** Reads what a webhook answered to the review with this uid. Throws CallFailed when it is none. */
export function verdictOf(text: string, hook: Hook, uid: string): Verdict {
  let answer: unknown;
  try {
    answer = JSON.parse(text);
  } catch (error) {
    throw new CallFailed(`couldn't get version/kind; json parse error: ${(error as Error).message}`);
  }
  const { apiVersion = '', kind = '', response } = isRecord(answer) ? answer : {};
  const wanted = reviewVersion(hook);
  if (apiVersion !== wanted || kind !== 'AdmissionReview') {
    throw new CallFailed(
      `expected webhook response of ${wanted}, Kind=AdmissionReview, got ${apiVersion || '/'}, Kind=${kind}`,
    );
  }
  if (!isRecord(response)) throw new CallFailed('webhook response was absent');
  if (response.uid !== uid) throw new CallFailed(`expected response.uid="${uid}", got "${response.uid ?? ''}"`);
  return {
    allowed: response.allowed === true,
    status: isRecord(response.status) ? (response.status as Partial<Status>) : undefined,
    patch: patchOf(response),
    warnings: Array.isArray(response.warnings) ? response.warnings.map(String) : [],
  };
}

/** The refusal a client reads. */
export function denied(hook: Hook, status: Partial<Status> | undefined): StatusError {
  const { message = '', reason = '', code = 0, details } = status ?? {};
  const by = `admission webhook "${hook.name}" denied the request`;
  const why = message || reason;
  return new StatusError(
    code < 400 ? 400 : code,
    reason,
    why === '' ? `${by} without explanation` : `${by}: ${why}`,
    details,
  );
}
