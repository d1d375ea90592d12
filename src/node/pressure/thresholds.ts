import { formatQuantity, parseQuantity, quantityOf, quantityValue } from '../../base/quantity.ts';

/** What a node has left, in bytes and inodes; a signal that cannot be had is left out. */
export interface Observation {
  readonly 'memory.available'?: Reading;
  readonly 'nodefs.available'?: Reading;
  readonly 'nodefs.inodesFree'?: Reading;
}
export interface Reading {
  readonly available: number;
  readonly capacity: number;
}
export type Signal = keyof Observation;
export type PressureType = 'MemoryPressure' | 'DiskPressure';

/** One hard threshold: a quantity or a percentage of what there is. */
export interface Threshold {
  readonly signal: Signal;
  readonly limit: { readonly amount: number } | { readonly percent: number };
}

/** A threshold that is met. */
export interface Shortage {
  readonly signal: Signal;
  readonly pressure: PressureType;
  /** As events and messages name it. */
  readonly resource: 'memory' | 'ephemeral-storage' | 'inodes';
  readonly threshold: number;
  readonly available: number;
}

const SIGNALS: Readonly<Record<Signal, Pick<Shortage, 'pressure' | 'resource'>>> = {
  'memory.available': { pressure: 'MemoryPressure', resource: 'memory' },
  'nodefs.available': { pressure: 'DiskPressure', resource: 'ephemeral-storage' },
  'nodefs.inodesFree': { pressure: 'DiskPressure', resource: 'inodes' },
};

/**
 * Hard thresholds of our nodes. Upstream's memory; but a share of the disk says nothing about a machine that is not only
 * a node, so what counts is that pods and the store can still write.
 */
export const DEFAULT_EVICTION = 'memory.available<100Mi,nodefs.available<256Mi';

/** Reads the form of the kubelet's `--eviction-hard`, e.g. `memory.available<100Mi,nodefs.available<10%`; '' is none. Throws RangeError. */
export function parseThresholds(text: string): Threshold[] {
  return text
    .split(',')
    .filter((part) => part !== '')
    .map((part) => {
      const [signal = '', value = ''] = part.split('<');
      if (!(signal in SIGNALS))
        throw new RangeError(`unknown eviction signal "${signal}"; there are ${Object.keys(SIGNALS).join(', ')}`);
      return { signal: signal as Signal, limit: limitOf(value) };
    });
}

function limitOf(value: string): Threshold['limit'] {
  if (!value.endsWith('%')) return { amount: quantityValue(parseQuantity(value)) };
  const percent = Number(value.slice(0, -1));
  if (!(percent >= 0 && percent < 100))
    throw new RangeError(`an eviction threshold is a quantity or below 100%, not "${value}"`);
  return { percent };
}

/** The thresholds that are met, memory first as it is the more urgent. */
export function shortages(thresholds: readonly Threshold[], observed: Observation): Shortage[] {
  const met: Shortage[] = [];
  for (const { signal, limit } of thresholds) {
    const reading = observed[signal];
    if (reading === undefined) continue;
    const threshold = 'amount' in limit ? limit.amount : Math.floor((reading.capacity * limit.percent) / 100);
    if (reading.available < threshold)
      met.push({ signal, ...SIGNALS[signal], threshold, available: reading.available });
  }
  return met.sort((a, b) => Number(b.signal === 'memory.available') - Number(a.signal === 'memory.available'));
}

/** As upstream prints it: bytes with binary suffixes, counts without. */
export function amountText(resource: Shortage['resource'], amount: number): string {
  return formatQuantity(quantityOf(Math.floor(amount), resource === 'inodes' ? 'DecimalSI' : 'BinarySI'));
}
