import type { UserInfo } from '../../schema/kind.ts';

/** What somebody wants to do, as an authorizer sees it. */
export interface AccessRequest {
  readonly user: UserInfo;
  readonly verb: string;
  readonly resourceRequest: boolean;
  readonly group: string;
  readonly resource: string;
  readonly subresource: string;
  readonly namespace: string;
  readonly name: string;
  /** For non-resource requests. */
  readonly path: string;
}

export interface Verdict {
  readonly allowed: boolean;
  readonly reason: string;
}

const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };
const escaped = (text: string): string => text.replace(/[&<>]/g, (char) => ESCAPES[char]!);

/** Upstream's sentence for a refusal (api.md 1.5). */
export function refusalText(request: AccessRequest, reason: string): string {
  const user = `User ${JSON.stringify(escaped(request.user.name))}`;
  const tail = reason === '' ? '' : `: ${reason}`;
  if (!request.resourceRequest) {
    return `${user} cannot ${escaped(request.verb)} path ${JSON.stringify(escaped(request.path))}${tail}`;
  }
  const resource = request.subresource === '' ? request.resource : `${request.resource}/${request.subresource}`;
  const where =
    request.namespace === ''
      ? 'at the cluster scope'
      : `in the namespace ${JSON.stringify(escaped(request.namespace))}`;
  return `${user} cannot ${escaped(request.verb)} resource ${JSON.stringify(escaped(resource))} in API group ${JSON.stringify(escaped(request.group))} ${where}${tail}`;
}
