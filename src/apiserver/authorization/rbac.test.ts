import { describe, expect, it } from 'vitest';
import { refusalText } from './attributes.ts';
import { compacted, type PolicyRule, ruleAllows, ruleText, uncovered } from './rules.ts';

const access = (over: object) => ({
  user: { name: 'u', groups: [] },
  verb: 'get',
  resourceRequest: true,
  group: '',
  resource: 'pods',
  subresource: '',
  namespace: 'n',
  name: 'p',
  path: '',
  ...over,
});
const rule = (verbs: string[], resources: string[], more: Partial<PolicyRule> = {}): PolicyRule => ({
  verbs,
  apiGroups: [''],
  resources,
  ...more,
});

describe('RBAC rules', () => {
  it('keeps subresources apart from their parent, and knows both wildcards', () => {
    const log = access({ subresource: 'log' });
    expect(ruleAllows(rule(['get'], ['pods']), log)).toBe(false);
    expect(ruleAllows(rule(['get'], ['pods/log']), log)).toBe(true);
    expect(ruleAllows(rule(['get'], ['*/log']), log)).toBe(true);
    expect(ruleAllows(rule(['*'], ['*']), log)).toBe(true);
  });

  it('limits by name, group and path', () => {
    expect(ruleAllows(rule(['get'], ['pods'], { resourceNames: ['q'] }), access({}))).toBe(false);
    expect(ruleAllows(rule(['get'], ['pods'], { apiGroups: ['apps'] }), access({}))).toBe(false);
    const path = access({ resourceRequest: false, path: '/healthz/ping' });
    expect(ruleAllows({ verbs: ['get'], nonResourceURLs: ['/healthz/*'] }, path)).toBe(true);
    expect(ruleAllows({ verbs: ['get'], nonResourceURLs: ['/healthz'] }, path)).toBe(false);
  });

  it('finds what a grant goes beyond', () => {
    const held = [rule(['list'], ['configmaps'])];
    const wanted = [rule(['get', 'list'], ['secrets', 'configmaps'])];
    expect(compacted(uncovered(held, wanted)).map(ruleText).sort()).toEqual([
      '{APIGroups:[""], Resources:["configmaps"], Verbs:["get"]}',
      '{APIGroups:[""], Resources:["secrets"], Verbs:["get" "list"]}',
    ]);
  });

  it('refuses in upstream words', () => {
    expect(refusalText(access({ subresource: 'log' }), '')).toBe(
      'User "u" cannot get resource "pods/log" in API group "" in the namespace "n"',
    );
    expect(refusalText(access({ resourceRequest: false, path: '/x' }), '')).toBe('User "u" cannot get path "/x"');
  });
});
