function quoteChar(character: string): string {
  if (character === "'") return "'\\''";
  return `'${JSON.stringify(character).slice(1, -1).replace('\\"', '"')}'`;
}

/**
 * Why `text` is not a JSON object, in the words of Go's decoder (which clients of Secret validation see); null when it
 * is one.
 */
export function jsonObjectError(text: string): string | null {
  const trimmed = text.trimStart();
  if (trimmed === '') return 'unexpected end of JSON input';
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    const at = /position (\d+)/.exec(error instanceof Error ? error.message : '');
    const position = at === null ? text.length - trimmed.length : Number(at[1]);
    const character = [...text.slice(position)][0];
    if (character === undefined || /end of JSON input/i.test(String(error))) return 'unexpected end of JSON input';
    return `invalid character ${quoteChar(character)} looking for beginning of value`;
  }
  if (value === null || (typeof value === 'object' && !Array.isArray(value))) return null;
  const found = Array.isArray(value) ? 'array' : typeof value === 'boolean' ? 'bool' : typeof value;
  return `json: cannot unmarshal ${found} into Go value of type map[string]interface {}`;
}
