import { systemClock } from '../../base/clock.ts';
import { describeRuntime } from './runtime-contract.ts';
import { createSimulatedRuntime } from './simulated.ts';

describeRuntime('simulated', async (onExit) => {
  const runtime = createSimulatedRuntime({ clock: systemClock });
  await runtime.start(onExit);
  return { runtime, directory: '/nowhere', settle: (promise) => promise, dispose: () => runtime.close() };
});
