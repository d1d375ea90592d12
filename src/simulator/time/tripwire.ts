import crypto from 'node:crypto';
import { syncBuiltinESMExports } from 'node:module';

const forbidden =
  (what: string): (() => never) =>
  () => {
    throw new Error(
      `${what} was used inside the simulation: real time and chance must come in through Clock and Random`,
    );
  };

// biome-ignore lint/suspicious/noExplicitAny: whatever the host calls a function
type Anything = any;

/** Replaces properties of an object and gives back the function that restores them. */
function replaced(target: Anything, names: readonly string[], of: (name: string) => unknown): () => void {
  const before = names.map((name) => [name, target[name]] as const);
  for (const name of names) target[name] = of(name);
  return () => {
    for (const [name, value] of before) target[name] = value;
  };
}

/**
 * While set, any use of real time, real timers or real chance throws, in whatever code it happens, with a stack that says where.
 * Returns the function that takes it down. Nothing but the simulation may run meanwhile.
 */
export function setTripwire(): () => void {
  const RealDate = Date;
  class TrippedDate extends RealDate {
    constructor(...args: readonly unknown[]) {
      if (args.length === 0) forbidden('Date without arguments')();
      super(...(args as readonly [number]));
    }
    static override now = forbidden('Date.now');
  }
  const restore = [
    replaced(globalThis, ['setTimeout', 'setInterval', 'setImmediate'], forbidden),
    replaced(globalThis, ['Date'], () => TrippedDate),
    replaced(Math, ['random'], () => forbidden('Math.random')),
    replaced(performance, ['now'], () => forbidden('performance.now')),
    replaced(crypto, ['randomBytes', 'randomFillSync', 'randomUUID', 'randomInt', 'generateKeyPairSync'], forbidden),
  ];
  syncBuiltinESMExports();
  return () => {
    for (const undo of restore.reverse()) undo();
    syncBuiltinESMExports();
  };
}
