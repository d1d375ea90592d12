import { deepEqual } from '../../base/json.ts';
import { uuid } from '../../base/random.ts';
import type { Draft } from '../../schema/kind.ts';
import type { KubeObject } from '../../schema/object.ts';
import { applyJsonPatch } from '../../schema/patch/json-patch.ts';
import { badRequest, internalError, type StatusError } from '../../schema/status.ts';
import type { Attributes } from '../admission/plugin.ts';
import { decodeRaw } from '../resources/decoding.ts';
import { toServed } from '../resources/versions.ts';
import { addressOf } from './address.ts';
import { anyHooks, type Hook, hooksFor, type Match } from './hooks.ts';
import { CallFailed, denied, inVersion, reviewOf, type Verdict, verdictOf } from './review.ts';
import type { Post } from './transport.ts';

/**
 * Admission webhooks (admissionregistration.k8s.io/v1): asked about a write after the server's own plugins have changed it, and
 * again before it is stored. Both answer null where no webhook is to be asked, so that a write without them waits for nothing.
 */
export class Webhooks {
  readonly #post: Post;

  constructor(post: Post) {
    this.#post = post;
  }

  /** One after the other; each sees what those before it changed. `again` runs the server's own plugins on what was changed. */
  mutate(attributes: Attributes, again: () => void): Promise<void> | null {
    const matches = hooksFor('mutating', attributes);
    return matches.length === 0 ? null : this.#mutate(matches, attributes, again);
  }

  async #mutate(matches: readonly Match[], attributes: Attributes, again: () => void): Promise<void> {
    const seen = new Map<Match, string>();
    for (const match of matches) await this.#mutateBy(match, attributes, seen);
    if (attributes.object === null) return;
    const before = JSON.stringify(attributes.object);
    if ([...seen.values()].every((text) => text === before)) return;
    again();
    for (const match of matches) {
      const stale = seen.get(match) !== JSON.stringify(attributes.object);
      if (match.hook.reinvocationPolicy === 'IfNeeded' && stale) await this.#mutateBy(match, attributes, seen);
    }
  }

  async #mutateBy(match: Match, attributes: Attributes, seen: Map<Match, string>): Promise<void> {
    const { hook } = match;
    const verdict = await this.#ask(match, attributes);
    if (verdict !== null && !verdict.allowed) throw denied(hook, verdict.status);
    if (verdict !== null && verdict.patch !== null && attributes.object !== null) {
      patchInPlace(attributes.object, verdict.patch, match, attributes);
    }
    seen.set(match, JSON.stringify(attributes.object));
  }

  /** All at once; of those that refuse the first in line is told. */
  validate(attributes: Attributes): Promise<void> | null {
    if (!anyHooks(attributes.core, 'validating')) return null;
    const { kind, object, old } = attributes;
    // They read the version of the request; what is stored may be another.
    const served = {
      ...attributes,
      object: object === null ? null : (toServed(kind, object as unknown as KubeObject) as unknown as Draft),
      old: old === null ? null : toServed(kind, old),
    };
    const matches = hooksFor('validating', served);
    return matches.length === 0 ? null : this.#validate(matches, served);
  }

  async #validate(matches: readonly Match[], attributes: Attributes): Promise<void> {
    const asked = await Promise.allSettled(matches.map((match) => this.#ask(match, attributes)));
    for (const [i, outcome] of asked.entries()) {
      if (outcome.status === 'rejected') throw outcome.reason;
      if (outcome.value !== null && !outcome.value.allowed) throw denied(matches[i]!.hook, outcome.value.status);
    }
  }

  /** What the webhook says; null where it could not be asked and its failurePolicy lets that pass. */
  async #ask(match: Match, attributes: Attributes): Promise<Verdict | null> {
    const { core, dryRun, warn } = attributes;
    const { hook } = match;
    if (dryRun && hook.sideEffects !== 'None' && hook.sideEffects !== 'NoneOnDryRun') {
      throw badRequest(`admission webhook "${hook.name}" does not support dry run`);
    }
    try {
      const uid = uuid(core.random);
      const body = JSON.stringify(reviewOf(match, attributes, uid));
      const text = await this.#post(addressOf(core, hook), body, (hook.timeoutSeconds ?? 10) * 1000);
      const verdict = verdictOf(text, hook, uid);
      for (const warning of verdict.warnings) warn(warning);
      return verdict;
    } catch (error) {
      if (!(error instanceof CallFailed)) throw error;
      if (hook.failurePolicy === 'Ignore') return null;
      throw calling(hook, error.message);
    }
  }
}

const calling = (hook: Hook, why: string): StatusError =>
  internalError(`failed calling webhook "${hook.name}": ${why}`);

/** Puts the patched object, decoded and defaulted like any that comes in, in the place of the object. */
function patchInPlace(object: Draft, patch: unknown, { hook, kind }: Match, attributes: Attributes): void {
  let next: Draft;
  try {
    const document = JSON.parse(JSON.stringify(inVersion(object, attributes.kind, kind))) as object;
    const patched = decodeRaw(applyJsonPatch(document, patch), kind.body).draft;
    next = inVersion(patched, kind, attributes.kind) as unknown as Draft;
  } catch (error) {
    throw calling(hook, error instanceof Error ? error.message : String(error));
  }
  attributes.kind.definition.defaults?.(next);
  if (deepEqual(next, object)) return;
  for (const key of Object.keys(object)) delete object[key];
  Object.assign(object, next);
}
