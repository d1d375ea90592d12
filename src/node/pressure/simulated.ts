import { quantityValue } from '../../base/quantity.ts';
import type { KubeObject } from '../../schema/object.ts';
import { SIMULATE } from '../runtimes/simulated/behaviour.ts';
import type { Observation, Reading } from './thresholds.ts';

/** What a simulated node has left: all it has, unless annotations `memory-available` and `disk-available` say less. */
export function simulatedLeft(node: KubeObject | null): Observation {
  const annotations: Readonly<Record<string, string>> = node?.metadata.annotations ?? {};
  const reading = (key: string, resource: string): Reading | null => {
    const text = annotations[SIMULATE + key];
    if (text === undefined) return null;
    const capacity = quantityValue(node?.status?.capacity?.[resource] ?? '0');
    try {
      return { available: quantityValue(text), capacity };
    } catch {
      return null;
    }
  };
  const memory = reading('memory-available', 'memory');
  const disk = reading('disk-available', 'ephemeral-storage');
  return {
    ...(memory === null ? {} : { 'memory.available': memory }),
    ...(disk === null ? {} : { 'nodefs.available': disk }),
  };
}
