import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { decodeObject } from '../schema/decode.ts';
import type { KindDefinition, StrategyContext } from '../schema/kind.ts';
import type { KubeObject } from '../schema/object.ts';
import { KINDS } from './index.ts';

/** Recorded Tables against the columns of the kinds: the object of the first request, printed. */
const CASES = fileURLToPath(new URL('../../../shared/golden/cases/tables/', import.meta.url));
const present = existsSync(CASES);
const NOW = Date.UTC(2026, 0, 1);
const context: StrategyContext = {
  clock: { now: () => NOW, monotonic: () => 0, setTimer: () => ({ cancel: () => {} }), defer: () => {} },
  random: { float: () => 0, bytes: (count) => new Uint8Array(count) },
  gates: {},
  user: { name: 'golden', groups: [] },
  dryRun: false,
  lookup: () => null,
};

function kindOf(path: string): KindDefinition | undefined {
  const match = /^\/(?:api\/v1|apis\/([^/]+)\/([^/]+))(?:\/namespaces\/[^/]+(?=\/))?\/([^/?]+)$/.exec(path);
  return KINDS.find(
    (kind) => kind.group === (match?.[1] ?? '') && kind.version === (match?.[2] ?? 'v1') && kind.plural === match?.[3],
  );
}

function created(kind: KindDefinition, body: unknown): KubeObject {
  const { object } = decodeObject(kind.struct, body);
  kind.defaults?.(object);
  object.metadata.creationTimestamp = '2025-12-31T23:59:50Z';
  if (kind.status !== undefined) delete object.status;
  kind.create?.prepare?.(object, context);
  return object as KubeObject;
}

// biome-ignore lint/suspicious/noExplicitAny: recorded JSON
function check(steps: readonly any[]): void {
  // biome-ignore lint/suspicious/noExplicitAny: recorded JSON
  const post = steps.find((step: any) => step.method === 'POST');
  // biome-ignore lint/suspicious/noExplicitAny: recorded JSON
  const table = steps.find((step: any) => step.expect?.body?.kind === 'Table')?.expect.body;
  const kind = kindOf(post.path);
  if (kind?.columns === undefined || table === undefined) throw new Error(`no columns for ${post.path}`);
  const shown = (priority: unknown): number => (typeof priority === 'number' ? priority : 0);
  expect(kind.columns.map((c) => `${c.name}:${c.type}:${c.format ?? ''}:${shown(c.priority)}`)).toEqual(
    // biome-ignore lint/suspicious/noExplicitAny: recorded JSON
    table.columnDefinitions.map((c: any) => `${c.name}:${c.type}:${c.format}:${shown(c.priority)}`),
  );
  // Where a later request fills the status, only the definitions can be compared here.
  if (steps.some((step) => step.path.endsWith('/status'))) return;
  const object = created(kind, post.body);
  const cells: unknown[] = table.rows[0].cells;
  for (const [i, column] of kind.columns.entries()) {
    const wanted = cells[i];
    const unknown = wanted === null || /\$\{/.test(String(wanted)) || column.name === 'Status';
    if (!unknown) expect(column.cell(object, NOW), column.name).toEqual(wanted);
  }
}

describe.skipIf(!present)('recorded tables', () => {
  for (const file of present ? readdirSync(CASES) : []) {
    const { steps } = JSON.parse(readFileSync(CASES + file, 'utf8'));
    it(file.replace('.json', ''), () => check(steps));
  }
});
