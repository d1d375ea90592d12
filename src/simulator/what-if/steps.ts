import { optInsOf } from '../../api/apps/stateful-set-opt-ins.ts';
import { CONTROLLER_REVISIONS, NODES, PODS, STATEFUL_SETS } from '../../client/resources.ts';
import type { Subject } from '../../operations/why/index.ts';
import type { KubeObject } from '../../schema/object.ts';
import { present } from '../operations/lookup.ts';
import type { Machine } from '../world/machine.ts';
import type { World } from '../world/world.ts';
import { type Conduct, CRASHING, NEVER_READY } from './conduct.ts';
import { drain } from './drain.ts';
import { isReady, type MemberLines } from './members.ts';
import type { LostNodes, ScenarioStep } from './scenario.ts';
import { podsOf, resolveSet, setKey } from './sets.ts';
import { WhatIfError } from './what-if-error.ts';

/** What a step works on. */
export interface Scene {
  readonly world: World;
  readonly conduct: Conduct;
  readonly lines: MemberLines;
  /** Nobody waits for the step any more. */
  readonly stopped: () => boolean;
}

/** What there is to say of a step that is done; `failed`: it did not do all it was to do. */
export interface Done {
  readonly notes: readonly string[];
  readonly failed: boolean;
  /** PodDisruptionBudgets that refused an eviction. */
  readonly budgets: readonly Subject[];
}

export const DONE: Done = { notes: [], failed: false, budgets: [] };
const PROPAGATION = { background: 'Background', foreground: 'Foreground', orphan: 'Orphan' } as const;

/** Does one step; resolves when the API has answered, or a drain has ended. Throws WhatIfError and what the API answers. */
export async function perform(scene: Scene, step: ScenarioStep): Promise<Done> {
  const { world } = scene;
  switch (step.do) {
    case 'start':
    case 'wait':
      return DONE;
    case 'roll':
      return roll(scene, step);
    case 'undo':
      return undo(world, resolveSet(world, step.set));
    case 'scale':
      return patchSet(world, resolveSet(world, step.set), { spec: { replicas: step.replicas } });
    case 'annotate':
      return patchSet(world, resolveSet(world, step.set), { metadata: { annotations: step.annotations } });
    case 'delete': {
      const { metadata } = resolveSet(world, step.set);
      await world.client.delete({ ...STATEFUL_SETS, namespace: metadata.namespace! }, metadata.name!, {
        propagationPolicy: PROPAGATION[step.cascade],
      });
      return DONE;
    }
    case 'delete-pod':
      return deletePod(world, step.pod);
    case 'followers-need-leader':
      return needLeader(scene, resolveSet(world, step.set));
    default:
      return toNodes(scene, step);
  }
}

type NodeStep = Extract<
  ScenarioStep,
  { do: 'drain' | 'uncordon' | 'lose-node' | 'restore-node' | 'lose-zone' | 'restore-zone' | 'partition' }
>;

async function toNodes(scene: Scene, step: NodeStep): Promise<Done> {
  const { world } = scene;
  switch (step.do) {
    case 'drain':
      return drained(scene, machine(world, step.node).name, step.timeoutMs);
    case 'uncordon':
      await world.client.patch(NODES, machine(world, step.node).name, 'merge', { spec: { unschedulable: null } });
      return DONE;
    case 'lose-node':
      return crash(scene, [machine(world, step.node)], step.nodes);
    case 'lose-zone':
      return crash(scene, inZone(world, step.zone), step.nodes);
    case 'restore-node':
      return restore(scene, [machine(world, step.node)]);
    case 'restore-zone':
      return restore(scene, inZone(world, step.zone));
    case 'partition': {
      const { link, name } = machine(world, step.node);
      link.cut = 'both';
      scene.lines.machine(name, true, world.clock.monotonic());
      return DONE;
    }
  }
}

async function patchSet(world: World, { metadata }: KubeObject, patch: object): Promise<Done> {
  await world.client.patch({ ...STATEFUL_SETS, namespace: metadata.namespace! }, metadata.name!, 'strategic', patch);
  return DONE;
}

async function roll({ world, conduct }: Scene, step: Extract<ScenarioStep, { do: 'roll' }>): Promise<Done> {
  const set = resolveSet(world, step.set);
  const container: { name: string; image: string } = set.spec?.template?.spec?.containers?.[0];
  const { image, neverReady, crash: crashing } = step;
  for (const ordinal of [neverReady, crashing]) if (ordinal !== undefined) requireMember(set, ordinal);
  const who = { set: setKey(set), of: { image } };
  if (neverReady !== undefined) conduct.misbehave({ ...who, ordinal: neverReady, annotations: NEVER_READY });
  if (crashing !== undefined) conduct.misbehave({ ...who, ordinal: crashing, annotations: CRASHING });
  const same = container.image === image;
  await patchSet(world, set, { spec: { template: { spec: { containers: [{ name: container.name, image }] } } } });
  return same ? { ...DONE, notes: [`${set.metadata.name} has image ${image} already: nothing to roll`] } : DONE;
}

