/** What `npm run simulate` was asked for. */
export interface SimulateOptions {
  readonly first: number;
  readonly seeds: number;
  /** One seed only, with its whole event log. */
  readonly single: boolean;
  readonly json: boolean;
  readonly stopAtFirstFailure: boolean;
  /** Stops beginning new seeds after this much real time; Infinity: never. */
  readonly budgetMs: number;
  /** Make the list of steps of a failing seed as short as possible. */
  readonly shrink: boolean;
}

export const USAGE = `npm run simulate -- [--seeds N] [--first S] [--seed S] [--minutes M] [--shrink] [--stop-at-first-failure] [-o json]

  --seeds N                 how many seeds (default 100)
  --first S                 the first of them (default 1)
  --seed S                  this seed only; prints its timeline, with -o json its whole event log
  --minutes M               run fresh seeds for this long instead of a number of them
  --model                   explore the decision of the StatefulSet controller exhaustively instead (see docs/model.md)
  --shrink                  make the steps of a failing seed as few as possible
  --stop-at-first-failure   end with the first seed that fails
  -o json                   one JSON document a line`;

/** Reads the command line; throws an Error that says which argument is wrong. */
export function parseOptions(args: readonly string[]): SimulateOptions {
  let first = 1;
  let seeds: number | null = null;
  let single = false;
  let json = false;
  let stopAtFirstFailure = false;
  let budgetMs = Number.POSITIVE_INFINITY;
  let shrink = false;
  const rest = [...args];
  const number = (flag: string): number => {
    const text = rest.shift();
    const value = Number(text);
    if (text === undefined || !Number.isFinite(value) || value < 0)
      throw new Error(`${flag} wants a number, not ${text ?? 'nothing'}`);
    return value;
  };
  for (let flag = rest.shift(); flag !== undefined; flag = rest.shift()) {
    if (flag === '--seeds') seeds = number(flag);
    else if (flag === '--first') first = number(flag);
    else if (flag === '--seed') [first, seeds, single] = [number(flag), 1, true];
    else if (flag === '--minutes') budgetMs = number(flag) * 60_000;
    else if (flag === '--shrink') shrink = true;
    else if (flag === '--stop-at-first-failure') stopAtFirstFailure = true;
    else if (flag === '-o' && rest[0] === 'json') json = rest.shift() === 'json';
    else throw new Error(`unknown argument ${flag}\n\n${USAGE}`);
  }
  if (seeds === null) seeds = budgetMs === Number.POSITIVE_INFINITY ? 100 : Number.POSITIVE_INFINITY;
  return { first, seeds, single, json, stopAtFirstFailure, budgetMs, shrink };
}
