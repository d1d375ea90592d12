import { jsonSyntaxError } from '../../schema/parse-json-errors.ts';
import { badRequest, type StatusError } from '../../schema/status.ts';

/** Where the next page of a list begins. */
export interface ContinueToken {
  readonly revision: number;
  /** Key below the prefix after which the next page starts. */
  readonly after: string;
}

const VERSION = 'meta.k8s.io/v1';
const REFUSAL = 'invalid continue token: continue key is not valid';

export function encodeToken(token: ContinueToken): string {
  const json = JSON.stringify({ v: VERSION, rv: token.revision, start: `${token.after}\0` });
  return Buffer.from(json).toString('base64url');
}

/** Where Go's decoder of unpadded base64url stops; -1 when it does not. */
function corruptAt(text: string): number {
  const odd = text.search(/[^A-Za-z0-9_-]/);
  if (odd >= 0) return odd;
  return text.length % 4 === 1 ? text.length - 1 : -1;
}

/** A key that would lead out of the collection, or differs from what it comes to. */
function isUnclean(key: string): boolean {
  const parts = key.replace(/^\//, '').split('/');
  return parts.some((part) => part === '' || part === '.' || part === '..');
}

/**
 * What a client sends back as `continue` (api.md 3.2).
 * @throws StatusError BadRequest, with upstream's words for what is wrong about it
 */
export function decodeToken(text: string): ContinueToken {
  const refuse = (why: string): StatusError => badRequest(`${REFUSAL}: ${why}`);
  const corrupt = corruptAt(text);
  if (corrupt >= 0) throw refuse(`illegal base64 data at input byte ${corrupt}`);
  const decoded = Buffer.from(text, 'base64url').toString('utf8');
  let json: { v?: unknown; rv?: unknown; start?: unknown } | null;
  try {
    json = JSON.parse(decoded);
  } catch {
    throw refuse(jsonSyntaxError(decoded));
  }
  const { v: version = '', rv: revision = 0, start = '' } = json ?? {};
  if (version !== VERSION) throw refuse(`server does not recognize this encoded version ${String(version)}`);
  if (typeof revision !== 'number' || revision === 0) {
    throw refuse(`incorrect encoded start resourceVersion (version ${VERSION})`);
  }
  if (typeof start !== 'string' || start === '') throw refuse(`encoded start key empty (version ${VERSION})`);
  if (isUnclean(start)) throw refuse(start);
  return { revision, after: start.replace(/\0$/, '') };
}
