/** A container image reference with what engines fill in: registry, `library/`, tag. */
export interface ImageReference {
  /** `docker.io/library/postgres:15`, or with `@sha256:…`. */
  readonly normalised: string;
  /** Without registry, tag and digest: `library/postgres`. */
  readonly repository: string;
  readonly registry: string;
  /** '' when a digest is given without a tag. */
  readonly tag: string;
}

const COMPONENT = /^[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*$/;
const TAG = /^\w[\w.-]{0,127}$/;
const DIGEST = /^[a-z0-9]+(?:[.+_-][a-z0-9]+)*:[0-9a-fA-F]{32,}$/;

/** Parses as the distribution reference grammar says. Throws Error for what is none. */
export function parseImageReference(text: string): ImageReference {
  const bad = (): Error => new Error(`couldn't parse image name "${text}": invalid reference format`);
  const at = text.indexOf('@');
  const digest = at < 0 ? '' : text.slice(at + 1);
  const named = at < 0 ? text : text.slice(0, at);
  const colon = named.lastIndexOf(':');
  const hasTag = colon > named.lastIndexOf('/');
  const path = hasTag ? named.slice(0, colon) : named;
  const tag = hasTag ? named.slice(colon + 1) : digest === '' ? 'latest' : '';
  const first = path.split('/')[0] ?? '';
  const hosted = path.includes('/') && (/[.:]/.test(first) || first === 'localhost');
  const registry = hosted ? first : 'docker.io';
  const rest = hosted ? path.slice(first.length + 1) : path;
  const repository = registry === 'docker.io' && !rest.includes('/') ? `library/${rest}` : rest;
  if (!repository.split('/').every((part) => COMPONENT.test(part))) throw bad();
  if ((hasTag && !TAG.test(tag)) || (at >= 0 && !DIGEST.test(digest))) throw bad();
  const suffix = `${tag === '' ? '' : `:${tag}`}${digest === '' ? '' : `@${digest}`}`;
  return { normalised: `${registry}/${repository}${suffix}`, repository, registry, tag };
}
