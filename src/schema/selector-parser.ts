import { compareText } from '../base/json.ts';
import { qualifiedName } from '../base/names.ts';
import { type LabelOperator, type LabelRequirement, requirementErrors } from './label-requirement.ts';

/** Reads the text form of label selectors; errors (RangeError) have upstream's text. */
interface Token {
  readonly kind: 'word' | 'end' | '(' | ')' | ',' | '!' | '=' | '==' | '!=' | '>' | '<';
  readonly text: string;
}

const SYMBOL = /[=!(),<>]/;
const BLANK = /[ \t\r\n]/;
const BINARY = 'in, notin, =, ==, !=, gt, lt';
const SYMBOL_OPERATOR: Readonly<Record<string, LabelOperator>> = {
  '=': '=',
  '==': '==',
  '!=': '!=',
  '>': 'gt',
  '<': 'lt',
};

function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  while (at < text.length) {
    const char = text[at]!;
    if (BLANK.test(char)) {
      at++;
    } else if (SYMBOL.test(char)) {
      const two = text.slice(at, at + 2);
      const symbol = two === '==' || two === '!=' ? two : char;
      tokens.push({ kind: symbol as Token['kind'], text: symbol });
      at += symbol.length;
    } else {
      const start = at;
      while (at < text.length && !SYMBOL.test(text[at]!) && !BLANK.test(text[at]!)) at++;
      tokens.push({ kind: 'word', text: text.slice(start, at) });
    }
  }
  return tokens;
}

const END: Token = { kind: 'end', text: '' };
const unexpected = (token: Token, expected: string): RangeError => new RangeError(`found '${token.text}', ${expected}`);

class Reader {
  readonly #tokens: readonly Token[];
  #at = 0;
  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }
  peek(): Token {
    return this.#tokens[this.#at] ?? END;
  }
  next(): Token {
    return this.#tokens[this.#at++] ?? END;
  }
}

function readList(reader: Reader): Set<string> {
  const open = reader.next();
  if (open.kind !== '(') throw new RangeError(`found '${open.text}' expected: '('`);
  const values = new Set<string>();
  const first = reader.peek();
  if (first.kind === ')') {
    reader.next();
    return values;
  }
  if (first.kind !== 'word' && first.kind !== ',') throw unexpected(first, "expected: ',', ')' or identifier");
  for (;;) {
    const token = reader.next();
    if (token.kind === 'word') {
      values.add(token.text);
      const after = reader.peek();
      if (after.kind === ')') break;
      if (after.kind !== ',') throw unexpected(after, "expected: ',' or ')'");
    } else if (token.kind === ',') {
      // An empty place between commas or next to a parenthesis is the value ''.
      if (values.size === 0) values.add('');
      const after = reader.peek();
      if (after.kind === ')') {
        values.add('');
        break;
      }
      if (after.kind === ',') {
        reader.next();
        values.add('');
      }
    } else throw unexpected(token, "expected: ',', or identifier");
  }
  reader.next();
  return values;
}

function readExact(reader: Reader): readonly string[] {
  const ahead = reader.peek();
  if (ahead.kind === 'end' || ahead.kind === ',') return [''];
  const token = reader.next();
  if (token.kind !== 'word') throw unexpected(token, 'expected: identifier');
  return [token.text];
}

function readRequirement(reader: Reader): LabelRequirement {
  let token = reader.next();
  const negated = token.kind === '!';
  if (negated) token = reader.next();
  if (token.kind !== 'word') throw unexpected(token, 'expected: identifier');
  const key = token.text;
  const messages = qualifiedName(key);
  if (messages.length > 0) {
    throw new RangeError(`<nil>: Invalid value: ${JSON.stringify(key)}: ${messages.join('; ')}`);
  }
  if (negated) return { key, operator: '!', values: [] };
  const ahead = reader.peek();
  if (ahead.kind === 'end' || ahead.kind === ',') return { key, operator: 'exists', values: [] };
  const sign = reader.next();
  if (sign.kind === 'word' && (sign.text === 'in' || sign.text === 'notin')) {
    return { key, operator: sign.text, values: [...readList(reader)].sort(compareText) };
  }
  const operator = SYMBOL_OPERATOR[sign.kind];
  if (operator === undefined) throw unexpected(sign, `expected: ${BINARY}`);
  return { key, operator, values: readExact(reader) };
}

function checkedRequirement(reader: Reader): LabelRequirement {
  try {
    const requirement = readRequirement(reader);
    const errors = requirementErrors(requirement);
    if (errors.length > 0) throw new RangeError(errors.length === 1 ? errors[0]! : `[${errors.join(', ')}]`);
    return requirement;
  } catch (error) {
    if (error instanceof RangeError) throw new RangeError(`unable to parse requirement: ${error.message}`);
    throw error;
  }
}

/** Requirements in the order written. */
export function parseLabelRequirements(text: string): LabelRequirement[] {
  const reader = new Reader(tokenize(text));
  const requirements: LabelRequirement[] = [];
  for (;;) {
    const start = reader.peek();
    if (start.kind === 'end') return requirements;
    if (start.kind !== 'word' && start.kind !== '!')
      throw unexpected(start, "expected: !, identifier, or 'end of string'");
    requirements.push(checkedRequirement(reader));
    const separator = reader.next();
    if (separator.kind === 'end') return requirements;
    if (separator.kind !== ',') throw unexpected(separator, "expected: ',' or 'end of string'");
    const ahead = reader.peek();
    if (ahead.kind !== 'word' && ahead.kind !== '!') throw unexpected(ahead, "expected: identifier after ','");
  }
}
