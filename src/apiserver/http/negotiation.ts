import { StatusError } from '../../schema/status.ts';

export type Transform = 'Table' | 'PartialObjectMetadata' | 'PartialObjectMetadataList' | null;

/** How an answer is to be written. */
export interface Format {
  readonly media: 'json' | 'yaml' | 'protobuf';
  readonly transform: Transform;
  /** `meta.k8s.io` version of the transform. */
  readonly version: string;
  readonly pretty: boolean;
}

export const PLAIN_JSON: Format = { media: 'json', transform: null, version: 'v1', pretty: false };

const MEDIA: Readonly<Record<string, Format['media']>> = {
  'application/json': 'json',
  'application/yaml': 'yaml',
  'application/vnd.kubernetes.protobuf': 'protobuf',
  'application/*': 'json',
  '*/*': 'json',
};
const ACCEPTED = 'application/json, application/yaml, application/vnd.kubernetes.protobuf';
const TRANSFORMS: ReadonlySet<string> = new Set(['Table', 'PartialObjectMetadata', 'PartialObjectMetadataList']);

export interface AcceptClause {
  readonly media: string;
  readonly params: ReadonlyMap<string, string>;
}

const parsed = new Map<string, readonly AcceptClause[]>();

/** Clauses of an Accept header, most wanted first. */
export function acceptClauses(header: string): readonly AcceptClause[] {
  const known = parsed.get(header);
  if (known !== undefined) return known;
  const clauses = header.split(',').map((text) => {
    const [media = '', ...rest] = text.split(';').map((part) => part.trim());
    const params = new Map<string, string>();
    for (const part of rest) {
      const at = part.indexOf('=');
      if (at > 0)
        params.set(
          part.slice(0, at).trim(),
          part
            .slice(at + 1)
            .trim()
            .replace(/^"|"$/g, ''),
        );
    }
    return { media: media.toLowerCase(), params, q: Number(params.get('q') ?? '1') };
  });
  const sorted = clauses.filter((clause) => clause.q !== 0).sort((a, b) => b.q - a.q);
  if (parsed.size > 500) parsed.clear();
  parsed.set(header, sorted);
  return sorted;
}

export function notAcceptable(early = false): StatusError {
  const message = early
    ? `406: Not Acceptable\n\nAvailable representations: ${ACCEPTED}`
    : `only the following media types are accepted: ${ACCEPTED}`;
  return early ? new StatusError(406, 'NotAcceptable', message, {}) : new StatusError(406, 'NotAcceptable', message);
}

function formatOf(clause: AcceptClause, transforms: boolean): Format | null {
  const media = MEDIA[clause.media];
  if (media === undefined) return null;
  const as = clause.params.get('as');
  const pretty = clause.params.get('pretty') === '1';
  if (as === undefined) return { media, transform: null, version: 'v1', pretty };
  const version = clause.params.get('v') ?? '';
  const known = clause.params.get('g') === 'meta.k8s.io' && (version === 'v1' || version === 'v1beta1');
  // Tables have no protobuf form.
  if (!transforms || !known || !TRANSFORMS.has(as) || (media === 'protobuf' && as === 'Table')) return null;
  return { media, transform: as as Transform, version, pretty };
}

function firstFormat(clauses: readonly AcceptClause[], transforms: boolean): Format | null {
  for (const clause of clauses) {
    const format = formatOf(clause, transforms);
    if (format !== null) return format;
  }
  return null;
}

/** The first acceptable way to answer (api.md 1.4). Throws NotAcceptable when there is none. */
export function negotiate(accept: string | undefined, transforms = true): Format {
  if (accept === undefined || accept === '' || accept === 'application/json' || accept === '*/*') return PLAIN_JSON;
  const clauses = acceptClauses(accept);
  const format = firstFormat(clauses, transforms);
  if (format !== null) return format;
  throw notAcceptable(!clauses.some((clause) => MEDIA[clause.media] !== undefined));
}

/** Form of an answer that has every one, errors for instance; JSON where none is acceptable. */
export function preferredMedia(accept: string | undefined): Format['media'] {
  if (accept === undefined || accept === '' || accept === 'application/json' || accept === '*/*') return 'json';
  return firstFormat(acceptClauses(accept), true)?.media ?? 'json';
}

const PRETTY_AGENTS = ['curl', 'Wget', 'Mozilla/5.0'];

/** Whether a person is likely to read the answer. */
export function wantsPretty(format: Format, pretty: string | null, userAgent: string | undefined): boolean {
  if (pretty !== null) return pretty !== '0' && pretty !== 'false';
  return format.pretty || PRETTY_AGENTS.some((agent) => userAgent?.startsWith(agent) === true);
}
