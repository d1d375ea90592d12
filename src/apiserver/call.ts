import type { Column, UserInfo } from '../schema/kind.ts';
import type { KubeObject } from '../schema/object.ts';
import type { NumberForm } from '../schema/parse-json-details.ts';
import type { ServedKind } from './registry.ts';

export type FieldValidation = 'Ignore' | 'Warn' | 'Strict';

/** One write as the verbs see it, whichever transport brought it. */
export interface Call {
  readonly kind: ServedKind;
  readonly namespace: string;
  readonly name: string;
  /** Empty: the main endpoint. */
  readonly subresource: string;
  readonly user: UserInfo;
  /** Field manager. */
  readonly manager: string;
  readonly dryRun: boolean;
  readonly fieldValidation: FieldValidation;
  /** Takes a text for the `Warning` header. */
  warn(text: string): void;
  /** Extra permission a request turns out to need (create on update, for one); throws Forbidden. Absent: everything is allowed. */
  readonly authorize?: (
    verb: string,
    resource: { group: string; resource: string; subresource: string; name: string },
  ) => void;
}

/** What a verb answers. `bytes` are those of the store, when the object is as stored. */
export interface Answer {
  readonly code: number;
  readonly object: KubeObject;
  readonly bytes: Buffer | null;
  /** Other than the resource's own kind: a Table can only be made of it with `columns`. */
  readonly foreign?: boolean;
  readonly columns?: readonly Column[];
}

/** What was parsed from a body: plain JSON, and what strict decoding found wrong with it. */
export interface Body {
  readonly json: unknown;
  /** `duplicate field "x"` and the like. */
  readonly strictErrors: readonly string[];
  /** Unusually written numbers, from `parseBody`. */
  readonly forms?: readonly NumberForm[];
}
