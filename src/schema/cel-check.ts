import { createRequire } from 'node:module';
import type * as Cel from '@marcbachmann/cel-js';

let library: typeof Cel | null = null;

/** The CEL library, loaded when first needed: most servers never see an expression. */
function cel(): typeof Cel {
  library ??= createRequire(import.meta.url)('@marcbachmann/cel-js') as typeof Cel;
  return library;
}

/** Type of a variable as CEL names it: `int`, `string`, `list`, `dyn` … */
export type CelVariables = Readonly<Record<string, string>>;

/** Functions that Kubernetes adds to CEL are unknown to the library: an expression that calls one is not judged. */
const UNKNOWN_FUNCTION = /function|overload|method/i;

/**
 * Why `expression` does not compile over `variables`, or does not give a `result`; null when nothing is wrong.
 * Source of the rule: KEP-2876 (validation rules of custom resources) and KEP-3488 (admission policies).
 */
export function celProblem(expression: string, variables: CelVariables, result: string): string | null {
  const environment = new (cel().Environment)({ unlistedVariablesAreDyn: false });
  for (const [name, type] of Object.entries(variables)) environment.registerVariable(name, type as never);
  const { valid, type, error } = environment.check(expression);
  if (!valid) {
    const why = error?.message ?? 'unknown error';
    return error?.name !== 'ParseError' && UNKNOWN_FUNCTION.test(why)
      ? null
      : `compilation failed: ERROR: <input>: ${why}`;
  }
  if (type === result || type === 'dyn' || type === undefined) return null;
  return `cel expression must evaluate to a ${result}`;
}
