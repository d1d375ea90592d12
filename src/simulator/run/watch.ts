import { type Checker, type CheckerDefinition, Violation } from '../checkers/checker.ts';
import { Decisions } from '../checkers/decisions.ts';
import type { World } from '../world/world.ts';

/** The checkers of one run. Throws Violation into whatever happening broke an invariant. */
export class CheckerWatch {
  readonly evaluations: Record<string, number> = {};
  readonly #checkers: { readonly id: string; readonly checker: Checker }[] = [];

  constructor(world: World, definitions: readonly CheckerDefinition[], onViolation: (violation: Violation) => void) {
    const decisions = new Decisions(world.history);
    for (const { id, create } of definitions) {
      this.evaluations[id] = 0;
      const checker = create({
        world,
        journal: world.journal,
        history: world.history,
        clock: world.clock,
        decisions,
        gates: world.gates,
        evaluated: () => {
          this.evaluations[id]!++;
        },
        violated: (message) => onViolation(new Violation(id, message)),
      });
      this.#checkers.push({ id, checker });
    }
    const told = this.#checkers.map(({ checker }) => checker).filter((checker) => checker.on !== undefined);
    world.journal.on((entry) => {
      decisions.observe(entry);
      for (const checker of told) checker.on!(entry);
    });
  }

  settled(): void {
    for (const { checker } of this.#checkers) checker.settled?.();
  }
}
