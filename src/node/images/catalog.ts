import { createHash } from 'node:crypto';
import { type ResolvedImage, RuntimeError } from '../runtimes/runtime.ts';
import { globMatches, type ImageEntry } from './entries.ts';
import { type ImageReference, parseImageReference } from './reference.ts';

/**
 * From image references to what runs on this machine (design section 5). The user's entries go before the built-in
 * ones; the first match wins.
 */
export class ImageCatalog {
  readonly #entries: readonly ImageEntry[];
  readonly #userFile: string;

  /** `userFile` is named in the message for references nothing matches. */
  constructor(entries: readonly ImageEntry[], userFile = 'images.yaml') {
    this.#entries = entries;
    this.#userFile = userFile;
  }

  /** Throws RuntimeError InvalidImageName or ErrImagePull. */
  resolve(reference: string): { readonly image: ResolvedImage; readonly entry: ImageEntry } {
    const parsed = parse(reference);
    const entry = this.#entries.find((candidate) => covers(candidate.match, parsed));
    if (entry === undefined) {
      throw new RuntimeError(
        'ErrImagePull',
        `no program on this machine is known for image "${parsed.normalised}": the process runtime does not download images. ` +
          `Say what to run in ${this.#userFile} (images: [{match: "${parsed.repository}:*", command: [...]}]), or start with --runtime simulated`,
      );
    }
    const digest = createHash('sha256').update(JSON.stringify(entry)).digest('hex');
    const named = parsed.normalised.replace(/(:[^/:@]+)?(@.*)?$/, '');
    const image: ResolvedImage = {
      image: parsed.normalised,
      imageId: `${named}@sha256:${digest}`,
      sizeBytes: 0,
      present: true,
      user: entry.user ?? 0,
      ...(entry.notice === undefined ? {} : { notice: entry.notice }),
    };
    return { image, entry };
  }
}

function parse(reference: string): ImageReference {
  try {
    return parseImageReference(reference);
  } catch (error) {
    throw new RuntimeError('InvalidImageName', (error as Error).message);
  }
}

function covers(match: string, reference: ImageReference): boolean {
  const colon = match.lastIndexOf(':');
  const tagged = colon > match.lastIndexOf('/');
  const name = tagged ? match.slice(0, colon) : match;
  const tag = tagged ? match.slice(colon + 1) : '*';
  if (!globMatches(tag, reference.tag)) return false;
  const short = reference.repository.replace(/^library\//, '');
  const names = [`${reference.registry}/${reference.repository}`];
  if (reference.registry === 'docker.io') names.push(reference.repository, short);
  return names.some((candidate) => globMatches(name, candidate));
}
