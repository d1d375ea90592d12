/**
 * Rules for names and other small texts. Every function answers messages in upstream's wording, none when the text is
 * valid. Lengths count UTF-8 bytes. "characters" and "bytes" in the length messages follow upstream's two packages.
 */
const LABEL = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';
const SUBDOMAIN = `${LABEL}(\\.${LABEL})*`;
const LABEL_1035 = '[a-z]([-a-z0-9]*[a-z0-9])?';
const QUALIFIED = '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]';
const LABEL_VALUE = `(${QUALIFIED})?`;
const C_IDENTIFIER = '[A-Za-z_][A-Za-z0-9_]*';
const CONFIG_KEY = '[-._a-zA-Z0-9]+';
const PERCENT = '[0-9]+%';
const HTTP_HEADER = '[-A-Za-z0-9]+';
const ENV_VAR = '[-._a-zA-Z][-._a-zA-Z0-9]*';
const WILDCARD = `\\*\\.${SUBDOMAIN}`;

const whole = (pattern: string): RegExp => new RegExp(`^${pattern}$`);
const labelPattern = whole(LABEL);
const subdomainPattern = whole(SUBDOMAIN);
const label1035Pattern = whole(LABEL_1035);
const qualifiedPattern = whole(QUALIFIED);
const labelValuePattern = whole(LABEL_VALUE);
const cIdentifierPattern = whole(C_IDENTIFIER);
const configKeyPattern = whole(CONFIG_KEY);
const percentPattern = whole(PERCENT);
const httpHeaderPattern = whole(HTTP_HEADER);
const envVarPattern = whole(ENV_VAR);
const wildcardPattern = whole(WILDCARD);

type Messages = readonly string[];
const NONE: Messages = Object.freeze([]);

/** Length in UTF-8 bytes, as Go counts. */
export function byteLength(text: string): number {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the whole ASCII range is meant
  return /^[\x00-\x7f]*$/.test(text) ? text.length : Buffer.byteLength(text);
}

/** `must be no more than N characters`. */
export const maxLength = (max: number): string => `must be no more than ${max} characters`;
/** `must be no more than N bytes`. */
export const maxBytes = (max: number): string => `must be no more than ${max} bytes`;
/** `must be between A and B, inclusive`. */
export const inclusiveRange = (low: number, high: number): string => `must be between ${low} and ${high}, inclusive`;

/** The message of a failed pattern with its examples. */
export function patternMessage(message: string, pattern: string, ...examples: readonly string[]): string {
  if (examples.length === 0) return `${message} (regex used for validation is '${pattern}')`;
  return `${message} (e.g. ${examples.map((e) => `'${e}', `).join(' or ')}regex used for validation is '${pattern}')`;
}

const ENDS = 'and must start and end with an alphanumeric character';
const LABEL_MESSAGE = patternMessage(
  `a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', ${ENDS}`,
  LABEL,
  'my-name',
  '123-abc',
);
const SUBDOMAIN_MESSAGE = patternMessage(
  `a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', ${ENDS}`,
  SUBDOMAIN,
  'example.com',
);
const LABEL_1035_MESSAGE = patternMessage(
  "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character",
  LABEL_1035,
  'my-name',
  'abc-123',
);
const QUALIFIED_MESSAGE = patternMessage(
  `must consist of alphanumeric characters, '-', '_' or '.', ${ENDS}`,
  QUALIFIED,
  'MyName',
  'my.name',
  '123-abc',
);
const LABEL_VALUE_MESSAGE = patternMessage(
  `a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', ${ENDS}`,
  LABEL_VALUE,
  'MyValue',
  'my_value',
  '12345',
);

function check(text: string, max: number, length: string, pattern: RegExp, message: string): Messages {
  const tooLong = byteLength(text) > max;
  const matches = pattern.test(text);
  if (matches && !tooLong) return NONE;
  return tooLong ? (matches ? [length] : [length, message]) : [message];
}

/** RFC 1123 label, at most 63. */
export function dns1123Label(name: string): Messages {
  if (labelPattern.test(name)) return name.length > 63 ? [maxLength(63)] : NONE;
  const message = subdomainPattern.test(name) ? 'must not contain dots' : LABEL_MESSAGE;
  return byteLength(name) > 63 ? [maxLength(63), message] : [message];
}

/** RFC 1123 subdomain, at most 253. */
export function dns1123Subdomain(name: string): Messages {
  return check(name, 253, maxLength(253), subdomainPattern, SUBDOMAIN_MESSAGE);
}

/** RFC 1035 label, at most 63. */
export function dns1035Label(name: string): Messages {
  return check(name, 63, maxLength(63), label1035Pattern, LABEL_1035_MESSAGE);
}

/** `*.` followed by an RFC 1123 subdomain. */
export function wildcardDns1123Subdomain(name: string): Messages {
  const message = patternMessage(
    "a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS subdomain, which must consist of lower case alphanumeric characters, '-' or '.' and end with an alphanumeric character",
    WILDCARD,
    '*.example.com',
  );
  return check(name, 253, maxLength(253), wildcardPattern, message);
}

