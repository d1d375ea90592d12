import { parseGoDuration } from '../../base/time.ts';
import { WhatIfError } from './what-if-error.ts';

/** One thing done to the simulated cluster. Sets and pods are `name` or `namespace/name`; a set may be left out where there is only one. */
export type ScenarioStep =
  /** Brings up what the manifests say; always the first, said or not. */
  | { readonly do: 'start' }
  /** A new image; `neverReady`: the pod of this ordinal never gets ready with it, `crash`: it crashes. */
  | {
      readonly do: 'roll';
      readonly set?: string;
      readonly image: string;
      readonly neverReady?: number;
      readonly crash?: number;
    }
  /** `kubectl rollout undo`. */
  | { readonly do: 'undo'; readonly set?: string }
  | { readonly do: 'scale'; readonly set?: string; readonly replicas: number }
  | { readonly do: 'delete'; readonly set?: string; readonly cascade: 'background' | 'foreground' | 'orphan' }
  | { readonly do: 'delete-pod'; readonly pod: string }
  /** Cordon, then evictions until the node is empty or `timeoutMs` is over. */
  | { readonly do: 'drain'; readonly node: string; readonly timeoutMs: number }
  | { readonly do: 'uncordon'; readonly node: string }
  /** Power off. `deleted`: its Node object goes too, as clouds do it with machines that are gone for good. */
  | { readonly do: 'lose-node'; readonly node: string; readonly nodes: LostNodes }
  | { readonly do: 'restore-node'; readonly node: string }
  | { readonly do: 'lose-zone'; readonly zone: string; readonly nodes: LostNodes }
  | { readonly do: 'restore-zone'; readonly zone: string }
  /** The machine runs on but nobody can reach it. */
  | { readonly do: 'partition'; readonly node: string }
  | { readonly do: 'annotate'; readonly set?: string; readonly annotations: Readonly<Record<string, string>> }
  /** Members other than the first crash while the first is not ready, as followers do that cannot find their leader. */
  | { readonly do: 'followers-need-leader'; readonly set?: string }
  | { readonly do: 'wait'; readonly forMs: number };

export interface Scenario {
  readonly name: string;
  readonly steps: readonly ScenarioStep[];
}

/** Bad scenario; the message says which step and what is wrong with it. */
export class ScenarioError extends WhatIfError {}

const DRAIN_TIMEOUT_MS = 600_000;
const LOST_NODES = ['kept', 'deleted'] as const;
export type LostNodes = (typeof LOST_NODES)[number];
const CASCADES = ['background', 'foreground', 'orphan'] as const;
type Fields = Readonly<Record<string, unknown>>;

/** Reads one step as `{ roll: { set: web, image: web:2 } }`; a bare value stands for the field one would expect. */
class StepReader {
  readonly #fields: Fields;
  readonly #where: string;
  readonly #used = new Set<string>();

  /** `bare` '': it takes no value. */
  constructor(where: string, value: unknown, bare: string) {
    this.#where = where;
    const plain = typeof value === 'string' || typeof value === 'number';
    if (!plain && (typeof value !== 'object' || value === null || Array.isArray(value)))
      throw new ScenarioError(`${where}: wants ${bare === '' ? 'nothing' : `${bare}, or fields`}`);
    if (plain && bare === '') throw new ScenarioError(`${where}: takes no value, not "${value}"`);
    this.#fields = plain ? { [bare]: value } : (value as Fields);
  }

  text(name: string): string {
    const value = this.optionalText(name);
    if (value === undefined) throw new ScenarioError(`${this.#where}: "${name}" is missing`);
    return value;
  }

  optionalText(name: string): string | undefined {
    this.#used.add(name);
    const value = this.#fields[name];
    if (typeof value === 'object')
      throw new ScenarioError(`${this.#where}: "${name}" wants one value, not ${JSON.stringify(value)}`);
    return value === undefined ? undefined : String(value);
  }

  number(name: string): number {
    const value = this.optionalNumber(name);
    if (value === undefined) throw new ScenarioError(`${this.#where}: "${name}" is missing`);
    return value;
  }

  oneOf<T extends string>(name: string, choices: readonly T[], fallback: T): T {
    const text = this.optionalText(name) ?? fallback;
    const known = choices.find((one) => one === text);
    if (known === undefined)
      throw new ScenarioError(`${this.#where}: "${name}" is one of ${choices.join(', ')}, not ${text}`);
    return known;
  }

  optionalNumber(name: string): number | undefined {
    const text = this.optionalText(name);
    if (text === undefined) return undefined;
    if (!/^\d+$/.test(text))
      throw new ScenarioError(`${this.#where}: "${name}" wants a number, not ${JSON.stringify(text)}`);
    return Number(text);
  }

