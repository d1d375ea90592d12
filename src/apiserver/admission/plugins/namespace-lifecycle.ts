import { forbidden, notFound, StatusError } from '../../../schema/status.ts';
import { lookup } from '../../core.ts';
import type { AdmissionPlugin, Attributes } from '../plugin.ts';

const NAMESPACES = { group: '', resource: 'namespaces' };
const IMMORTAL: ReadonlySet<string> = new Set(['default', 'kube-system', 'kube-public']);

function terminating(attributes: Attributes): StatusError {
  const { kind, name, namespace } = attributes;
  const error = forbidden(
    kind.subject,
    name,
    `unable to create new content in namespace ${namespace} because it is being terminated`,
  );
  const cause = {
    reason: 'NamespaceTerminating',
    message: `namespace ${namespace} is being terminated`,
    field: 'metadata.namespace',
  };
  return new StatusError(403, 'Forbidden', error.message, { ...error.status.details, causes: [cause] });
}

/** Nothing new in a namespace that is missing or going; the namespaces of the system stay. */
export const namespaceLifecycle: AdmissionPlugin = {
  name: 'NamespaceLifecycle',
  resources: ['*'],
  operations: ['CREATE', 'DELETE'],
  admit(attributes) {
    const { core, kind, operation, namespace, name, subresource } = attributes;
    if (operation === 'DELETE') {
      const own = kind.definition.plural === 'namespaces' && kind.definition.group === '';
      if (own && IMMORTAL.has(name)) throw forbidden(NAMESPACES, name, 'this namespace may not be deleted');
      return;
    }
    if (!kind.definition.namespaced || namespace === '' || kind.definition.persisted === false || subresource !== '')
      return;
    const found = lookup(core, 'namespaces', '', '', namespace);
    if (found === null) throw notFound(NAMESPACES, namespace);
    if (found.metadata.deletionTimestamp !== undefined) throw terminating(attributes);
  },
};
