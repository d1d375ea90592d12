import { describe, expect, it } from 'vitest';
import { hasStruct, structNames, structOf } from '../../schema/structure.ts';
import { ALL_TEXTS, DESCRIPTIONS } from './index.ts';

const APPS = 'io.k8s.api.apps.v1.';
const described = ALL_TEXTS.flatMap(({ prefix, texts }) =>
  Object.entries(texts).map(([name, own]) => ({ name: `${prefix}.${name}`, own })),
);

describe('descriptions', () => {
  it('speak of definitions and fields that exist, once', () => {
    const stale = described.flatMap(({ name, own }) => {
      const fields = Object.keys(own).filter((field) => field !== '');
      if (!hasStruct(name)) return fields.length === 0 ? [] : [name];
      return fields.filter((field) => !structOf(name).byName.has(field)).map((field) => `${name}.${field}`);
    });
    expect(stale).toEqual([]);
    const names = described.map(({ name }) => name);
    expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
  });

  it('leave no field of a StatefulSet without one', () => {
    const own = structNames().filter((name) => name.startsWith(APPS) && name.includes('StatefulSet'));
    expect(own.length).toBeGreaterThan(6);
    const silent = own.flatMap((name) =>
      structOf(name)
        .fields.filter((field) => DESCRIPTIONS.of(name, field.name) === undefined)
        .map((field) => `${name}.${field.name}`),
    );
    expect(silent).toEqual([]);
  });

  it('are plain sentences of ASCII', () => {
    for (const { name, own } of described) {
      for (const [field, text] of Object.entries(own)) {
        expect(text, `${name}.${field}`).toMatch(/^[ -~]+[.!)`]$/);
        expect(text, `${name}.${field}`).not.toMatch(/ {2}|^ /);
      }
    }
  });
});
