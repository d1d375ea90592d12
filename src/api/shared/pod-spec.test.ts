import { expect, it } from 'vitest';
import { FieldErrors, fieldErrorText } from '../../schema/field-errors.ts';
import type { Json } from './json.ts';
import { validatePodAnnotations } from './pod-annotations.ts';
import { defaultPodSpec } from './pod-defaults.ts';
import { validatePodSpec } from './pod-spec.ts';

/** What is said of a pod with one container and these fields. */
function faults(fields: Json, container: Json = {}): string[] {
  const spec = { containers: [{ name: 'a', image: 'x:1', ...container }], ...fields };
  defaultPodSpec(spec);
  const errors = new FieldErrors();
  validatePodSpec(spec, 'spec', { isPod: true, name: 'p' }, errors);
  return errors.list.map(fieldErrorText);
}

const volume = (source: Json): string[] => faults({ volumes: [{ name: 'v', ...source }] });

it('checks what sources of volumes hold, at the paths upstream gives them', () => {
  expect(volume({ gcePersistentDisk: { partition: 300 } })).toEqual([
    'spec.volumes[0].persistentDisk.pdName: Required value',
    'spec.volumes[0].persistentDisk.partition: Invalid value: 300: must be between 1 and 255, inclusive',
  ]);
  expect(volume({ nfs: { server: 'a' } })).toEqual([
    'spec.volumes[0].nfs.path: Required value',
    'spec.volumes[0].nfs.path: Invalid value: "": must be an absolute path',
  ]);
  expect(volume({ iscsi: { targetPortal: 'a', iqn: 'foo', lun: 256, chapAuthSession: true } })).toEqual([
    'spec.volumes[0].iscsi.iqn: Invalid value: "foo": must be valid format starting with iqn, eui, or naa',
    'spec.volumes[0].iscsi.lun: Invalid value: 256: must be between 0 and 255, inclusive',
    'spec.volumes[0].iscsi.secretRef: Required value',
  ]);
  expect(volume({ iscsi: { targetPortal: 'a', iqn: 'iqn.2001-04.com.example:x', lun: 0 } })).toEqual([]);
  expect(volume({ fc: { targetWWNs: ['a'], lun: 1 } })).toEqual([]);
  expect(volume({ quobyte: { registry: 'a:1,[::1]:2', volume: 'x' } })).toEqual([]);
  expect(volume({ emptyDir: {}, downwardAPI: {} })).toEqual([
    'spec.volumes[0].downwarAPI: Forbidden: may not specify more than 1 volume type',
  ]);
});

it('prints whole structs as the server has them', () => {
  const profile = { type: 'RuntimeDefault', localhostProfile: 'a' };
  expect(faults({}, { securityContext: { seccompProfile: profile } })).toEqual([
    'spec.containers[0].securityContext.seccompProfile.localhostProfile: Invalid value: ' +
      '{"Type":"RuntimeDefault","LocalhostProfile":"a"}: can only be set when seccomp type is Localhost',
  ]);
});

it('keeps containers within the resources of their pod', () => {
  const resources = { requests: { cpu: '1' }, limits: { cpu: '2' } };
  const init = { name: 'i', image: 'x:1', resources: { requests: { cpu: '3' } } };
  expect(faults({ resources, initContainers: [init] }, { resources: { limits: { cpu: '4' } } })).toEqual([
    'spec.resources.requests[cpu]: Invalid value: "1": must be greater than or equal to aggregate container requests of 3',
    'spec.resources.containers[0][cpu].limits: Invalid value: "4": must be less than or equal to pod limits of 2',
  ]);
});

it('says what a pod cannot have on its system', () => {
  const spec = { os: { name: 'windows' }, hostPID: true, hostIPC: false, securityContext: { runAsUser: 1 } };
  expect(faults(spec, { securityContext: { privileged: false } })).toEqual([
    'spec.hostPID: Forbidden: cannot be set for a windows pod',
    'spec.securityContext.runAsUser: Forbidden: cannot be set for a windows pod',
    'spec.containers[0].securityContext.privileged: Forbidden: cannot be set for a windows pod',
  ]);
});

it('checks annotations that mean something on pods', () => {
  const errors = new FieldErrors();
  const annotations = {
    'controller.kubernetes.io/pod-deletion-cost': '+5',
    'container.apparmor.security.beta.kubernetes.io/b': 'runtime/default',
    'kubernetes.io/config.mirror': 'x',
  };
  validatePodAnnotations(annotations, { containers: [{ name: 'a' }] }, 'metadata.annotations', errors);
  expect(errors.list.map(fieldErrorText)).toEqual([
    'metadata.annotations[kubernetes.io/config.mirror]: Invalid value: "x": must set spec.nodeName if mirror pod annotation is set',
    'metadata.annotations[controller.kubernetes.io/pod-deletion-cost]: Invalid value: "+5": must be a 32bit integer',
    'metadata.annotations[container.apparmor.security.beta.kubernetes.io/b]: Invalid value: "b": container not found',
  ]);
});
