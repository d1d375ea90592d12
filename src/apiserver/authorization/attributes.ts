import type { UserInfo } from '../../schema/kind.ts';
import { StatusError } from '../../schema/status.ts';

/** What a request asks to do, as an authorizer judges it (api.md 1.2). */
export interface Attributes {
  readonly user: UserInfo;
  readonly verb: string;
  /** Null for resources; the path of a non-resource request. */
  readonly path: string | null;
  readonly group: string;
  readonly resource: string;
  readonly subresource: string;
  readonly name: string;
  /** Empty: cluster scope, or all namespaces. */
  readonly namespace: string;
}

/** Resource with its subresource, `pods/log`. */
export function qualifiedResource(attributes: Attributes): string {
  return attributes.subresource === '' ? attributes.resource : `${attributes.resource}/${attributes.subresource}`;
}

const escapeHtml = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

/** 403 in upstream's words; names are HTML-escaped as there. */
export function denied(attributes: Attributes, reason = ''): StatusError {
  const { user, verb, path, group, resource, name, namespace } = attributes;
  const tail = reason === '' ? '' : `: ${reason}`;
  if (path !== null) {
    return new StatusError(
      403,
      'Forbidden',
      `forbidden: User "${escapeHtml(user.name)}" cannot ${verb} path "${escapeHtml(path)}"${tail}`,
      {},
    );
  }
  const subject = group === '' ? resource : `${resource}.${group}`;
  const what = name === '' ? subject : `${subject} "${escapeHtml(name)}"`;
  const where = namespace === '' ? 'at the cluster scope' : `in the namespace "${escapeHtml(namespace)}"`;
  return new StatusError(
    403,
    'Forbidden',
    `${what} is forbidden: User "${escapeHtml(user.name)}" cannot ${verb} resource "${qualifiedResource(attributes)}" in API group "${group}" ${where}${tail}`,
    { ...(name === '' ? {} : { name }), ...(group === '' ? {} : { group }), kind: resource },
  );
}
