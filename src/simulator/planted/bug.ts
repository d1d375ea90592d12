/** A bug of one line, put into the source in memory to see whether the checkers notice. */
export interface PlantedBug {
  /** Short name for commands and tables. */
  readonly id: string;
  /** What the code does wrong. */
  readonly title: string;
  /** Path from the root of the repository. */
  readonly file: string;
  /** Text that stands exactly once in the file; lines around the one that changes make it so. */
  readonly search: string;
  readonly replace: string;
  /** Invariant (statefulset.md 5.2) that should break; others may break first. */
  readonly breaks: string;
  /** What it takes to see it. */
  readonly note: string;
  /** Simulation that should find it: the store alone on a failing disk, or (left out) the whole cluster. */
  readonly simulation?: 'store';
}

/** The source with the bug in it. Throws an Error with file and id when the text is not there exactly once. */
export function withBug(source: string, bug: PlantedBug): string {
  const found = source.split(bug.search).length - 1;
  if (found !== 1) {
    throw new Error(`planted bug ${bug.id}: its text stands ${found} times in ${bug.file}, not once:\n${bug.search}`);
  }
  return source.replace(bug.search, () => bug.replace);
}
