import { expect, it } from 'vitest';
import { fieldErrorText } from '../../../schema/field-errors.ts';
import type { Spec } from './check.ts';
import { detailText, findings, policyOf } from './policy.ts';

const LABEL = 'pod-security.kubernetes.io/';
const of = (level: string, spec: Spec, annotations = {}): string =>
  detailText(findings({ level, version: 'latest' }, spec, annotations));
const container = (name: string, securityContext: object = {}, more: object = {}): Spec => ({
  name,
  securityContext,
  ...more,
});

it('reads what a namespace asks for', () => {
  expect(policyOf({ 'kubernetes.io/metadata.name': 'a' }).enforce).toEqual({ level: 'privileged', version: 'latest' });
  const policy = policyOf({ [`${LABEL}enforce`]: 'baseline', [`${LABEL}enforce-version`]: 'v1.30' });
  expect(policy).toMatchObject({ enforce: { level: 'baseline', version: 'v1.30' }, warn: { level: 'baseline' } });
  expect(policyOf({ [`${LABEL}enforce`]: 'restricted', [`${LABEL}warn`]: 'privileged' }).warn.level).toBe('privileged');
  const odd = policyOf({ [`${LABEL}enforce`]: 'foo', [`${LABEL}warn-version`]: '1.2' });
  expect(odd.errors.list.map(fieldErrorText)).toEqual([
    `metadata.labels[${LABEL}enforce]: Invalid value: "foo": must be one of privileged, baseline, restricted`,
    `metadata.labels[${LABEL}warn-version]: Invalid value: "1.2": must be "latest" or "v1.x"`,
  ]);
  expect(odd.enforce.level).toBe('restricted');
});

it('finds what is beyond baseline, in the order of the checks', () => {
  const spec = {
    hostNetwork: true,
    securityContext: { sysctls: [{ name: 'kernel.x', value: '1' }], seccompProfile: { type: 'Unconfined' } },
    initContainers: [container('i', { privileged: true })],
    containers: [
      container('a', { privileged: true, capabilities: { add: ['SYS_ADMIN', 'CHOWN', 'NET_RAW'] } }),
      container('b', { procMount: 'Unmasked' }, { ports: [{ hostPort: 80 }, { hostPort: 8080 }] }),
    ],
    volumes: [{ name: 'v', hostPath: { path: '/' } }],
  };
  expect(of('baseline', spec)).toBe(
    [
      'non-default capabilities (container "a" must not include "NET_RAW", "SYS_ADMIN" in securityContext.capabilities.add)',
      'host namespaces (hostNetwork=true)',
      'hostPath volumes (volume "v")',
      'hostPort (container "b" uses hostPorts 80, 8080)',
      'privileged (containers "i", "a" must not set securityContext.privileged=true)',
      'procMount (container "b" must not set securityContext.procMount to "Unmasked")',
      'seccompProfile (pod must not set securityContext.seccompProfile.type to "Unconfined")',
      'forbidden sysctls (kernel.x)',
    ].join(', '),
  );
  const annotations = { 'container.apparmor.security.beta.kubernetes.io/a': 'unconfined' };
  expect(of('baseline', { containers: [container('a')] }, annotations)).toBe(
    'forbidden AppArmor profile (annotation must not set AppArmor profile type to ' +
      '"container.apparmor.security.beta.kubernetes.io/a=\\"unconfined\\"")',
  );
});

it('finds what a plain pod lacks of restricted', () => {
  expect(of('restricted', { containers: [container('a')], volumes: [{ name: 'v', nfs: {} }] })).toBe(
    [
      'allowPrivilegeEscalation != false (container "a" must set securityContext.allowPrivilegeEscalation=false)',
      'unrestricted capabilities (container "a" must set securityContext.capabilities.drop=["ALL"])',
      'restricted volume types (volume "v" uses restricted volume type "nfs")',
      'runAsNonRoot != true (pod or container "a" must set securityContext.runAsNonRoot=true)',
      'seccompProfile (pod or container "a" must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost")',
    ].join(', '),
  );
  const hardened = { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'], add: ['NET_BIND_SERVICE'] } };
  const securityContext = { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } };
  expect(of('restricted', { securityContext, containers: [container('a', hardened)] })).toBe('');
  expect(of('restricted', { securityContext, containers: [container('a', { ...hardened, runAsUser: 0 })] })).toBe(
    'runAsUser=0 (container "a" must not set runAsUser=0)',
  );
});