/** A name that can stand in a URL path; `prefix` when more will be appended. */
export function pathSegment(name: string, prefix = false): Messages {
  if (!prefix && (name === '.' || name === '..')) return [`may not be '${name}'`];
  const found = ['/', '%'].filter((text) => name.includes(text));
  return found.length === 0 ? NONE : found.map((text) => `may not contain '${text}'`);
}

/** Keys found good lately: a cluster has few, and every write has some. */
const goodKeys = new Set<string>();
const MOST_GOOD_KEYS = 512;

/** Label key: an optional `prefix/` that is a DNS subdomain, and a name of at most 63. */
export function qualifiedName(text: string): Messages {
  if (goodKeys.has(text)) return NONE;
  const messages = judgeQualifiedName(text);
  if (messages.length > 0) return messages;
  if (goodKeys.size >= MOST_GOOD_KEYS) goodKeys.clear();
  goodKeys.add(text);
  return NONE;
}

function judgeQualifiedName(text: string): Messages {
  const parts = text.split('/');
  if (parts.length > 2) {
    return [
      `a valid label key ${QUALIFIED_MESSAGE} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`,
    ];
  }
  const name = parts[parts.length - 1]!;
  const messages: string[] = [];
  if (parts.length === 2) {
    const prefix = parts[0]!;
    if (prefix === '') messages.push('prefix part must be non-empty');
    else {
      const found = check(prefix, 253, maxBytes(253), subdomainPattern, SUBDOMAIN_MESSAGE);
      for (const message of found) messages.push(`prefix part ${message}`);
    }
  }
  if (name === '') messages.push('name part must be non-empty');
  else if (byteLength(name) > 63) messages.push(`name part ${maxBytes(63)}`);
  if (!qualifiedPattern.test(name)) messages.push(`name part ${QUALIFIED_MESSAGE}`);
  return messages.length === 0 ? NONE : messages;
}

/** Label value: empty, or at most 63 of letters, digits, `-`, `_`, `.`. */
export function labelValue(text: string): Messages {
  return check(text, 63, maxBytes(63), labelValuePattern, LABEL_VALUE_MESSAGE);
}

/** Name of a container port or named target port (RFC 6335, lower case). */
export function portName(name: string): Messages {
  const messages: string[] = [];
  if (byteLength(name) > 15) messages.push(maxLength(15));
  if (!/^[-a-z0-9]+$/.test(name))
    messages.push('must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)');
  if (!/[a-z]/.test(name)) messages.push('must contain at least one letter (a-z)');
  if (name.includes('--')) messages.push('must not contain consecutive hyphens');
  if (name.startsWith('-') || name.endsWith('-')) messages.push('must not begin or end with a hyphen');
  return messages;
}

/** Port number 1 to 65535. */
export function portNumber(port: number): Messages {
  return port >= 1 && port <= 65535 ? NONE : [inclusiveRange(1, 65535)];
}

function dotDot(text: string): Messages {
  if (text === '.' || text === '..') return [`must not be '${text}'`];
  return text.startsWith('..') ? ["must not start with '..'"] : NONE;
}

/** Environment variable name as it is since v1.34: printable ASCII without `=`. */
export function envVarName(name: string): Messages {
  if (name === '') return ['environment variable name must be non-empty'];
  if (/^[ -<>-~]*$/.test(name)) return NONE;
  return ["a valid environment variable name must consist only of printable ASCII characters other than '='"];
}

/** Environment variable name by the strict rule that still holds for prefixes and template fields. */
export function strictEnvVarName(name: string): Messages {
  if (envVarPattern.test(name)) return dotDot(name);
  const message = patternMessage(
    "a valid environment variable name must consist of alphabetic characters, digits, '_', '-', or '.', and must not start with a digit",
    ENV_VAR,
    'my.env-name',
    'MY_ENV.NAME',
    'MyEnvName1',
  );
  return [message, ...dotDot(name)];
}

/** C identifier, without a limit of length. */
export function cIdentifier(text: string): Messages {
  if (cIdentifierPattern.test(text)) return NONE;
  return [
    patternMessage(
      "a valid C identifier must start with alphabetic character or '_', followed by a string of alphanumeric characters or '_'",
      C_IDENTIFIER,
      'my_name',
      'MY_NAME',
      'MyName',
    ),
  ];
}

const CONFIG_KEY_MESSAGE = patternMessage(
  "a valid config key must consist of alphanumeric characters, '-', '_' or '.'",
  CONFIG_KEY,
  'key.name',
  'KEY_NAME',
  'key-name',
);

/** Key of a ConfigMap or Secret. */
export function configMapKey(key: string): Messages {
  const messages = check(key, 253, maxLength(253), configKeyPattern, CONFIG_KEY_MESSAGE);
  return key.startsWith('.') ? [...messages, ...dotDot(key)] : messages;
}

/** `25%`. */
export function percent(text: string): Messages {
  if (percentPattern.test(text)) return NONE;
  const message = "a valid percent string must be a numeric string followed by an ending '%'";
  return [patternMessage(message, PERCENT, '1%', '93%')];
}

/** Name of an HTTP header. */
export function httpHeaderName(name: string): Messages {
  if (httpHeaderPattern.test(name)) return NONE;
  const message = "a valid HTTP header must consist of alphanumeric characters or '-'";
  return [patternMessage(message, HTTP_HEADER, 'X-Header-Name')];
}
