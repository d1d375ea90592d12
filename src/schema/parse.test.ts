import { describe, expect, it } from 'vitest';
import {
  bodyFormat,
  type ParsedBody,
  ParseError,
  parseJsonBody,
  parseYamlBody,
  unknownFieldErrors,
  unrecognizedBody,
} from './parse.ts';
import { structOf } from './structure.ts';

const json = (text: string, name = 'io.k8s.api.core.v1.Pod'): ParsedBody =>
  parseJsonBody(Buffer.from(text), { struct: structOf(name) });
const yaml = (text: string): Promise<ParsedBody> => parseYamlBody(Buffer.from(text));

function refusal(text: string): string {
  try {
    json(text);
  } catch (error) {
    return unrecognizedBody(error as ParseError, 'ConfigMap', Buffer.from(text)).replace(
      "the object provided is unrecognized (must be of type ConfigMap): couldn't get version/kind; json parse error: ",
      '',
    );
  }
  return '';
}

describe('JSON bodies', () => {
  it('tell their type', () => {
    expect(json('{"apiVersion":"v1","kind":"Pod"}')).toMatchObject({ apiVersion: 'v1', kind: 'Pod', strictErrors: [] });
    expect(json('null')).toMatchObject({ value: null, apiVersion: '', kind: '' });
  });

  it.each([
    ['', 'unexpected end of JSON input (<empty>)'],
    ['{', 'unexpected end of JSON input ({)'],
    ['{"a":}', 'invalid character \'}\' looking for beginning of value ({"a":})'],
    ['{"a":1,}', 'invalid character \'}\' looking for beginning of object key string ({"a":1,})'],
    ['{"a" 1}', 'invalid character \'1\' after object key ({"a" 1})'],
    ['{"a":1 "b"}', 'invalid character \'"\' after object key:value pair ({"a":1 "b"})'],
    ['[1 2]', "invalid character '2' after array element (5b3120325d)"],
    ['{"a":tru}', "invalid character '}' in literal true (expecting 'e') ({\"a\":tru})"],
    ['{"a":01}', 'invalid character \'1\' after object key:value pair ({"a":01})'],
    ['{"a":1.}', 'invalid character \'}\' after decimal point in numeric literal ({"a":1.})'],
    ['{"a":"\\x"}', 'invalid character \'x\' in string escape code ({"a":"\\x"})'],
    ['{} x', "invalid character 'x' after top-level value ({} x)"],
    [
      '"x"',
      'json: cannot unmarshal string into Go value of type struct { APIVersion string "json:\\"apiVersion,omitempty\\""; ' +
        'Kind string "json:\\"kind,omitempty\\"" } (227822)',
    ],
    ['{"kind":5}', 'json: cannot unmarshal number into Go struct field .kind of type string ({"kind":5})'],
  ])('refuse %s with the words of Go', (text, message) => {
    expect(refusal(text)).toBe(message);
  });

  it('tell keys written twice where the decoder looks, and only there', () => {
    expect(json('{"kind":"Pod","spec":{"hostPID":true,"hostPID":false}}').strictErrors).toEqual([
      'duplicate field "spec.hostPID"',
    ]);
    expect(json('{"metadata":{"labels":{"a":"\\"","a":"{"}},"x":{"b":1,"b":2}}').strictErrors).toEqual([
      'duplicate field "metadata.labels.a"',
    ]);
    expect(json('{"spec":{"containers":[{"name":"a"},{"name":"b","name":"c"}]}}').strictErrors).toEqual([
      'duplicate field "spec.containers[1].name"',
    ]);
    const revision = 'io.k8s.api.apps.v1.ControllerRevision';
    expect(json('{"data":{"a":1,"a":2}}', revision).strictErrors).toEqual([]);
  });

  it('tell numbers with a fraction or an exponent', () => {
    expect(json('{"spec":{"priority":1.0,"x":[-2E3, 5]},"z":"1.5e3"}').forms).toEqual([
      { path: ['spec', 'priority'], text: '1.0' },
      { path: ['spec', 'x', 0], text: '-2E3' },
    ]);
    expect(json('{"a":true,"e":false,"1e":5}').forms).toEqual([]);
  });

  it('are told from other formats by their content type', () => {
    expect(
      ['', 'application/json; charset=utf-8', 'application/yaml', 'text/plain', 'nonsense'].map(bodyFormat),
    ).toEqual(['json', 'json', 'yaml', null, null]);
    expect(unknownFieldErrors(['spec.x'])).toEqual(['unknown field "spec.x"']);
  });
});

describe('YAML bodies', () => {
  it('have the truth values of YAML 1.1, and times and ports stay text', async () => {
    const { value, kind } = await yaml('kind: X\na: yes\nb: off\nc: 22:22\nd: 2026-01-02\ne: 1_000\nf: "on"\n1: x\n');
    expect(kind).toBe('X');
    expect(value).toEqual({ kind: 'X', a: true, b: false, c: '22:22', d: '2026-01-02', e: 1000, f: 'on', 1: 'x' });
  });

  it('know anchors and merges, and only the first document counts', async () => {
    const { value } = await yaml('a: &x {p: 1, q: 2}\nb:\n  <<: *x\n  q: 3\n---\nc: 1\n');
    expect(value).toEqual({ a: { p: 1, q: 2 }, b: { p: 1, q: 3 } });
  });

  it('tell the line of a key written twice; the last one holds', async () => {
    const body = await yaml('data:\n  a: "1"\n  b: x\n  a: "2"\n');
    expect(body.value).toEqual({ data: { a: '2', b: 'x' } });
    expect(body.strictErrors).toEqual(['line 4: key "a" already set in map']);
  });

  it('may be JSON', async () => {
    expect((await yaml('{"kind":"Pod","a":[1]}')).value).toEqual({ kind: 'Pod', a: [1] });
  });

  it.each([
    ['{', 'error converting YAML to JSON: yaml: line 1: did not find expected node content'],
    ['a: [', 'error converting YAML to JSON: yaml: line 1: did not find expected node content'],
  ])('refuse %s with the words of upstream', async (text, message) => {
    await expect(yaml(text)).rejects.toThrow(new ParseError(message));
  });
});
