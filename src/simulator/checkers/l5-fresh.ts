import { deepEqual } from '../../base/json.ts';
import type { KubeObject } from '../../schema/object.ts';
import { livingSets, membersOf, revisionOf } from './at-rest.ts';
import type { Checker, CheckerContext, CheckerDefinition } from './checker.ts';
import { claimNames, described, ordinalOf } from './facts.ts';

/** Fields of a pod's spec that its set, its node and admission fill. */
const FILLED: ReadonlySet<string> = new Set([
  'hostname',
  'subdomain',
  'nodeName',
  'volumes',
  'tolerations',
  'priority',
  'preemptionPolicy',
  'serviceAccount',
  'serviceAccountName',
  'enableServiceLinks',
  // Users may set it.
  'activeDeadlineSeconds',
]);
/** Volume of the token that every pod gets. */
const TOKEN = 'kube-api-access-';
const OWN_ANNOTATIONS = ['perdure.dev/ordinal-failures'];

interface Named {
  readonly name: string;
}

/** A field of a spec, without what admission mounts into containers. */
function asWritten(value: unknown): unknown {
  if (!Array.isArray(value)) return value ?? null;
  return value.map((container: { readonly volumeMounts?: readonly Named[] }) => {
    const { volumeMounts = [], ...rest } = container;
    const mounts = volumeMounts.filter(({ name }) => !name.startsWith(TOKEN));
    return mounts.length === 0 ? rest : { ...rest, volumeMounts: mounts };
  });
}

/** The first difference between a pod and one made of the template today; null when there is none. */
export function unlike(set: KubeObject, template: KubeObject, pod: KubeObject, touched: boolean): string | null {
  for (const field of new Set([...Object.keys(template.spec), ...Object.keys(pod.spec)])) {
    if (FILLED.has(field)) continue;
    if (!deepEqual(asWritten(template.spec[field]), asWritten(pod.spec[field]))) return `spec.${field}`;
  }
  const volumes: readonly (Named & { readonly persistentVolumeClaim?: { readonly claimName: string } })[] =
    pod.spec.volumes ?? [];
  const claims = claimNames(set, ordinalOf(pod));
  for (const [name, claim] of claims) {
    const volume = volumes.find((one) => one.name === name);
    if (volume?.persistentVolumeClaim?.claimName !== claim) return `volume ${name}`;
  }
  const others: readonly Named[] = (template.spec.volumes ?? []).filter(({ name }: Named) => !claims.has(name));
  const missing = others.find((one) => !volumes.some((volume) => deepEqual(volume, one)));
  if (missing !== undefined) return `volume ${missing.name}`;
  for (const [name, value] of Object.entries(template.metadata?.labels ?? {})) {
    if (pod.metadata.labels?.[name] !== value) return `label ${name}`;
  }
  if (touched) return null;
  const annotations = { ...pod.metadata.annotations };
  for (const name of OWN_ANNOTATIONS) delete annotations[name];
  return deepEqual(annotations, template.metadata?.annotations ?? {}) ? null : 'the list of annotations';
}

/** Whatever way a set took to its template, its members are those of a set made with it today. */
class Fresh implements Checker {
  readonly #context: CheckerContext;
  /** Pods users have patched. */
  readonly #touched = new Set<string>();

  constructor(context: CheckerContext) {
    this.#context = context;
  }

  on(entry: Parameters<NonNullable<Checker['on']>>[0]): void {
    if (entry.kind !== 'call' || entry.call.target.resource !== 'pods' || entry.call.verb !== 'patch') return;
    const { program, target, name } = entry.call;
    const pod = this.#context.history.now(`core/pods/${target.namespace}/${name}`);
    if (program === 'administrator' && pod !== null) this.#touched.add(pod.metadata.uid ?? '');
  }

  settled(): void {
    const { history, evaluated, violated } = this.#context;
    for (const set of livingSets(this.#context)) {
      for (const pod of membersOf(this.#context, set)) {
        // Users may have deleted it.
        const last = history.versions(`apps/controllerrevisions/${set.metadata.namespace}/${revisionOf(pod)}`).at(-1);
        const template = (last?.object ?? last?.last)?.data?.spec?.template;
        evaluated();
        if (template === undefined) {
          violated(`${described(pod)} is at revision ${revisionOf(pod)}, which never was`);
          continue;
        }
        const what = unlike(set, template, pod, this.#touched.has(pod.metadata.uid ?? ''));
        if (what !== null) violated(`${described(pod)} is not what ${revisionOf(pod)} gives today: ${what} differs`);
      }
    }
  }
}

export const L5: CheckerDefinition = {
  id: 'L5',
  title: 'members after any rollouts and rollbacks are those of a new deployment of their template',
  create: (context) => new Fresh(context),
};
