import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { decodeObject } from './decode.ts';
import { parseBody } from './parse.ts';
import { ProtobufError, readEnvelope, readProtobuf } from './protobuf.ts';
import { protobufEnvelope, writeProtobuf } from './protobuf-encode.ts';
import { structNames, structOf } from './structure.ts';

interface Pair {
  readonly json: { readonly apiVersion: string; readonly kind: string };
  readonly protobuf: string;
}

/** Bytes written by Go's own serializer (tools/generate/facts/protobuf). */
const PAIRS = JSON.parse(readFileSync(new URL('testdata/protobuf.json', import.meta.url), 'utf8')) as Pair[];

function structNamed(apiVersion: string, kind: string): ReturnType<typeof structOf> {
  const named = apiVersion.includes('/') ? `${apiVersion}/${kind}` : `/${apiVersion}/${kind}`;
  return structOf(structNames().find((name) => structOf(name).kinds.includes(named))!);
}

describe('protobuf bodies', () => {
  it.each(PAIRS.map((pair) => [pair.json.kind, pair] as const))('reads a %s as Go writes it', async (_, pair) => {
    const { apiVersion, kind } = pair.json;
    const struct = structNamed(apiVersion, kind);
    const body = await parseBody(Buffer.from(pair.protobuf, 'base64'), 'protobuf', { struct });
    expect([body.apiVersion, body.kind]).toEqual([apiVersion, kind]);
    expect(decodeObject(struct, body.value).object).toEqual(decodeObject(struct, pair.json).object);
  });

  it.each(PAIRS.map((pair) => [pair.json.kind, pair] as const))('writes a %s that reads the same', (_, pair) => {
    const { apiVersion, kind } = pair.json;
    const struct = structNamed(apiVersion, kind);
    const { object } = decodeObject(struct, pair.json);
    const envelope = readEnvelope(protobufEnvelope(apiVersion, kind, writeProtobuf(struct, object)));
    expect([envelope.apiVersion, envelope.kind]).toEqual([apiVersion, kind]);
    const { kind: _kind, apiVersion: _version, ...rest } = object;
    expect(decodeObject(struct, readProtobuf(struct, envelope.raw)).object).toEqual(rest);
  });

  it('writes the bytes Go writes, where nothing is zero', () => {
    const security = { runAsUser: -1, supplementalGroups: [5, 300], fsGroup: 2 ** 40 };
    const bytes = writeProtobuf(structOf('io.k8s.api.core.v1.PodSecurityContext'), security);
    const minusOne = `10${'ff'.repeat(9)}01`;
    expect(bytes.toString('hex')).toBe(`${minusOne}200520ac0228808080808020`);
    expect(readProtobuf(structOf('io.k8s.api.core.v1.PodSecurityContext'), bytes)).toEqual(security);
  });

  it('reads packed and unpacked integers, negative ones too', () => {
    const struct = structOf('io.k8s.api.core.v1.PodSecurityContext');
    const unpacked = Buffer.from([0x20, 0x05, 0x20, 0x06]);
    const packed = Buffer.from([0x22, 0x02, 0x05, 0x06]);
    expect(readProtobuf(struct, unpacked)).toEqual({ supplementalGroups: [5, 6] });
    expect(readProtobuf(struct, packed)).toEqual({ supplementalGroups: [5, 6] });
    const minusOne = Buffer.from([0x10, ...Array(9).fill(0xff), 0x01]);
    expect(readProtobuf(struct, minusOne)).toEqual({ runAsUser: -1 });
  });

  it('passes over fields it does not know', () => {
    const bytes = Buffer.from([0xf8, 0x3f, 0x07, 0xf2, 0x3f, 0x01, 0x78, 0x10, 0x07]);
    expect(readProtobuf(structOf('io.k8s.api.core.v1.PodSecurityContext'), bytes)).toEqual({ runAsUser: 7 });
  });

  it('refuses what is no envelope or is cut short', () => {
    expect(() => readEnvelope(Buffer.from('{"kind":"Pod"}'))).toThrow(ProtobufError);
    const whole = Buffer.from(PAIRS[0]!.protobuf, 'base64');
    expect(() => readEnvelope(whole.subarray(0, 40))).toThrow('unexpected EOF');
  });

  it('gives only the type of a body that holds another kind', async () => {
    const struct = structOf('io.k8s.api.core.v1.ConfigMap');
    const body = await parseBody(Buffer.from(PAIRS[0]!.protobuf, 'base64'), 'protobuf', { struct });
    expect(body.value).toEqual({ apiVersion: 'v1', kind: 'Pod' });
  });
});
