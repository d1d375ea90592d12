import { parseTime } from '../../base/time.ts';
import type { Pod } from './objects.ts';
import { podCondition } from './pods.ts';
import type { Service } from './services.ts';

/** When what a service's endpoints are made from last changed, on Endpoints and EndpointSlices. */
export const TRIGGER_TIME = 'endpoints.kubernetes.io/last-change-trigger-time';

interface Seen {
  readonly service: string;
  readonly pods: ReadonlyMap<string, string>;
}

/**
 * Tells what made the endpoints of a service change: the earliest of the changes since the last look, which are the
 * service's creation and transitions of its pods' readiness. At the first look it is the service's creation.
 */
export class TriggerTimes {
  readonly #seen = new Map<string, Seen>();

  /** Null when nothing that counts has changed since the last call. */
  next(key: string, service: Service, pods: readonly Pod[]): string | null {
    const before = this.#seen.get(key);
    const created = service.metadata.creationTimestamp ?? '';
    const times = new Map<string, string>();
    let earliest: string | null = null;
    const changed = (time: string, previous: string | undefined): void => {
      if (previous !== undefined && parseTime(time) <= parseTime(previous)) return;
      if (earliest === null || parseTime(time) < parseTime(earliest)) earliest = time;
    };
    for (const pod of pods) {
      const time = podCondition(pod, 'Ready')?.lastTransitionTime;
      if (time === undefined || time === null || time === '') continue;
      times.set(pod.metadata.uid ?? '', time);
      changed(time, before?.pods.get(pod.metadata.uid ?? ''));
    }
    if (created !== '') changed(created, before?.service);
    this.#seen.set(key, { service: created, pods: times });
    return before === undefined ? created || null : earliest;
  }

  forget(key: string): void {
    this.#seen.delete(key);
  }
}

/** Annotations with the time, or without it when there is none; undefined instead of empty ones. */
export function withTriggerTime(
  annotations: Readonly<Record<string, string>> | undefined,
  time: string | null,
): Record<string, string> | undefined {
  const { [TRIGGER_TIME]: _, ...rest } = annotations ?? {};
  const out = time === null ? rest : { ...rest, [TRIGGER_TIME]: time };
  return Object.keys(out).length === 0 ? undefined : out;
}
