import type { Draft, UserInfo } from '../../schema/kind.ts';
import type { KubeObject } from '../../schema/object.ts';
import type { Core } from '../core.ts';
import type { ServedKind } from '../registry.ts';

export type Operation = 'CREATE' | 'UPDATE' | 'DELETE';

/** One write on its way through admission. */
export interface Attributes {
  readonly core: Core;
  readonly operation: Operation;
  readonly kind: ServedKind;
  readonly namespace: string;
  readonly name: string;
  readonly subresource: string;
  /** The object to be stored; null for a delete. Mutating plugins change it in place. */
  readonly object: Draft | null;
  /** The object as it is; null for a create. */
  readonly old: KubeObject | null;
  readonly user: UserInfo;
  readonly dryRun: boolean;
  warn(text: string): void;
}

/** An admission plugin. `resources` are plurals, with `/subresource` where it is about one; `*` is every resource. */
export interface AdmissionPlugin {
  readonly name: string;
  readonly resources: readonly string[];
  readonly operations: readonly Operation[];
  /** Changes the object; may refuse by throwing a StatusError. */
  admit?(attributes: Attributes): void;
  /** Judges the final object; refuses by throwing a StatusError. */
  validate?(attributes: Attributes): void;
  /** Books what is about to be stored, after everybody else has agreed; refuses by throwing a StatusError. */
  charge?(attributes: Attributes): void;
}
