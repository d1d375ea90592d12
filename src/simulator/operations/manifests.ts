import { SIMULATE } from '../../node/runtimes/simulated.ts';
import type { SeededRandom } from '../time/seeded-random.ts';
import { ANYWHERE, ZONAL } from './cluster.ts';

type Json = Readonly<Record<string, unknown>>;

export const IMAGES = ['store:v1', 'store:v2', 'store:v3'];

/** Ways a template's pods can be bad; `{}` is a good one. */
export const TROUBLES: readonly Json[] = [
  { [`${SIMULATE}never-ready`]: 'true' },
  { [`${SIMULATE}crash-loop`]: 'true', [`${SIMULATE}exit-after`]: '2s' },
  { [`${SIMULATE}image-error`]: 'no such image' },
];

/** Ways a pod can be slow that it gets over. */
const MANNERS: readonly Json[] = [
  {},
  {},
  { [`${SIMULATE}start-delay`]: '3s' },
  { [`${SIMULATE}ready-after`]: '7s' },
  { [`${SIMULATE}stop-delay`]: '2s' },
  { [`${SIMULATE}ignore-sigterm`]: 'true' },
  { [`${SIMULATE}start-delay`]: '1s', [`${SIMULATE}stop-delay`]: '20s' },
];

/** A set as somebody might write it: every field that changes how it is run is drawn. */
export function drawSet(random: SeededRandom, name: string): Json {
  const replicas = random.int(1, 3);
  const claims = random.chance(0.7);
  return {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: { name, ...drawOptIns(random, claims) },
    spec: {
      serviceName: name,
      replicas,
      podManagementPolicy: random.chance(0.3) ? 'Parallel' : 'OrderedReady',
      ...(random.chance(0.3) ? { minReadySeconds: random.pick([2, 10]) } : {}),
      ...(random.chance(0.3) ? { ordinals: { start: random.int(1, 3) } } : {}),
      ...(random.chance(0.3) ? { revisionHistoryLimit: random.int(0, 3) } : {}),
      updateStrategy: drawStrategy(random),
      ...(claims && random.chance(0.5) ? { persistentVolumeClaimRetentionPolicy: drawRetention(random) } : {}),
      selector: { matchLabels: { app: name } },
      template: drawTemplate(random, name),
      ...(claims ? { volumeClaimTemplates: drawClaims(random) } : {}),
    },
  };
}

/** Share of sets that ask for what goes beyond upstream. */
const OPTS_IN = 0.4;

/** Annotations of a set that opts in (docs/opt-ins.md). */
function drawOptIns(random: SeededRandom, claims: boolean): Json {
  if (!random.chance(OPTS_IN)) return {};
  const optIns: readonly (readonly [string, readonly string[]])[] = [
    ['stuck-rollout', ['replace-never-ready']],
    ['conditions', ['true']],
    ['max-unavailable-counting', ['corrected']],
    ['ordinal-backoff', ['5s..60s', '1s..10s']],
    ['reserved-ordinals', ['1', '0,2-3']],
    ...(claims ? ([['claim-template-growth', ['data=2Gi', 'data=3Gi']]] as const) : []),
  ];
  const chosen = optIns.filter(() => random.chance(0.5)).map(([name, values]) => [name, random.pick(values)] as const);
  return { annotations: Object.fromEntries(chosen.map(([name, value]) => [`perdure.dev/${name}`, value])) };
}

export function drawStrategy(random: SeededRandom): Json {
  if (random.chance(0.15)) return { type: 'OnDelete' };
  return {
    type: 'RollingUpdate',
    rollingUpdate: {
      ...(random.chance(0.3) ? { partition: random.int(0, 3) } : {}),
      ...(random.chance(0.2) ? { maxUnavailable: random.pick<number | string>([1, 2, '50%']) } : {}),
    },
  };
}

export function drawRetention(random: SeededRandom): Json {
  const pick = (): string => random.pick(['Retain', 'Delete']);
  return { whenDeleted: pick(), whenScaled: pick() };
}

const MEMBER_CPU = '200m';

/** Something to do before it stops: within its grace, or, as a command that nobody checked, perhaps for longer than that. */
function drawPreStop(random: SeededRandom, graceSeconds: number): Json {
  if (random.chance(0.5)) return { sleep: { seconds: random.int(0, graceSeconds) } };
  return { exec: { command: ['sleep', String(random.int(1, 40))] } };
}

function drawTemplate(random: SeededRandom, name: string): Json {
  const terminationGracePeriodSeconds = random.pick([0, 1, 5, 30]);
  const hook = random.chance(0.2) ? drawPreStop(random, terminationGracePeriodSeconds) : null;
  const manner = random.pick(MANNERS);
  return {
    metadata: {
      labels: { app: name },
      annotations: hook === null ? manner : { ...manner, [`${SIMULATE}honor-hooks`]: 'true' },
    },
    spec: {
      terminationGracePeriodSeconds,
      containers: [
        {
          name: 'main',
          image: random.pick(IMAGES),
          // Little, so that only the urgent need the room.
          resources: { requests: { cpu: MEMBER_CPU } },
          ...(hook === null ? {} : { lifecycle: { preStop: hook } }),
        },
      ],
      ...(random.chance(0.2)
        ? {
            topologySpreadConstraints: [
              {
                maxSkew: 1,
                topologyKey: 'topology.kubernetes.io/zone',
                whenUnsatisfiable: 'ScheduleAnyway',
                labelSelector: { matchLabels: { app: name } },
              },
            ],
          }
        : {}),
    },
  };
}

function drawClaims(random: SeededRandom): readonly Json[] {
  const storageClassName = random.weighted([
    ['', 4],
    ['standard-retain', 2],
    [ZONAL, 3],
    [ANYWHERE, 2],
  ]);
  const claim = (name: string): Json => ({
    metadata: { name },
    spec: {
      accessModes: [random.chance(0.3) ? 'ReadWriteOncePod' : 'ReadWriteOnce'],
      ...(storageClassName === '' ? {} : { storageClassName }),
      resources: { requests: { storage: '1Gi' } },
    },
  });
  return random.chance(0.25) ? [claim('data'), claim('wal')] : [claim('data')];
}
