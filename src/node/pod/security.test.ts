import { expect, it } from 'vitest';
import { DEFAULT_CAPABILITIES } from '../runtimes/capabilities.ts';
import { securityOf } from './security.ts';

const of = (securityContext: object) => securityOf({ name: 'c', securityContext });

it('leaves a container few rights, and no way to more', () => {
  expect(securityOf({ name: 'c' })).toEqual({
    privileged: false,
    readOnlyRoot: false,
    capabilities: DEFAULT_CAPABILITIES,
    noNewPrivileges: true,
    procUnmasked: false,
  });
  expect(DEFAULT_CAPABILITIES).not.toContain('SYS_ADMIN');
  expect(DEFAULT_CAPABILITIES).not.toContain('MKNOD');
});

it('drops and adds capabilities by either spelling of their names', () => {
  expect(of({ capabilities: { drop: ['ALL'] } }).capabilities).toEqual([]);
  expect(of({ capabilities: { drop: ['all'], add: ['CAP_CHOWN', 'net_admin'] } }).capabilities).toEqual([
    'CHOWN',
    'NET_ADMIN',
  ]);
  expect(of({ capabilities: { drop: ['KILL'], add: ['MKNOD'] } }).capabilities).not.toContain('KILL');
  expect(of({ capabilities: { add: ['ALL'] } }).capabilities).toBeNull();
});

it('lets rights be gained only by who says so', () => {
  expect(of({ allowPrivilegeEscalation: true }).noNewPrivileges).toBe(false);
  expect(of({ allowPrivilegeEscalation: false }).noNewPrivileges).toBe(true);
  expect(of({ privileged: true })).toMatchObject({ capabilities: null, noNewPrivileges: false, procUnmasked: true });
  expect(of({ procMount: 'Unmasked', readOnlyRootFilesystem: true })).toMatchObject({
    procUnmasked: true,
    readOnlyRoot: true,
  });
});
