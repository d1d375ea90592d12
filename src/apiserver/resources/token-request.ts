import { uuid } from '../../base/random.ts';
import { rfc3339 } from '../../base/time.ts';
import type { KubeObject } from '../../schema/object.ts';
import { badRequest, conflict, internalError, notFound } from '../../schema/status.ts';
import { structOf } from '../../schema/structure.ts';
import type { Authentication } from '../authentication/authentication.ts';
import type { BoundObject } from '../authentication/service-account-tokens.ts';
import { BodyKind } from '../body-kind.ts';
import type { Answer, Body, Call } from '../call.ts';
import { type Core, lookup } from '../core.ts';
import { decodeBody } from './decoding.ts';
import { validated } from './validate.ts';

export const TOKEN_REQUEST = new BodyKind({ group: 'authentication.k8s.io', version: 'v1', kind: 'TokenRequest' }, () =>
  structOf('io.k8s.api.authentication.v1.TokenRequest'),
);

const DEFAULT_SECONDS = 3600;
const MIN_SECONDS = 600;
const MAX_SECONDS = 2 ** 32;
/** What the kubelet asks for by default; such a token lives on for a year, with a warning. */
const EXTENDED_ASK = 3607;
const EXTENDED_SECONDS = 365 * 24 * 3600;

const BINDABLE: Readonly<Record<string, string>> = { Pod: 'pods', Secret: 'secrets', Node: 'nodes' };

/** The object a token is to die with. Throws NotFound, Conflict or BadRequest. */
function boundObject(core: Core, call: Call, ref: { kind?: string; name?: string; uid?: string }): BoundObject {
  const plural = BINDABLE[ref.kind ?? ''];
  if (plural === undefined)
    throw badRequest(`cannot bind token for serviceaccount "${call.name}" to ${ref.kind ?? ''}`);
  const name = ref.name ?? '';
  const object = lookup(core, plural, '', plural === 'nodes' ? '' : call.namespace, name);
  if (object === null) throw notFound({ group: '', resource: plural }, name);
  const uid = object.metadata.uid ?? '';
  if (ref.uid !== undefined && ref.uid !== '' && ref.uid !== uid) {
    throw conflict(
      { group: '', resource: plural },
      name,
      `the UID in the bound object reference (${ref.uid}) does not match the UID in record. The object might have been deleted and then recreated`,
    );
  }
  if (plural === 'pods' && (object.spec?.serviceAccountName ?? 'default') !== call.name) {
    throw badRequest(
      `cannot bind token for serviceaccount "${call.name}" to pod running with different serviceaccount name.`,
    );
  }
  return { kind: ref.kind!, name, uid };
}

function nodeOfPod(core: Core, call: Call, bound: BoundObject | null): { name: string; uid: string } | null {
  if (bound?.kind !== 'Pod') return null;
  const nodeName: string = lookup(core, 'pods', '', call.namespace, bound.name)?.spec?.nodeName ?? '';
  if (nodeName === '') return null;
  return { name: nodeName, uid: lookup(core, 'nodes', '', '', nodeName)?.metadata.uid ?? '' };
}

/** serviceaccounts/token: a signed token for the account (api.md 9). */
export async function issueToken(core: Core, authentication: Authentication, call: Call, body: Body): Promise<Answer> {
  const account = lookup(core, 'serviceaccounts', '', call.namespace, call.name);
  if (account === null) throw notFound(call.kind.subject, call.name);
  const request = decodeBody(body, TOKEN_REQUEST, call, core.kinds);
  const spec = request.spec ?? {};
  const seconds: number = spec.expirationSeconds ?? DEFAULT_SECONDS;
  validated(
    call.kind,
    '',
    (errors) => {
      const field = 'spec.expirationSeconds';
      if (seconds < MIN_SECONDS) errors.invalid(field, seconds, 'may not specify a duration less than 10 minutes');
      if (seconds > MAX_SECONDS) errors.invalid(field, seconds, 'may not specify a duration larger than 2^32 seconds');
    },
    { group: TOKEN_REQUEST.group, kind: TOKEN_REQUEST.kind },
  );
  const { accounts } = authentication;
  if (accounts === null) throw internalError('this server has no key to sign service account tokens with');
  const audiences: readonly string[] = (spec.audiences ?? []).length > 0 ? spec.audiences : [authentication.issuer];
  const bound = (spec.boundObjectRef ?? null) === null ? null : boundObject(core, call, spec.boundObjectRef);
  const issuedAt = Math.floor(core.clock.now() / 1000);
  const extended = bound?.kind === 'Pod' && seconds === EXTENDED_ASK && audiences.includes(authentication.issuer);
  const expiresAt = issuedAt + (extended ? EXTENDED_SECONDS : seconds);
  const token = await accounts.sign({
    namespace: call.namespace,
    account: { name: call.name, uid: account.metadata.uid ?? '' },
    bound,
    node: nodeOfPod(core, call, bound),
    audiences,
    issuedAt,
    expiresAt,
    id: uuid(core.random),
    ...(extended ? { warnAfter: issuedAt + seconds } : {}),
  });
  const shown = issuedAt + seconds;
  const object = {
    kind: 'TokenRequest',
    apiVersion: 'authentication.k8s.io/v1',
    metadata: { name: call.name, namespace: call.namespace, creationTimestamp: rfc3339(core.clock.now()) },
    spec: { audiences, expirationSeconds: seconds, boundObjectRef: spec.boundObjectRef ?? null },
    status: { token, expirationTimestamp: rfc3339(shown * 1000) },
  };
  return { code: 201, object: object as unknown as KubeObject, bytes: null, foreign: true };
}
