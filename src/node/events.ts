import type { EventRecorder } from '../client/events.ts';
import type { KubeObject } from '../schema/object.ts';
import type { ContainerRecord, Role } from './pod/container-record.ts';

const LISTS: Readonly<Record<Role, string>> = {
  app: 'containers',
  ephemeral: 'ephemeralContainers',
  init: 'initContainers',
  sidecar: 'initContainers',
};

/** Reports an event as a kubelet does (node.md 2): about a node, a pod, or one container of it. */
export function reportEvent(
  recorder: EventRecorder,
  subject: KubeObject,
  event: { readonly type: 'Normal' | 'Warning'; readonly reason: string; readonly message: string },
  container?: ContainerRecord,
): void {
  const { type, reason, message } = event;
  if (container !== undefined) {
    recorder.event(subject, type, reason, message, { fieldPath: `spec.${LISTS[container.role]}{${container.name}}` });
    return;
  }
  // Events about a node name it by its name, as its agent does not know its uid when it starts.
  const { metadata } = subject;
  const named = subject.kind === 'Node' ? { ...subject, metadata: { ...metadata, uid: metadata.name ?? '' } } : subject;
  recorder.event(named, type, reason, message);
}
