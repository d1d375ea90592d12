export const YAML_TYPE = 'application/yaml';

/**
 * A value as YAML that reads the same in YAML 1.1, which is what Go's readers speak: `"yes"` and times stay texts. Keys are
 * sorted and lists not indented, as upstream writes them. The library is loaded with the first answer that needs it.
 */
export async function yamlBody(value: unknown): Promise<Buffer> {
  const { stringify } = await import('yaml');
  const style = { version: '1.1', indentSeq: false, lineWidth: 0, sortMapEntries: true } as const;
  // Parts that the value holds twice are written twice: upstream knows no aliases.
  return Buffer.from(stringify(value, { ...style, aliasDuplicateObjects: false }));
}
