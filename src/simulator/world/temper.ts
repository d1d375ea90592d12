import type { PodView, Runtime } from '../../node/runtimes/runtime.ts';

/** Annotations that say how a pod behaves (`simulate.perdure.dev/…`), on top of its own. */
export interface Temper {
  annotations(pod: PodView): Readonly<Record<string, string>>;
  /** Called when answers for running pods may have changed. Returns the function that ends it. */
  onChange(listener: () => void): () => void;
}

export const NO_TEMPER: Temper = { annotations: () => ({}), onChange: () => () => {} };

/** The same runtime, whose pods behave as the temper says too. */
export function tempered(runtime: Runtime, temper: Temper): Runtime {
  if (temper === NO_TEMPER) return runtime;
  const pods = new Map<string, PodView>();
  const inTemper = (pod: PodView): PodView => ({
    ...pod,
    metadata: { ...pod.metadata, annotations: { ...pod.metadata.annotations, ...temper.annotations(pod) } },
  });
  temper.onChange(() => {
    for (const pod of pods.values()) runtime.podChanged?.(inTemper(pod));
  });
  const methods: Partial<Runtime> = {
    createSandbox(spec) {
      pods.set(spec.uid, spec.pod);
      return runtime.createSandbox({ ...spec, pod: inTemper(spec.pod) });
    },
    removeSandbox(uid) {
      pods.delete(uid);
      return runtime.removeSandbox(uid);
    },
    podChanged(pod) {
      if (pods.has(pod.metadata.uid)) pods.set(pod.metadata.uid, pod);
      runtime.podChanged?.(inTemper(pod));
    },
    pullImage: (reference, policy, wanted) =>
      runtime.pullImage(reference, policy, wanted && { ...wanted, pod: inTemper(wanted.pod) }),
  };
  return new Proxy(runtime, {
    get(target, property) {
      const own = (methods as Record<string | symbol, unknown>)[property];
      if (own !== undefined) return own;
      const value = Reflect.get(target, property, target) as unknown;
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}
