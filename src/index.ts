export type { Clock, Timer } from './base/clock.ts';
export type { KubeObject, ObjectMeta, OwnerReference, ResourceId } from './schema/object.ts';
export { isStatus, type Status, StatusError } from './schema/status.ts';
