import type { Clock } from '../../base/clock.ts';
import { EventBroadcaster, NO_EVENTS } from '../../client/events.ts';
import { InformerFactory } from '../../client/informer-factory.ts';
import { LeaderElection } from '../../client/leader-election.ts';
import {
  CONTROLLER_REVISIONS,
  PERSISTENT_VOLUME_CLAIMS,
  POD_DISRUPTION_BUDGETS,
  PODS,
  STATEFUL_SETS,
} from '../../client/resources.ts';
import { makeControllers } from '../../cluster/controllers.ts';
import type { VolumeBackend } from '../../controllers/provisioner/controller.ts';
import type { FeatureGates } from '../../schema/kind.ts';
import { Link } from '../network/link.ts';
import { type Call, NetworkClient } from '../network/network-client.ts';
import type { Caches } from '../observe/caches.ts';
import type { Journal, Seen } from '../observe/journal.ts';
import type { SeededRandom } from '../time/seeded-random.ts';
import { Program } from './program.ts';
import type { SimulatedServer } from './server.ts';
import type { SignsOfLife } from './signs-of-life.ts';

export interface ControllerManagerOptions {
  readonly name: string;
  readonly clock: Clock;
  readonly random: SeededRandom;
  readonly server: SimulatedServer;
  readonly journal: Journal;
  readonly volumes: VolumeBackend;
  readonly gates: FeatureGates;
  /** Whether controllers write Event objects. */
  readonly events: boolean;
  /** Told of what it believes. */
  readonly caches: Caches;
  readonly provisionerAliases: readonly string[];
  readonly leader: SignsOfLife['leader'];
}

/** Caches whose age says what a controller knew when it decided. */
const OBSERVED = [PODS, STATEFUL_SETS, PERSISTENT_VOLUME_CLAIMS, CONTROLLER_REVISIONS, POD_DISRUPTION_BUDGETS];
/** Controllers whose decisions are judged by what they knew when they began. */
const JUDGED: ReadonlySet<string> = new Set(['statefulset', 'disruption', 'endpointslice']);

/** What a program with these caches knows whenever it is asked. */
function observer(informers: InformerFactory): () => Seen {
  const [pods, sets, claims, revisions, budgets] = OBSERVED.map((id) => informers.informer(id));
  return () => ({
    pods: pods!.revision,
    statefulsets: sets!.revision,
    persistentvolumeclaims: claims!.revision,
    controllerrevisions: revisions!.revision,
    poddisruptionbudgets: budgets!.revision,
  });
}

const NOTHING_SEEN: Seen = {};

/** One of the controller managers: it stands by until it leads, and ends when it leads no more, to be started again. */
export class ControllerManager {
  readonly name: string;
  readonly link = new Link();
  readonly #o: ControllerManagerOptions;
  #program: Program | null = null;
  #starts = 0;
  #leading = false;
  #writesToCrash = 0;
  #skewMs = 0;

  constructor(options: ControllerManagerOptions) {
    this.#o = options;
    this.name = options.name;
  }

  runs(): boolean {
    return this.#program !== null;
  }

  /** How far its wall clock is off; a change is a jump for the program that runs. */
  get skewMs(): number {
    return this.#skewMs;
  }

  set skewMs(skewMs: number) {
    this.#skewMs = skewMs;
    if (this.#program !== null) this.#program.skewMs = skewMs;
  }

  get leads(): boolean {
    return this.#leading;
  }

  start(): void {
    if (this.#program !== null) return;
    const { clock, random, server, journal, caches } = this.#o;
    const name = `${this.name}#${this.#starts++}`;
    const program = new Program(name, clock, random.fork(name));
    program.skewMs = this.#skewMs;
    this.#program = program;
    let seen = (): Seen => NOTHING_SEEN;
    const clientOf = (part: string): NetworkClient =>
      new NetworkClient({
        program,
        part,
        user: 'system:kube-controller-manager',
        link: this.link,
        server,
        onCall: (call) => this.#called(call, program, seen),
        onAnswer: (call, answer) => journal.add({ kind: 'answered', call, answer }),
        onMishap: (what, detail) => journal.add({ kind: 'mishap', program: name, what, detail }),
      });
    const client = clientOf('');
    const election = new LeaderElection({
      client,
      clock: program.clock,
      namespace: 'kube-system',
      name: 'kube-controller-manager',
      identity: name,
      ...this.#o.leader,
      onStarted: () => {
        this.#leading = true;
        const informers = new InformerFactory(client, program.clock);
        caches.add(program, informers);
        seen = this.#lead(program, clientOf, informers);
      },
      onStopped: () => this.kill(),
    });
    election.start();
  }

  #lead(program: Program, clientOf: (part: string) => NetworkClient, informers: InformerFactory): () => Seen {
    let seen = (): Seen => NOTHING_SEEN;
    const { server, volumes, gates, journal, events, provisionerAliases } = this.#o;
    const controllers = makeControllers({
      client: clientOf(''),
      clientOf,
      events: events ? new EventBroadcaster(clientOf('events'), program.clock) : NO_EVENTS,
      informers,
      clock: program.clock,
      random: program.random,
      gates,
      catalog: server.catalog,
      volumes: program.guard(volumes),
      rootCa: 'simulated',
      provisionerAliases,
      hooks: {
        began: (controller, key) => {
          if (!JUDGED.has(controller)) return;
          const { clock, name } = program;
          journal.add({ kind: 'pass', program: name, controller, key, seen: seen(), nowMs: clock.now() });
        },
        error: (controller, key, error) =>
          journal.add({
            kind: 'trouble',
            program: program.name,
            detail: `${controller} ${key}: ${(error as Error).message}`,
          }),
      },
    });
    // Once they have asked for what they need: those it looks at are among it.
    seen = observer(informers);
    for (const controller of controllers) void controller.start();
    return seen;
  }

  #called(call: Call, program: Program, seen: () => Seen): void {
    if (call.verb === 'get' || call.verb === 'list') return;
    this.#o.journal.add({ kind: 'call', call, seen: seen(), nowMs: program.clock.now() });
    if (this.#writesToCrash > 0 && --this.#writesToCrash === 0) {
      // The server has the write; whether it learns of it or not, the program does not.
      program.clock.defer(() => {
        if (this.#program === program) this.kill();
      });
    }
  }

  /** It dies after this many more writes have reached the server. */
  crashAfterWrites(count: number): void {
    this.#writesToCrash = count;
  }

  kill(): void {
    this.#program?.kill();
    this.#program = null;
    this.#leading = false;
    this.#writesToCrash = 0;
  }
}
