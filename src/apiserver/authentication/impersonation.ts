import type { IncomingHttpHeaders } from 'node:http';
import type { UserInfo } from '../../schema/kind.ts';
import { badRequest, forbidden } from '../../schema/status.ts';
import { type AccessRequest, refusalText } from '../authorization/attributes.ts';
import { authenticated } from './authentication.ts';

const ACCOUNT = 'system:serviceaccount:';
const EXTRA = 'impersonate-extra-';

const listOf = (value: string | string[] | undefined): readonly string[] =>
  value === undefined ? [] : typeof value === 'string' ? value.split(',').map((part) => part.trim()) : value;

interface Wanted {
  readonly user: string;
  readonly groups: readonly string[];
  readonly uid: string;
  readonly extra: Readonly<Record<string, readonly string[]>>;
}

function wantedOf(headers: IncomingHttpHeaders): Wanted | null {
  const user = headers['impersonate-user'];
  const groups = listOf(headers['impersonate-group']);
  const uid = headers['impersonate-uid'];
  const extra: Record<string, readonly string[]> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (name.startsWith(EXTRA)) extra[decodeURIComponent(name.slice(EXTRA.length))] = listOf(value);
  }
  if (typeof user === 'string' && user !== '') {
    return { user, groups, uid: typeof uid === 'string' ? uid : '', extra };
  }
  if (groups.length > 0) throw badRequest(`requested [${groups.join(' ')}] without impersonating a user`);
  if (uid !== undefined || Object.keys(extra).length > 0) throw badRequest('requested without impersonating a user');
  return null;
}

/** Groups everybody of a name has. */
function groupsOf(wanted: Wanted): readonly string[] {
  if (wanted.groups.length > 0 || !wanted.user.startsWith(ACCOUNT)) return wanted.groups;
  const [namespace = ''] = wanted.user.slice(ACCOUNT.length).split(':');
  return ['system:serviceaccounts', `system:serviceaccounts:${namespace}`];
}

/** The checks an impersonation needs (api.md 9). */
function* checksOf(
  wanted: Wanted,
): Generator<{ group: string; resource: string; subresource: string; namespace: string; name: string }> {
  const plain = { group: '', subresource: '', namespace: '' };
  if (wanted.user.startsWith(ACCOUNT)) {
    const [namespace = '', name = ''] = wanted.user.slice(ACCOUNT.length).split(':');
    yield { ...plain, resource: 'serviceaccounts', namespace, name };
  } else yield { ...plain, resource: 'users', name: wanted.user };
  for (const name of wanted.groups) yield { ...plain, resource: 'groups', name };
  const review = { group: 'authentication.k8s.io', namespace: '' };
  if (wanted.uid !== '') yield { ...review, resource: 'uids', subresource: '', name: wanted.uid };
  for (const [key, values] of Object.entries(wanted.extra)) {
    for (const name of values) yield { ...review, resource: 'userextras', subresource: key, name };
  }
}

/**
 * The user a request is made as: another one, when impersonation headers ask for that and `may` allows it. Throws
 * BadRequest for incomplete headers and Forbidden otherwise.
 */
export function impersonated(
  user: UserInfo,
  headers: IncomingHttpHeaders,
  request: Omit<AccessRequest, 'user'>,
  may: (request: AccessRequest) => boolean,
): UserInfo {
  const wanted = wantedOf(headers);
  if (wanted === null) return user;
  for (const check of checksOf(wanted)) {
    if (may({ user, verb: 'impersonate', resourceRequest: true, path: '', ...check })) continue;
    throw refused(user, wanted, request);
  }
  const groups = groupsOf(wanted);
  const made: UserInfo = {
    name: wanted.user,
    ...(wanted.uid === '' ? {} : { uid: wanted.uid }),
    groups: wanted.user === 'system:anonymous' && groups.length === 0 ? ['system:unauthenticated'] : groups,
    ...(Object.keys(wanted.extra).length === 0 ? {} : { extra: wanted.extra }),
  };
  return made.groups.includes('system:unauthenticated') ? made : authenticated(made);
}

/** 1.36 tries the constrained modes first, and their refusal is what the client sees. */
function refused(user: UserInfo, wanted: Wanted, request: Omit<AccessRequest, 'user'>): Error {
  const mode = wanted.user.startsWith(ACCOUNT)
    ? 'serviceaccount'
    : wanted.user.startsWith('system:node:')
      ? 'arbitrary-node'
      : 'user-info';
  const text = refusalText({ ...request, user, verb: `impersonate-on:${mode}:${request.verb}` }, '');
  return forbidden({ group: request.group, resource: request.resource }, request.name, text);
}