  duration(name: string, fallbackMs?: number): number {
    const text = this.optionalText(name);
    if (text === undefined && fallbackMs !== undefined) return fallbackMs;
    const ms = text === undefined ? null : durationMs(text);
    if (ms === null)
      throw new ScenarioError(
        `${this.#where}: "${name}" wants a duration such as 90s or 10m, not ${JSON.stringify(text)}`,
      );
    return ms;
  }

  strings(name: string): Readonly<Record<string, string>> {
    this.#used.add(name);
    const value = this.#fields[name];
    if (typeof value !== 'object' || value === null || Object.keys(value).length === 0)
      throw new ScenarioError(`${this.#where}: "${name}" wants key: value pairs (in words: key=value)`);
    return Object.fromEntries(Object.entries(value).map(([key, text]) => [key, String(text)]));
  }

  /** The step, once nothing unknown is left among its fields. */
  done<T extends object>(step: T): T {
    const unknown = Object.keys(this.#fields).filter((name) => !this.#used.has(name));
    if (unknown.length > 0)
      throw new ScenarioError(`${this.#where}: unknown field "${unknown[0]}"; known are ${[...this.#used].join(', ')}`);
    return Object.fromEntries(Object.entries(step).filter(([, value]) => value !== undefined)) as T;
  }
}

function durationMs(text: string): number | null {
  try {
    return parseGoDuration(/^\d+$/.test(text) ? `${text}s` : text);
  } catch {
    return null;
  }
}

type Read = (reader: StepReader) => ScenarioStep;

/** Every step by name, with the field a bare value stands for. */
const STEPS: Readonly<Record<string, readonly [bare: string, read: Read]>> = {
  start: ['', () => ({ do: 'start' })],
  roll: [
    'image',
    (r) =>
      ({
        do: 'roll',
        image: r.text('image'),
        set: r.optionalText('set'),
        neverReady: r.optionalNumber('never-ready'),
        crash: r.optionalNumber('crash'),
      }) as ScenarioStep,
  ],
  undo: ['set', (r) => ({ do: 'undo', set: r.optionalText('set') }) as ScenarioStep],
  scale: [
    'replicas',
    (r) => ({ do: 'scale', replicas: r.number('replicas'), set: r.optionalText('set') }) as ScenarioStep,
  ],
  delete: [
    'set',
    (r) =>
      ({
        do: 'delete',
        cascade: r.oneOf('cascade', CASCADES, 'background'),
        set: r.optionalText('set'),
      }) as ScenarioStep,
  ],
  'delete-pod': ['pod', (r) => ({ do: 'delete-pod', pod: r.text('pod') })],
  drain: ['node', (r) => ({ do: 'drain', node: r.text('node'), timeoutMs: r.duration('timeout', DRAIN_TIMEOUT_MS) })],
  uncordon: ['node', (r) => ({ do: 'uncordon', node: r.text('node') })],
  'lose-node': [
    'node',
    (r) => ({ do: 'lose-node', node: r.text('node'), nodes: r.oneOf('nodes', LOST_NODES, 'kept') }),
  ],
  'restore-node': ['node', (r) => ({ do: 'restore-node', node: r.text('node') })],
  'lose-zone': [
    'zone',
    (r) => ({ do: 'lose-zone', zone: r.text('zone'), nodes: r.oneOf('nodes', LOST_NODES, 'kept') }),
  ],
  'restore-zone': ['zone', (r) => ({ do: 'restore-zone', zone: r.text('zone') })],
  partition: ['node', (r) => ({ do: 'partition', node: r.text('node') })],
  annotate: [
    'annotations',
    (r) => ({ do: 'annotate', annotations: r.strings('annotations'), set: r.optionalText('set') }) as ScenarioStep,
  ],
  'followers-need-leader': [
    'set',
    (r) => ({ do: 'followers-need-leader', set: r.optionalText('set') }) as ScenarioStep,
  ],
  wait: ['for', (r) => ({ do: 'wait', forMs: r.duration('for') })],
};

/** What a step may be called. */
export const STEP_NAMES: readonly string[] = Object.keys(STEPS);

/** The field that a bare value of the step stands for. */
function bareOf(name: string, where: string): string {
  const known = Object.hasOwn(STEPS, name) ? STEPS[name] : undefined;
  if (known === undefined)
    throw new ScenarioError(`${where}: unknown step "${name}"; known are ${STEP_NAMES.join(', ')}`);
  return known[0];
}

function readStep(value: unknown, where: string): ScenarioStep {
  const entries = typeof value === 'string' ? [[value, {}] as const] : Object.entries((value ?? {}) as Fields);
  const [entry] = entries;
  if (entry === undefined || entries.length !== 1)
    throw new ScenarioError(`${where}: a step is one of ${STEP_NAMES.join(', ')}`);
  const [name, fields] = entry;
  const reader = new StepReader(`${where} ${name}`, fields ?? {}, bareOf(name, where));
  return reader.done(STEPS[name]![1](reader));
}

/** Beginning is not something one does twice. */
function withoutStart(steps: readonly ScenarioStep[], source: string): readonly ScenarioStep[] {
  const rest = steps[0]?.do === 'start' ? steps.slice(1) : steps;
  if (rest.some((step) => step.do === 'start'))
    throw new ScenarioError(`${source}: "start" can only be the first step`);
  return rest;
}

/**
 * A scenario from YAML that was read already: `{ name?, steps: [ { roll: { image: web:2, never-ready: 2 } }, { wait: 10m }, undo ] }`.
 * Throws ScenarioError.
 */
export function readScenario(value: unknown, source: string): Scenario {
  const document = value as { name?: unknown; steps?: unknown } | null;
  if (typeof document !== 'object' || document === null || !Array.isArray(document.steps)) {
    throw new ScenarioError(`${source}: a scenario has a list of "steps"`);
  }
  const steps = document.steps.map((step, index) => readStep(step, `${source}: step ${index + 1}`));
  return { name: typeof document.name === 'string' ? document.name : source, steps: withoutStart(steps, source) };
}

/** One step in words as the fields of YAML. */
function fieldsOfWords([name = '', ...rest]: readonly string[], where: string): Readonly<Record<string, unknown>> {
  const bare = bareOf(name, where);
  const fields: Record<string, unknown> = {};
  const annotations: Record<string, string> = {};
  for (const word of rest) {
    const at = word.indexOf('=');
    const [key, value] = at < 0 ? [bare, word] : [word.slice(0, at), word.slice(at + 1)];
    if (at < 0 && bare === '') throw new ScenarioError(`${where}: "${name}" takes no value, not "${word}"`);
    if (name === 'annotate' && at >= 0 && key !== 'set') annotations[key] = value;
    else if (fields[key] !== undefined)
      throw new ScenarioError(`${where}: both "${fields[key]}" and "${value}" for ${key}`);
    else fields[key] = value;
  }
  return name === 'annotate' ? { ...fields, annotations } : fields;
}

/**
 * A scenario in words: steps separated by `then`, each a name, a bare value and `field=value`s: `drain node-1`,
 * `roll web:2 never-ready=2 then undo`. Null when the words do not begin with the name of a step.
 */
export function scenarioOfWords(words: string): Scenario | null {
  const parts = words.split(/\s+then\s+|\s*;\s*/).map((part) => part.trim().split(/\s+/));
  if (!Object.hasOwn(STEPS, parts[0]?.[0] ?? '')) return null;
  const steps = parts.map((part, index) => {
    const where = `--scenario: step ${index + 1}`;
    return readStep({ [part[0] ?? '']: fieldsOfWords(part, where) }, where);
  });
  return { name: words, steps: withoutStart(steps, '--scenario') };
}

const nameOfSet = (set: string | undefined): string => (set === undefined ? '' : ` ${set}`);

/** A step as one would say it, for headings. */
export function describeStep(step: ScenarioStep): string {
  switch (step.do) {
    case 'roll': {
      const never = step.neverReady === undefined ? '' : `, ordinal ${step.neverReady} never gets ready with it`;
      const crash = step.crash === undefined ? '' : `, ordinal ${step.crash} crashes with it`;
      return `roll${nameOfSet(step.set)} to ${step.image}${never}${crash}`;
    }
    case 'scale':
      return `scale${nameOfSet(step.set)} to ${step.replicas}`;
    case 'delete':
      return `delete${nameOfSet(step.set)}${step.cascade === 'background' ? '' : ` (cascade ${step.cascade})`}`;
    case 'delete-pod':
      return `delete pod ${step.pod}`;
    case 'drain':
    case 'uncordon':
      return `${step.do} ${step.node}`;
    case 'lose-node':
      return `lose node ${step.node}${step.nodes === 'deleted' ? ' for good' : ''}`;
    case 'restore-node':
      return `restore node ${step.node}`;
    case 'lose-zone':
      return `lose zone ${step.zone}${step.nodes === 'deleted' ? ' for good' : ''}`;
    case 'restore-zone':
      return `restore zone ${step.zone}`;
    case 'partition':
      return `partition node ${step.node}`;
    case 'annotate':
      return `annotate${nameOfSet(step.set)} ${Object.entries(step.annotations)
        .map(([key, value]) => `${key}=${value}`)
        .join(' ')}`;
    case 'followers-need-leader':
      return `followers${step.set === undefined ? '' : ` of ${step.set}`} need their leader`;
    case 'wait':
      return `wait ${step.forMs % 60_000 === 0 ? `${step.forMs / 60_000}m` : `${step.forMs / 1000}s`}`;
    default:
      return `${step.do}${'set' in step ? nameOfSet(step.set) : ''}`;
  }
}
