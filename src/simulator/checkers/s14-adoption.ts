import type { KubeObject, OwnerReference } from '../../schema/object.ts';
import type { Checker, CheckerContext, CheckerDefinition } from './checker.ts';
import type { CallEntry, WriteEntry } from './decisions.ts';
import { controllerRef, controllerRefs, described, fitsSet, isTerminating, setKey } from './facts.ts';

const ADOPTED: Readonly<Record<string, string>> = {
  pods: 'core/pods',
  controllerrevisions: 'apps/controllerrevisions',
};

/** What a set takes for its own, and when. */
class Adoption implements Checker {
  readonly #context: CheckerContext;

  constructor(context: CheckerContext) {
    this.#context = context;
  }

  on(entry: Parameters<NonNullable<Checker['on']>>[0]): void {
    if (entry.kind === 'write') this.#written(entry);
    else if (entry.kind === 'call' && entry.call.verb === 'patch' && entry.call.part === 'statefulset')
      this.#called(entry);
  }

  #written({ event }: WriteEntry): void {
    const object = event.entry.value;
    if (event.type === 'delete' || (object.metadata.ownerReferences?.length ?? 0) === 0) return;
    this.#context.evaluated();
    if (controllerRefs(object).length > 1) this.#context.violated(`${described(object)} has two controllers`);
  }

  #called(entry: CallEntry): void {
    const { target, name, body } = entry.call;
    const prefix = ADOPTED[target.resource];
    const ref = adoptingRef(body);
    if (prefix === undefined || ref === undefined) return;
    const decision = this.#context.decisions.of(entry, ref.name);
    if (decision === null) return;
    const { evaluated, violated } = this.#context;
    const { set, pass } = decision;
    const key = `${prefix}/${target.namespace}/${name}`;
    const what = `${described(set)} adopted ${target.resource} ${name}`;
    evaluated();
    if (ref.uid !== set.metadata.uid) violated(`${what} for uid ${ref.uid}`);
    const uid = (body as KubeObject).metadata.uid;
    if (uid === undefined) violated(`${what} without naming its uid`);
    const known = decision.states(target.resource, key).filter((state) => state?.metadata.uid === uid);
    const mayBe = known.some(
      (state) =>
        state !== null &&
        controllerRef(state) === undefined &&
        (target.resource !== 'pods' || (!isTerminating(state) && fitsSet(set, state))),
    );
    if (!mayBe)
      violated(`${what} (${uid}), which was terminating, did not fit or had a controller whenever it was seen`);
    if (!this.#wasAlive(set, pass.storeRevision))
      violated(`${what} although the set was gone or going before it began to look`);
  }

  /** The set was asked for at the server during the pass: then it lived at some moment since the pass began. */
  #wasAlive(set: KubeObject, sinceRevision: number): boolean {
    const { history } = this.#context;
    const key = setKey(set.metadata.namespace ?? '', set.metadata.name ?? '');
    const later = history.versions(key).filter(({ revision }) => revision > sinceRevision);
    return [history.at(key, sinceRevision), ...later.map(({ object }) => object)].some(
      (state) => state !== null && state.metadata.uid === set.metadata.uid && !isTerminating(state),
    );
  }
}

/** The controller reference a patch adds, if it adds one. */
function adoptingRef(patch: unknown): OwnerReference | undefined {
  const refs: readonly (OwnerReference & { readonly $patch?: string })[] =
    (patch as { metadata?: { ownerReferences?: [] } } | null)?.metadata?.ownerReferences ?? [];
  return refs.find((ref) => ref.controller === true && ref.$patch === undefined);
}

export const S14: CheckerDefinition = {
  id: 'S14',
  title: 'adopts only what is nobody’s and stays, for a set that lives; never two controllers',
  create: (context) => new Adoption(context),
};
