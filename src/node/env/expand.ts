/**
 * Replaces `$(NAME)` by what `lookup` says; names it does not know stay as they are, `$$` is a literal `$`
 * (field docs of core/v1 EnvVar.value and Container.command).
 */
export function expand(text: string, lookup: (name: string) => string | undefined): string {
  if (!text.includes('$')) return text;
  let out = '';
  for (let i = 0; i < text.length; i++) {
    const char = text[i]!;
    if (char !== '$' || i + 1 >= text.length) {
      out += char;
      continue;
    }
    const next = text[i + 1];
    if (next === '$') {
      out += '$';
      i++;
      continue;
    }
    const end = next === '(' ? text.indexOf(')', i + 2) : -1;
    if (end < 0) {
      out += char;
      continue;
    }
    const name = text.slice(i + 2, end);
    out += lookup(name) ?? `$(${name})`;
    i = end;
  }
  return out;
}
