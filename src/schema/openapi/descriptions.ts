/** Words for definitions and their fields; who knows particular kinds has them (`src/api/descriptions`). */
export interface Descriptions {
  /** Of the definition, or of one of its fields; undefined where nothing is said. */
  of(definition: string, field?: string): string | undefined;
  /** Another one when any of the words changed. */
  readonly digest: string;
}

export const NO_DESCRIPTIONS: Descriptions = { of: () => undefined, digest: '' };

/** As a part of a schema: `{ description }`, or nothing. */
export function described(descriptions: Descriptions, definition: string, field?: string): { description?: string } {
  const description = descriptions.of(definition, field);
  return description === undefined ? {} : { description };
}
