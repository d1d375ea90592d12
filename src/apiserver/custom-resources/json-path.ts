import { isRecord } from '../../base/json.ts';

/** Steps of a simple JSONPath: `.spec.items[0].name`, `.metadata.labels['a.b/c']`, `.status.conditions[?(@.type=="Ready")].status`. */
type Step =
  | { readonly kind: 'field'; readonly name: string }
  | { readonly kind: 'index'; readonly index: number }
  | { readonly kind: 'all' }
  | { readonly kind: 'filter'; readonly field: string; readonly value: string };

const STEP =
  /\.([A-Za-z_$][\w$-]*(?:\\\.[\w$-]+)*)|\[(-?\d+)\]|\[\*\]|\['([^']+)'\]|\["([^"]+)"\]|\[\?\(@\.([\w.]+)\s*==\s*['"]?([^'")]*)['"]?\)\]/y;

function stepsOf(path: string): readonly Step[] {
  const text = path.startsWith('.') || path.startsWith('[') ? path : `.${path}`;
  const steps: Step[] = [];
  STEP.lastIndex = 0;
  while (STEP.lastIndex < text.length) {
    const match = STEP.exec(text);
    if (match === null) return [];
    const [whole, plain, index, single, double, filterField, filterValue] = match;
    const name = plain?.replace(/\\\./g, '.') ?? single ?? double;
    if (name !== undefined) steps.push({ kind: 'field', name });
    else if (index !== undefined) steps.push({ kind: 'index', index: Number(index) });
    else if (filterField !== undefined) steps.push({ kind: 'filter', field: filterField, value: filterValue ?? '' });
    else if (whole === '[*]') steps.push({ kind: 'all' });
  }
  return steps;
}

function follow(value: unknown, step: Step): unknown[] {
  if (step.kind === 'field') return isRecord(value) && Object.hasOwn(value, step.name) ? [value[step.name]] : [];
  if (step.kind === 'all') return Array.isArray(value) ? value : isRecord(value) ? Object.values(value) : [];
  if (!Array.isArray(value)) return [];
  if (step.kind === 'index') {
    const found = value.at(step.index);
    return found === undefined ? [] : [found];
  }
  return value.filter((item) => isRecord(item) && String(item[step.field]) === step.value);
}

/** A reader of everything at a path; empty when there is nothing. */
export function jsonPath(path: string): (value: unknown) => readonly unknown[] {
  const steps = stepsOf(path);
  return (value) => steps.reduce<unknown[]>((found, step) => found.flatMap((one) => follow(one, step)), [value]);
}

/** The fields of a path that has nothing but fields (`.spec.replicas`). */
export function fieldsOf(path: string): readonly string[] {
  return stepsOf(path).flatMap((step) => (step.kind === 'field' ? [step.name] : []));
}
