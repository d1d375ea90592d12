import { forbidden, notFound, StatusError } from '../../schema/status.ts';
import { lookup } from '../core.ts';
import { refuseSystemNamespace } from '../resources/delete.ts';
import type { AdmissionPlugin, Attributes } from './plugin.ts';

const NAMESPACES = { group: '', resource: 'namespaces' };
/** Reviews are answered for namespaces that do not exist. */
const EXEMPT: ReadonlySet<string> = new Set(['LocalSubjectAccessReview']);

function refuseTerminating(attributes: Attributes): StatusError {
  const { kind, namespace, name } = attributes;
  const error = forbidden(
    kind.subject,
    name,
    `unable to create new content in namespace ${namespace} because it is being terminated`,
  );
  const causes = [
    {
      reason: 'NamespaceTerminating',
      message: `namespace ${namespace} is being terminated`,
      field: 'metadata.namespace',
    },
  ];
  return new StatusError(403, 'Forbidden', error.message, { ...error.status.details, causes });
}

/** Nothing is created in a namespace that is absent or going; some namespaces never go. */
export const namespaceLifecycle: AdmissionPlugin = {
  name: 'NamespaceLifecycle',
  resources: ['*'],
  operations: ['CREATE', 'DELETE'],
  admit(attributes) {
    const { core, kind, namespace, operation, name } = attributes;
    if (operation === 'DELETE') {
      if (kind.prefix === 'core/namespaces/') refuseSystemNamespace(name);
      return;
    }
    if (!kind.definition.namespaced || EXEMPT.has(kind.definition.kind)) return;
    const found = lookup(core, 'namespaces', '', '', namespace);
    if (found === null) throw notFound(NAMESPACES, namespace);
    if (found.metadata.deletionTimestamp !== undefined || found.status?.phase === 'Terminating') {
      throw refuseTerminating(attributes);
    }
  },
};
