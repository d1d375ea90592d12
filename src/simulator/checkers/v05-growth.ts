import { quantityValue } from '../../base/quantity.ts';
import type { KubeObject } from '../../schema/object.ts';
import type { JournalEntry } from '../observe/journal.ts';
import { claimsOf } from '../observe/observed-volumes.ts';
import type { Checker, CheckerContext, CheckerDefinition } from './checker.ts';
import type { WriteEntry } from './decisions.ts';
import { described, isReady, isTerminating } from './facts.ts';

const CLAIMS = 'core/persistentvolumeclaims/';
const bytes = (text: unknown): number => quantityValue(typeof text === 'string' ? text : '0');
const capacityOf = ({ status }: KubeObject): number => bytes(status?.capacity?.storage);

/** What a claim says it has, somebody has given it (node.md 8.4). */
class Growth implements Checker {
  readonly #context: CheckerContext;

  constructor(context: CheckerContext) {
    this.#context = context;
  }

  on(entry: JournalEntry): void {
    if (entry.kind === 'write' && entry.event.type === 'put' && entry.event.key.startsWith(CLAIMS))
      this.#written(entry);
  }

  #written({ event }: WriteEntry): void {
    const { world, evaluated, violated } = this.#context;
    const claim = event.entry.value;
    const before = event.previous?.value;
    const has = capacityOf(claim);
    if (before === undefined || has === 0 || before.status?.phase !== 'Bound' || has === capacityOf(before)) return;
    evaluated();
    if (has < capacityOf(before)) violated(`${described(claim)} shrank from ${capacityOf(before)} to ${has} bytes`);
    const sizes = world.volumes.sizes(claim.spec.volumeName);
    if (sizes !== null && sizes.fileSystem < has) {
      violated(
        `${described(claim)} says that it has ${has} bytes; its volume has ${sizes.volume}, of which ${sizes.fileSystem} can be seen`,
      );
    }
  }

  /** At rest what was asked for is there, or waits for a pod that mounts it. */
  settled(): void {
    const { history, evaluated, violated } = this.#context;
    const used = new Set<string>();
    for (const pod of history.all('core/pods').values()) {
      if (isReady(pod)) for (const name of claimsOf(pod)) used.add(`${CLAIMS}${pod.metadata.namespace}/${name}`);
    }
    for (const [key, claim] of history.all(CLAIMS.slice(0, -1))) {
      if (claim.status?.phase !== 'Bound' || isTerminating(claim)) continue;
      evaluated();
      const wanted = bytes(claim.spec.resources?.requests?.storage);
      const step = claim.status.allocatedResourceStatuses?.storage;
      const waits = (step === 'NodeResizePending' || step === 'NodeResizeInProgress') && !used.has(key);
      if (capacityOf(claim) < wanted && !waits)
        violated(
          `at rest, ${described(claim)} asks for ${wanted} bytes and has ${capacityOf(claim)} (${step ?? 'no step'})`,
        );
    }
  }
}

export const V5: CheckerDefinition = {
  id: 'V5',
  title: 'a claim has what it says, and in the end what it asks for',
  create: (context) => new Growth(context),
};