function requireMember(set: KubeObject, ordinal: number): void {
  const first = Number(set.spec?.ordinals?.start ?? 0);
  const last = first + Number(set.spec?.replicas ?? 1) - 1;
  // Reserved ordinals move the last one on.
  if (ordinal >= first && (ordinal <= last || optInsOf(set).reservedOrdinals.length > 0)) return;
  throw new WhatIfError(`roll: ${setKey(set)} has no ordinal ${ordinal}; its ordinals are ${first} to ${last}.`);
}

/** As `kubectl rollout undo`: back to the newest revision before the one that is being rolled out. */
async function undo(world: World, set: KubeObject): Promise<Done> {
  const own = present(world, 'apps/controllerrevisions')
    .filter(({ metadata }) => metadata.ownerReferences?.some(({ uid }) => uid === set.metadata.uid))
    .sort((a, b) => Number(a.revision) - Number(b.revision));
  const last = own.at(-2);
  if (last === undefined) {
    throw new WhatIfError(`undo: ${setKey(set)} has only one revision: there is nothing to go back to.`);
  }
  const { name = '', namespace = '' } = last.metadata;
  const { data } = await world.client.get<KubeObject & { data?: object }>({ ...CONTROLLER_REVISIONS, namespace }, name);
  return patchSet(world, set, data ?? {});
}

async function deletePod(world: World, named: string): Promise<Done> {
  const [name = '', namespace] = named.split('/').reverse();
  const found = present(world, 'core/pods').filter(
    ({ metadata }) => metadata.name === name && (namespace === undefined || metadata.namespace === namespace),
  );
  const pod = found[0];
  if (pod === undefined || found.length > 1) {
    throw new WhatIfError(
      pod === undefined
        ? `delete-pod: there is no pod "${named}" at this point.`
        : `delete-pod: pods of this name are in several namespaces; write NAMESPACE/${name}.`,
    );
  }
  await world.client.delete({ ...PODS, namespace: pod.metadata.namespace! }, name);
  return DONE;
}

async function needLeader({ world, conduct }: Scene, set: KubeObject): Promise<Done> {
  const first = Number(set.spec?.ordinals?.start ?? 0);
  const leader = podsOf(world, set).find(({ metadata }) => metadata.name === `${set.metadata.name}-${first}`);
  conduct.needsLeader(setKey(set), first, leader !== undefined && isReady(leader));
  return DONE;
}

async function drained({ world, stopped }: Scene, node: string, timeoutMs: number): Promise<Done> {
  const { evicted, refused, left } = await drain(world, node, timeoutMs, stopped);
  const notes = [
    evicted.length === 0 ? `nothing was evicted from ${node}` : `evicted: ${evicted.join(', ')}`,
    ...refused.map(
      ({ pod, budget, why }) =>
        `${pod} was not evicted${budget === '' ? '' : `, for PodDisruptionBudget ${budget}`}: ${why}`,
    ),
    ...left.map((pod) => `${pod} was evicted but has not left`),
  ];
  const named = refused.filter(({ budget }) => budget !== '').map(({ pod, budget }) => `${namespaceOf(pod)}/${budget}`);
  const budgets = [...new Set(named)].map((key): Subject => {
    const [namespace = '', name = ''] = key.split('/');
    return { kind: 'PodDisruptionBudget', namespace, name };
  });
  return { notes, failed: refused.length + left.length > 0, budgets };
}

const namespaceOf = (pod: string): string => pod.slice(0, pod.indexOf('/'));

function machine(world: World, name: string): Machine {
  const found = world.machines.get(name);
  if (found === undefined) {
    throw new WhatIfError(`there is no node "${name}"; there is ${[...world.machines.keys()].join(', ')}.`);
  }
  return found;
}

function inZone(world: World, zone: string): readonly Machine[] {
  const machines = [...world.machines.values()];
  const found = machines.filter((one) => one.zone === zone);
  if (found.length === 0) {
    const zones = [...new Set(machines.map((one) => one.zone))].filter((one) => one !== '');
    throw new WhatIfError(`there is no node in a zone "${zone}"; the zones are ${zones.join(', ') || 'none'}.`);
  }
  return found;
}

async function crash({ world, lines }: Scene, machines: readonly Machine[], nodes: LostNodes): Promise<Done> {
  for (const one of machines) {
    one.crash();
    lines.machine(one.name, true, world.clock.monotonic());
  }
  const there = machines.filter(({ name }) => world.history.now(`core/nodes/${name}`) !== null);
  if (nodes === 'deleted') for (const { name } of there) await world.client.delete(NODES, name);
  const notes = machines.length > 1 ? [`lost: ${machines.map(({ name }) => name).join(', ')}`] : [];
  return { ...DONE, notes };
}

function restore({ world, lines }: Scene, machines: readonly Machine[]): Done {
  for (const one of machines) {
    one.link.heal();
    one.boot();
    lines.machine(one.name, false, world.clock.monotonic());
  }
  return DONE;
}
