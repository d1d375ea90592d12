import type { Zone } from '../../dns/zone.ts';
import type { KubeObject } from '../../schema/object.ts';
import { labelSelectorMatcher } from '../../schema/selectors.ts';
import type { JournalEntry } from '../observe/journal.ts';
import type { Checker, CheckerContext, CheckerDefinition } from './checker.ts';
import type { CallEntry } from './decisions.ts';
import { isFinished, isReady, isTerminating, podKey } from './facts.ts';

const SERVICE_NAME = 'kubernetes.io/service-name';

/** Addresses of a Service by name: '' for the Service itself, hostnames for members. */
type Names = Map<string, Set<string>>;

interface Endpoint {
  readonly addresses: readonly string[];
  readonly hostname?: string;
  readonly conditions?: { readonly ready?: boolean };
  readonly targetRef?: { readonly name: string; readonly uid: string };
}

function name(names: Names, hostname: string, address: string): void {
  for (const one of ['', hostname]) {
    const addresses = names.get(one);
    if (addresses === undefined) names.set(one, new Set([address]));
    else addresses.add(address);
  }
}

const dashed = (address: string): string => address.replace(/[.:]/g, '-');

/** What slices say of a Service. */
function namesBySlices(service: KubeObject, slices: Iterable<KubeObject>): Names {
  const names: Names = new Map();
  for (const slice of slices) {
    const { namespace, labels } = slice.metadata;
    if (namespace !== service.metadata.namespace || labels?.[SERVICE_NAME] !== service.metadata.name) continue;
    for (const { conditions, addresses, hostname } of (slice.endpoints ?? []) as readonly Endpoint[]) {
      if (conditions?.ready === false) continue;
      for (const address of addresses) name(names, hostname ?? dashed(address), address);
    }
  }
  return names;
}

/** What pods say of a Service: those that are ready, or all that have an address. */
function namesByPods(service: KubeObject, pods: Iterable<KubeObject>): Names {
  const names: Names = new Map();
  const { selector = {}, publishNotReadyAddresses = false } = service.spec;
  const matcher = labelSelectorMatcher({ matchLabels: selector });
  for (const pod of pods) {
    const { namespace, labels } = pod.metadata;
    const address: string | undefined = pod.status?.podIP;
    if (namespace !== service.metadata.namespace || !matcher.matches(labels) || isFinished(pod) || !address) continue;
    if (!publishNotReadyAddresses && (!isReady(pod) || isTerminating(pod))) continue;
    const named = pod.spec.hostname && pod.spec.subdomain === service.metadata.name;
    name(names, named ? pod.spec.hostname : dashed(address), address);
  }
  return names;
}

/** The first name of which the zone says something else; null when there is none. */
function difference(zone: Zone, service: KubeObject, wanted: Names): string | null {
  const full = `${service.metadata.name}.${service.metadata.namespace}.svc.cluster.local`;
  const answers = zone.resolve(full, 'A').answers.map(({ data }) => String(data));
  const found = new Map([['', new Set(answers)]]);
  for (const hostname of wanted.keys()) {
    if (hostname === '') continue;
    const { answers } = zone.resolve(`${hostname}.${full}`, 'A');
    found.set(hostname, new Set(answers.map(({ data }) => String(data))));
  }
  for (const [hostname, addresses] of found) {
    const [has, should] = [[...addresses].sort().join(), [...(wanted.get(hostname) ?? [])].sort().join()];
    if (has !== should)
      return `${hostname === '' ? '' : `${hostname}.`}${full} is ${has || 'unknown'}, not ${should || 'unknown'}`;
  }
  return null;
}

const isHeadless = (service: KubeObject): boolean => service.spec.clusterIP === 'None';

/** Names of members, as DNS has them. */
class MemberNames implements Checker {
  readonly #context: CheckerContext;
  #turn = 0;

  constructor(context: CheckerContext) {
    this.#context = context;
  }

  /** One Service after the other, against what the program has read. */
  on(entry: JournalEntry): void {
    if (entry.kind === 'call' && entry.call.part === 'endpointslice') this.#published(entry);
    if (entry.kind !== 'fault' && entry.kind !== 'operation') return;
    const { world, evaluated, violated } = this.#context;
    const zone = world.dns.zone();
    const caches = world.caches.of('kube-dns');
    const services =
      caches
        .find(({ resource }) => resource === 'core/services')
        ?.list()
        .filter(isHeadless) ?? [];
    const slices = caches.find(({ resource }) => resource.endsWith('/endpointslices'))?.list() ?? [];
    if (zone === null || services.length === 0) return;
    const service = services[this.#turn++ % services.length]!;
    evaluated();
    const wrong = difference(zone, service, namesBySlices(service, slices));
    if (wrong !== null) violated(wrong);
  }

  /** What the controller publishes of a pod is what it can have seen of it. */
  #published({ call, seen }: CallEntry): void {
    if (call.verb !== 'create' && call.verb !== 'update') return;
    const { history, decisions, evaluated, violated } = this.#context;
    const slice = call.body as KubeObject;
    const service = slice.metadata.labels?.[SERVICE_NAME] ?? '';
    const namespace = call.target.namespace ?? '';
    const pass = decisions.passOf(call, service);
    const publishes = history
      .versions(`core/services/${namespace}/${service}`)
      .some(({ object }) => object?.spec.publishNotReadyAddresses === true);
    if (pass === null || publishes) return;
    for (const { conditions, targetRef } of (slice.endpoints ?? []) as readonly Endpoint[]) {
      const [low, high] = [pass.seen.pods ?? 0, seen.pods ?? 0];
      const versions = history.versions(podKey(namespace, targetRef?.name ?? ''));
      const states = versions.filter(
        ({ revision, object }, index) =>
          object?.metadata.uid === targetRef?.uid &&
          revision <= high &&
          (versions[index + 1]?.revision ?? high + 1) > low,
      );
      if (states.length === 0) continue;
      evaluated();
      const fits = states.some(
        ({ object }) => object !== null && conditions?.ready === (isReady(object) && !isTerminating(object)),
      );
      if (!fits) {
        const is = conditions?.ready === true ? 'ready' : 'not ready';
        violated(
          `${call.name} publishes ${namespace}/${targetRef?.name} (${targetRef?.uid}) as ${is}, which it is not`,
        );
      }
    }
  }

  /** All of them, against the pods there truly are. */
  settled(): void {
    const { world, history, evaluated, violated } = this.#context;
    const zone = world.dns.zone();
    if (zone === null) violated('DNS does not run');
    else {
      const pods = [...history.all('core/pods').values()];
      for (const service of history.all('core/services').values()) {
        if (!isHeadless(service)) continue;
        evaluated();
        const wrong = difference(zone, service, namesByPods(service, pods));
        if (wrong !== null) violated(`at rest, ${wrong}`);
      }
    }
  }
}

export const S17: CheckerDefinition = {
  id: 'S17',
  title: 'names of a headless service are its ready endpoints, or all where those are published',
  create: (context) => new MemberNames(context),
};
