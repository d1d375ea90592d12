import { expect, it } from 'vitest';
import { FieldErrors, fieldErrorText } from '../../schema/field-errors.ts';
import type { KubeObject } from '../../schema/object.ts';
import { ingress } from './ingress.ts';
import { ingressClass } from './ingress-class.ts';

const faults = (annotated: string, ingressClassName: string): string[] => {
  const metadata = { name: 'a', annotations: { 'kubernetes.io/ingress.class': annotated } };
  const spec = { ingressClassName, defaultBackend: { service: { name: 'b', port: { number: 80 } } } };
  const errors = new FieldErrors();
  ingress.create?.validate?.({ metadata, spec } as unknown as KubeObject, errors, undefined as never);
  return errors.list.map(fieldErrorText);
};

it('lets annotation and field name the same class only', () => {
  expect(faults('x', 'x')).toEqual([]);
  expect(faults('x', 'y')).toEqual([
    'annotations.kubernetes.io/ingress.class: Invalid value: "x": must match `ingressClassName` when both are specified',
  ]);
});

it('takes names, not addresses, for the hostnames of a status', () => {
  const status = { loadBalancer: { ingress: [{ hostname: '1.2.3.4' }, { hostname: 'a.b' }] } };
  const errors = new FieldErrors();
  ingress.status?.validate?.({ status } as unknown as KubeObject, {} as KubeObject, errors, undefined as never);
  expect(errors.list.map(fieldErrorText)).toEqual([
    'status.loadBalancer.ingress[0].hostname: Invalid value: "1.2.3.4": must be a DNS name, not an IP address',
  ]);
});

it('checks what a class refers to', () => {
  const of = (parameters: object): string[] => {
    const errors = new FieldErrors();
    const object = { metadata: { name: 'a' }, spec: { controller: 'a.b/c', parameters } } as unknown as KubeObject;
    ingressClass.create?.validate?.(object, errors, undefined as never);
    return errors.list.map(fieldErrorText);
  };
  expect(of({ apiGroup: 'a.b', kind: 'K', name: 'n', scope: 'Namespace', namespace: 'x' })).toEqual([]);
  expect(of({ kind: 'a/b', name: '..', scope: 'Cluster' })).toEqual([
    'spec.parameters.kind: Invalid value: "a/b": may not contain \'/\'',
    'spec.parameters.name: Invalid value: "..": may not be \'..\'',
  ]);
});
