import type { ContainerFact, JournalEntry } from '../observe/journal.ts';
import type { Checker, CheckerContext, CheckerDefinition } from './checker.ts';
import { Excuses } from './excuses.ts';
import { claimKey, claimNames, controllerRef, memberName, POD_NAME_LABEL, podKey, setKey } from './facts.ts';

type Mounting = Extract<JournalEntry, { kind: 'mounted' | 'unmounted' }>;

interface Holder {
  readonly node: string;
  readonly pod: string;
}

/** Members find their own data, and data of a single writer is in one place only. */
class OwnVolumes implements Checker {
  readonly #context: CheckerContext;
  readonly #excuses: Excuses;
  /** Who has a volume mounted: by volume, then by uid of the pod. */
  readonly #holders = new Map<string, Map<string, Holder>>();

  constructor(context: CheckerContext) {
    this.#context = context;
    this.#excuses = new Excuses(context.history);
  }

  on(entry: JournalEntry): void {
    this.#excuses.on(entry);
    if (entry.kind === 'mounted') this.#mounted(entry);
    else if (entry.kind === 'unmounted') for (const holders of this.#holders.values()) holders.delete(entry.podUid);
    else if (entry.kind === 'started') this.#started(entry.container);
  }

  #mounted({ node, podUid, pod, claims }: Mounting): void {
    const { history, evaluated, violated } = this.#context;
    const namespace = pod.slice(0, pod.indexOf('/'));
    for (const name of claims) {
      const claim = history.now(claimKey(namespace, name));
      const volume: string | undefined = claim?.spec.volumeName;
      const modes: readonly string[] = claim?.spec.accessModes ?? [];
      if (volume === undefined) continue;
      let holders = this.#holders.get(volume);
      if (holders === undefined) {
        holders = new Map();
        this.#holders.set(volume, holders);
      }
      const onePod = modes.includes('ReadWriteOncePod');
      const oneNode = onePod || modes.every((mode) => mode === 'ReadWriteOnce');
      evaluated();
      for (const [uid, other] of holders) {
        if (uid === podUid || this.#excuses.of(uid) !== undefined || this.#excuses.of(podUid) !== undefined) continue;
        if (onePod || (oneNode && other.node !== node)) {
          violated(
            `volume ${volume} (${modes.join()}) of claim ${namespace}/${name} was mounted for ${pod} (${podUid}) on ${node} ` +
              `while ${other.pod} (${uid}) had it on ${other.node}`,
          );
        }
      }
      holders.set(podUid, { node, pod });
    }
  }

  /** Only for pods the controller made: an adopted one has what volumes it came with. */
  #started({ namespace, pod: name, podUid, claims, node }: ContainerFact): void {
    const { history, evaluated, violated } = this.#context;
    const member = memberName(name);
    const born = history
      .versions(podKey(namespace, name))
      .find(({ object }) => object?.metadata.uid === podUid)?.object;
    const owner = born == null ? undefined : controllerRef(born);
    if (member === null || owner?.kind !== 'StatefulSet' || born?.metadata.labels?.[POD_NAME_LABEL] !== name) return;
    const set = history
      .versions(setKey(namespace, member.set))
      .find(({ object }) => object?.metadata.uid === owner.uid)?.object;
    if (set == null) return;
    evaluated();
    const own = claimNames(set, member.ordinal);
    for (const claim of own.values()) {
      if (!claims.includes(claim))
        violated(`${namespace}/${name} (${podUid}) started on ${node} without its claim ${claim}`);
    }
    for (const claim of claims) {
      const of = memberName(claim);
      const foreign =
        of !== null && of.ordinal !== member.ordinal && [...claimNames(set, of.ordinal).values()].includes(claim);
      if (foreign)
        violated(`${namespace}/${name} (${podUid}) started on ${node} with claim ${claim} of another ordinal`);
    }
  }
}

export const S3: CheckerDefinition = {
  id: 'S3',
  title: 'a member mounts its own claims; a single writer’s volume is in one place',
  create: (context) => new OwnVolumes(context),
};
