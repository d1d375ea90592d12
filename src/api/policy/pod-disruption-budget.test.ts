import { expect, it } from 'vitest';
import { FieldErrors } from '../../schema/field-errors.ts';
import type { KubeObject } from '../../schema/object.ts';
import { podDisruptionBudget } from './pod-disruption-budget.ts';

it('shows the internal form of a spec that asks for both counts', () => {
  const errors = new FieldErrors();
  const spec = { maxUnavailable: '10%', minAvailable: 1 };
  const object = { apiVersion: 'policy/v1', kind: 'PodDisruptionBudget', metadata: { name: 'p' }, spec } as KubeObject;
  podDisruptionBudget.update?.validate?.(object, object, errors, undefined as never);
  expect(JSON.stringify(errors.list[0])).toContain(
    '{"MinAvailable":1,"Selector":null,"MaxUnavailable":"10%","UnhealthyPodEvictionPolicy":null}',
  );
});
