import { describe, expect, it } from 'vitest';
import {
  dns1123Label,
  dns1123Subdomain,
  envVarName,
  labelValue,
  pathSegment,
  portName,
  qualifiedName,
} from './names.ts';

describe('names', () => {
  it('accepts what is valid', () => {
    expect(dns1123Label('1a-b')).toEqual([]);
    expect(dns1123Subdomain('a.b-c.d')).toEqual([]);
    expect(qualifiedName('example.com/My_Name')).toEqual([]);
    expect(labelValue('')).toEqual([]);
    expect(pathSegment('system:node')).toEqual([]);
    expect(envVarName('my var')).toEqual([]);
  });
  it('explains what is not', () => {
    expect(dns1123Label('a.b')).toEqual(['must not contain dots']);
    expect(dns1123Label('a'.repeat(64))).toEqual(['must be no more than 63 characters']);
    expect(dns1123Subdomain('-x')[0]).toContain("(e.g. 'example.com', regex used for validation is '");
    expect(qualifiedName('a b')[0]).toContain("name part must consist of alphanumeric characters, '-', '_' or '.'");
    expect(qualifiedName('a/b/c')[0]).toMatch(/^a valid label key must consist .*\(e\.g\. 'example\.com\/MyName'\)$/);
    expect(qualifiedName('/b')).toEqual(['prefix part must be non-empty']);
    expect(qualifiedName('')[0]).toBe('name part must be non-empty');
    expect(labelValue('é'.repeat(40))[0]).toBe('must be no more than 63 bytes');
    expect(pathSegment('a/%')).toEqual(["may not contain '/'", "may not contain '%'"]);
    expect(pathSegment('..')).toEqual(["may not be '..'"]);
    expect(portName('not_ok')).toEqual(['must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)']);
    expect(envVarName('a=b')).toHaveLength(1);
  });
});
