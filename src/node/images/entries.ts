import type { ImageNotice } from '../runtimes/runtime.ts';

/** What an image reference runs as: one entry of the catalog. */
export interface ImageEntry {
  /** `library/postgres:*`, or with registry; `*` matches any run of characters. The tag part may be left out for all. */
  readonly match: string;
  readonly command: readonly string[];
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Numeric; 0 is root. */
  readonly user?: number;
  readonly workingDir?: string;
  /** Directories put in front of PATH. */
  readonly path?: readonly string[];
  /** Host directories that the image brings along, shown read-only at the same place. */
  readonly expose?: readonly string[];
  /** Scripts the image brings along: container path to text. */
  readonly files?: Readonly<Record<string, string>>;
  /** Directories the image brings along, empty, that any user may write to. */
  readonly directories?: readonly string[];
  /** Users the image brings along in its /etc/passwd and /etc/group: name to number. */
  readonly accounts?: Readonly<Record<string, number>>;
  /** Told to the user as a Warning event when a container starts from this image. */
  readonly notice?: ImageNotice;
  readonly stopSignal?: 'SIGTERM' | 'SIGINT' | 'SIGQUIT';
}

export const DEFAULT_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** True when a pattern with `*` covers the whole text. */
export function globMatches(pattern: string, text: string): boolean {
  const escaped = pattern.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${escaped.join('.*')}$`).test(text);
}
