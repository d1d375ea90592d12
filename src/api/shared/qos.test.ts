import { expect, it } from 'vitest';
import { qosClass } from './qos.ts';

const spec = (...resources: object[]) => ({
  containers: resources.map((each, i) => ({ name: `c${i}`, resources: each })),
});
const whole = { requests: { cpu: '1', memory: '1Gi' }, limits: { cpu: '1000m', memory: '1Gi' } };

it('is Guaranteed when every container limits both and asks for as much', () => {
  expect(qosClass(spec(whole, whole))).toBe('Guaranteed');
  expect(qosClass(spec(whole, {}))).toBe('Burstable');
  expect(qosClass(spec({ ...whole, requests: { cpu: '500m', memory: '1Gi' } }))).toBe('Burstable');
});

it('is BestEffort when nothing is asked for', () => {
  expect(qosClass(spec({}, { requests: { cpu: '0' } }))).toBe('BestEffort');
  expect(qosClass(spec({ requests: { 'example.com/gpu': '1' }, limits: { 'example.com/gpu': '1' } }))).toBe(
    'BestEffort',
  );
});

it('looks at the resources of the pod first', () => {
  expect(qosClass({ ...spec({}), resources: whole })).toBe('Guaranteed');
});
