import { describe, expect, it } from 'vitest';
import { hasStruct, structOf } from '../../schema/structure.ts';
import type { StructInfo, TypeRef } from '../../schema/types.ts';
import { KINDS } from '../index.ts';
import { ALL_TEXTS, DESCRIPTIONS } from './index.ts';

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

  it('say of every kind what it is', () => {
    const silent = KINDS.filter(({ struct }) => DESCRIPTIONS.of(struct.name) === undefined);
    expect(silent.map(({ kind }) => kind)).toEqual([]);
  });

  it('leave no field of a kind without one, however deep', () => {
    const silent = new Set<string>();
    const seen = new Set<string>();
    const visit = (type: TypeRef): void => {
      if (type.kind === 'struct') walk(type.struct);
      else if (type.kind === 'list') visit(type.element);
      else if (type.kind === 'map') visit(type.value);
    };
    const walk = (struct: StructInfo): void => {
      if (seen.has(struct.name)) return;
      seen.add(struct.name);
      for (const field of struct.fields) {
        if (DESCRIPTIONS.of(struct.name, field.name) === undefined) silent.add(`${struct.name}.${field.name}`);
        visit(field.type);
      }
    };
    for (const { struct } of KINDS) {
      walk(struct);
      if (hasStruct(`${struct.name}List`)) walk(structOf(`${struct.name}List`));
    }
    expect([...silent]).toEqual([]);
    expect(seen.size).toBeGreaterThan(250);
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
