import { expect, it } from 'vitest';
import type { Draft, FeatureGates, StrategyContext } from '../../../schema/kind.ts';
import { podCreate } from './create.ts';

function prepared(gates: FeatureGates): Draft {
  const lifecycle = { stopSignal: 'SIGUSR1', preStop: { sleep: { seconds: 1 } } };
  const draft: Draft = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'p' },
    spec: { containers: [{ name: 'c', image: 'i', lifecycle: { ...lifecycle } }] },
  };
  podCreate.prepare?.(draft, { gates } as StrategyContext);
  return draft;
}

it('knows stop signals with their gate only', () => {
  expect(prepared({}).spec.containers[0].lifecycle).toEqual({ preStop: { sleep: { seconds: 1 } } });
  expect(prepared({ ContainerStopSignals: true }).spec.containers[0].lifecycle.stopSignal).toBe('SIGUSR1');
});
