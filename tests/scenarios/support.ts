import type { Chain, Finding } from '../../src/testing/index.ts';
import { resources, type TestCluster } from '../../src/testing/index.ts';
// Loaded now, so that the first test of a file does not pay for it.
import '../../src/testing/virtual-cluster.ts';

const IN_DEFAULT = { namespace: 'default' };
export const SETS = { ...resources.STATEFUL_SETS, ...IN_DEFAULT };
export const PODS = { ...resources.PODS, ...IN_DEFAULT };
export const CLAIMS = { ...resources.PERSISTENT_VOLUME_CLAIMS, ...IN_DEFAULT };
export const BUDGETS = { ...resources.POD_DISRUPTION_BUDGETS, ...IN_DEFAULT };
export const { NODES, PERSISTENT_VOLUMES } = resources;

export const MINUTE = 60_000;

/** Pieces of a set named `db`; what is left out is as small as it can be. */
export interface SetParts {
  readonly name?: string;
  readonly labels?: object;
  readonly replicas?: number;
  readonly image?: string;
  readonly annotations?: Readonly<Record<string, string>>;
  /** Fields of the spec. */
  readonly spec?: object;
  /** Fields of the pod's spec. */
  readonly pod?: object;
  readonly container?: object;
  /** Name of the class of claim template `data`; null: the default one; left out: no claims. */
  readonly storage?: string | null;
}

const claimTemplate = (storageClassName: string | null): object => ({
  metadata: { name: 'data' },
  spec: {
    accessModes: ['ReadWriteOnce'],
    ...(storageClassName === null ? {} : { storageClassName }),
    resources: { requests: { storage: '1Gi' } },
  },
});

/** A StatefulSet with its headless Service, to be applied. */
export function statefulSet(parts: SetParts = {}): readonly object[] {
  const { name = 'db', labels = { app: name }, replicas = 3, image = 'db:1', annotations = {} } = parts;
  const container = { name: 'db', image, ...parts.container };
  return [
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name },
      spec: { clusterIP: 'None', selector: labels, ports: [{ port: 5432 }] },
    },
    {
      apiVersion: 'apps/v1',
      kind: 'StatefulSet',
      metadata: { name },
      spec: {
        serviceName: name,
        replicas,
        selector: { matchLabels: labels },
        template: {
          metadata: { labels, annotations },
          spec: { terminationGracePeriodSeconds: 10, containers: [container], ...parts.pod },
        },
        ...(parts.storage === undefined ? {} : { volumeClaimTemplates: [claimTemplate(parts.storage)] }),
        ...parts.spec,
      },
    },
  ];
}

/** A class of ours whose volumes belong to a zone. */
export const zonalClass = (name: string, volumeBindingMode: string): object => ({
  apiVersion: 'storage.k8s.io/v1',
  kind: 'StorageClass',
  metadata: { name },
  provisioner: 'perdure.dev/local',
  parameters: { scope: 'zone' },
  volumeBindingMode,
});

export const ready = (cluster: TestCluster, replicas: number, name = 'db') =>
  cluster.waitFor(SETS, name, ({ status }) => status?.readyReplicas === replicas);

/** Every member runs the newest revision and is ready. */
export const rolledOut = (cluster: TestCluster, name = 'db') =>
  cluster.waitFor(
    SETS,
    name,
    ({ metadata, spec, status }) =>
      status?.observedGeneration === metadata.generation &&
      status?.currentRevision === status?.updateRevision &&
      status?.readyReplicas === spec.replicas,
    30 * MINUTE,
  );

/** Ids of the causes, each with those it rests on behind it: `a > b`. */
export function causes(chain: Chain): string[] {
  const paths = ({ cause, because }: Finding): string[] =>
    because.length === 0 ? [cause] : because.flatMap((deeper) => paths(deeper).map((path) => `${cause} > ${path}`));
  return chain.findings.flatMap(paths);
}

/** The finding of this cause, however deep. Throws when it is not there. */
export function finding(chain: Chain, cause: string): Finding {
  const all = (findings: readonly Finding[]): Finding[] => findings.flatMap((each) => [each, ...all(each.because)]);
  const found = all(chain.findings).find((each) => each.cause === cause);
  if (found === undefined) throw new Error(`no ${cause} among ${causes(chain).join(', ')}`);
  return found;
}

/** The commands of each way out of a cause. */
export const commands = (chain: Chain, cause: string): (readonly string[])[] =>
  finding(chain, cause).ways.map((way) => way.commands);

const TARGETS: Readonly<Record<string, typeof PODS | typeof NODES>> = {
  pod: PODS,
  pvc: CLAIMS,
  sts: SETS,
  pdb: BUDGETS,
  pv: PERSISTENT_VOLUMES,
  node: NODES,
};

/** Does what a command that `why` printed would do: the `delete`, `patch` and `uncordon` of kubectl in the namespace default. */
export async function run(cluster: TestCluster, line: string): Promise<void> {
  const words = (line.match(/'[^']*'|\S+/g) ?? []).map((word) => word.replace(/^'|'$/g, ''));
  const [verb = '', kind = '', ...rest] = words.slice(words[1] === '-n' ? 3 : 1);
  const target = TARGETS[kind];
  const [name = ''] = rest;
  if (verb === 'uncordon') await cluster.uncordon(kind);
  else if (verb === 'delete' && target !== undefined) {
    const force = rest.includes('--force');
    for (const each of rest.filter((word) => !word.startsWith('-')))
      await cluster.client.delete(target, each, force ? { gracePeriodSeconds: 0 } : {});
  } else if (verb === 'patch' && target !== undefined) {
    const type = rest.includes('--type=merge') ? 'merge' : 'strategic';
    await cluster.client.patch(target, name, type, JSON.parse(rest[rest.indexOf('-p') + 1] ?? '{}'));
  } else throw new Error(`cannot run: ${line}`);
}

/** What stands in the condition PodScheduled of a pod no node takes. */
export const refusal = (cluster: TestCluster, name: string): Promise<string> =>
  cluster
    .waitFor(PODS, name, ({ status }) => condition(status, 'PodScheduled')?.reason === 'Unschedulable')
    .then(({ status }) => condition(status, 'PodScheduled')?.message ?? '');

// biome-ignore lint/suspicious/noExplicitAny: a status as stored
export const condition = (status: any, type: string): { reason: string; message: string; status: string } | undefined =>
  status?.conditions?.find((each: { type: string }) => each.type === type);

export const nodeOf = async (cluster: TestCluster, pod: string): Promise<string> =>
  (await cluster.client.get(PODS, pod)).spec?.nodeName;

export const uidOf = async (cluster: TestCluster, pod: string): Promise<string> =>
  (await cluster.client.get(PODS, pod)).metadata.uid ?? '';
