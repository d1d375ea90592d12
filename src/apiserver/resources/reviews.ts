import { rfc3339 } from '../../base/time.ts';
import type { FieldErrors } from '../../schema/field-errors.ts';
import type { UserInfo } from '../../schema/kind.ts';
import type { KubeObject } from '../../schema/object.ts';
import { badRequest } from '../../schema/status.ts';
import type { Authentication } from '../authentication/authentication.ts';
import type { AccessRequest } from '../authorization/attributes.ts';
import type { Rbac } from '../authorization/rbac.ts';
import type { Answer, Body, Call } from '../call.ts';
import type { Core } from '../core.ts';
import { decodeBody } from './decoding.ts';
import { finished } from './encode.ts';
import { bookUpdate } from './managers.ts';
import { issueToken } from './token-request.ts';
import { validated } from './validate.ts';

interface ResourceAttributes {
  readonly namespace?: string;
  readonly verb?: string;
  readonly group?: string;
  readonly resource?: string;
  readonly subresource?: string;
  readonly name?: string;
}

interface AccessSpec {
  readonly resourceAttributes?: ResourceAttributes;
  readonly nonResourceAttributes?: { readonly path?: string; readonly verb?: string };
  readonly user?: string;
  readonly groups?: readonly string[];
  readonly uid?: string;
}

/** Kinds that are questions: the answer is their status, and nothing is stored. */
export class Reviews {
  readonly #rbac: Rbac;
  readonly #authentication: Authentication;

  constructor(rbac: Rbac, authentication: Authentication) {
    this.#rbac = rbac;
    this.#authentication = authentication;
  }

  async review(core: Core, call: Call, body: Body): Promise<Answer> {
    const draft = decodeBody(body, call.kind.body, call, core.kinds);
    if (call.kind.definition.namespaced) draft.metadata.namespace = call.namespace;
    bookUpdate(core, call, draft, null);
    draft.status = await this.#statusOf(call, draft as unknown as KubeObject);
    if (call.kind.definition.kind === 'SelfSubjectReview') {
      delete draft.metadata.managedFields;
      draft.metadata.creationTimestamp = rfc3339(core.clock.now());
    }
    return { code: 201, object: finished(call.kind, draft, ''), bytes: null };
  }

  /** serviceaccounts/token. */
  token(core: Core, call: Call, body: Body): Promise<Answer> {
    return issueToken(core, this.#authentication, call, body);
  }

  async #statusOf(call: Call, object: KubeObject): Promise<unknown> {
    switch (call.kind.definition.kind) {
      case 'SelfSubjectReview':
        return { userInfo: userInfo(call.user) };
      case 'SelfSubjectRulesReview':
        return this.#rules(call, object);
      case 'TokenReview':
        return this.#token(object);
      default:
        return this.#access(call, object);
    }
  }

  #access(call: Call, object: KubeObject): unknown {
    const spec = (object.spec ?? {}) as AccessSpec;
    const self = call.kind.definition.kind === 'SelfSubjectAccessReview';
    checkAccessSpec(call, spec, self);
    const user: UserInfo = self ? call.user : { name: spec.user ?? '', groups: spec.groups ?? [] };
    const verdict = this.#rbac.authorize(accessRequest(user, spec));
    return { allowed: verdict.allowed, ...(verdict.reason === '' ? {} : { reason: verdict.reason }) };
  }

  #rules(call: Call, object: KubeObject): unknown {
    const namespace: string = object.spec?.namespace ?? '';
    if (namespace === '') throw badRequest('no namespace on request');
    const rules = this.#rbac.rulesOf(call.user, namespace);
    return {
      resourceRules: rules
        .filter((rule) => (rule.resources ?? []).length > 0)
        .map(({ verbs, apiGroups, resources, resourceNames }) => ({ verbs, apiGroups, resources, resourceNames })),
      nonResourceRules: rules
        .filter((rule) => (rule.nonResourceURLs ?? []).length > 0)
        .map(({ verbs, nonResourceURLs }) => ({ verbs, nonResourceURLs })),
      incomplete: false,
    };
  }

  async #token(object: KubeObject): Promise<unknown> {
    const token: string = object.spec?.token ?? '';
    if (token === '') throw badRequest('token is required for TokenReview in authentication');
    const user = await this.#authentication.token(token);
    if (user === null) return { user: {}, error: 'invalid bearer token' };
    return { authenticated: true, user: userInfo(user), audiences: [this.#authentication.issuer] };
  }
}

function userInfo(user: UserInfo): unknown {
  return {
    username: user.name,
    ...(user.uid === undefined ? {} : { uid: user.uid }),
    ...(user.groups.length === 0 ? {} : { groups: user.groups }),
    ...(user.extra === undefined ? {} : { extra: user.extra }),
  };
}

function checkAccessSpec(call: Call, spec: AccessSpec, self: boolean): void {
  const { resourceAttributes, nonResourceAttributes } = spec;
  const as = { group: call.kind.definition.group, kind: '' };
  const check = (errors: FieldErrors): void => {
    const field = 'spec.resourceAttributes';
    if (resourceAttributes !== undefined && nonResourceAttributes !== undefined) {
      errors.invalid(
        'spec.nonResourceAttributes',
        nonResourceAttributes,
        'cannot be specified in combination with resourceAttributes',
      );
    }
    if (resourceAttributes === undefined && nonResourceAttributes === undefined) {
      errors.invalid(field, null, 'exactly one of nonResourceAttributes or resourceAttributes must be specified');
    }
    if (!self && (spec.user ?? '') === '' && (spec.groups ?? []).length === 0) {
      errors.invalid('spec.user', '', 'at least one of user or group must be specified');
    }
    const namespace = resourceAttributes?.namespace ?? '';
    if (call.kind.definition.namespaced && resourceAttributes !== undefined && namespace !== call.namespace) {
      errors.invalid(`${field}.namespace`, namespace, 'must match metadata.namespace');
    }
  };
  validated(call.kind, '', check, as);
}

function accessRequest(user: UserInfo, spec: AccessSpec): AccessRequest {
  const resource = spec.resourceAttributes;
  return {
    user,
    verb: resource?.verb ?? spec.nonResourceAttributes?.verb ?? '',
    resourceRequest: resource !== undefined,
    group: resource?.group ?? '',
    resource: resource?.resource ?? '',
    subresource: resource?.subresource ?? '',
    namespace: resource?.namespace ?? '',
    name: resource?.name ?? '',
    path: spec.nonResourceAttributes?.path ?? '',
  };
}
