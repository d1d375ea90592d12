import { describe, expect, it } from 'vitest';
import { CAUSES } from './causes/index.ts';
import { dataText, type Finding } from './chain.ts';
import { explain } from './explain.ts';
import { at } from './testing/cases.ts';
import { healthy, NOW } from './testing/objects.ts';
import { BUDGET_CASES, CLAIM_CASES, NODE_CASES } from './testing/other-cases.ts';
import { POD_CASES } from './testing/pod-cases.ts';
import { SCHEDULING_CASES } from './testing/scheduling-cases.ts';
import { SET_CASES } from './testing/set-cases.ts';
import { SET_DATA_CASES } from './testing/set-data-cases.ts';

/** The first branch whose causes are those of the path. */
function branch(findings: readonly Finding[], path: readonly string[]): readonly Finding[] | null {
  const [id, ...rest] = path;
  if (id === undefined) return [];
  for (const finding of findings.filter(({ cause }) => cause === id)) {
    const deeper = branch(finding.because, rest);
    if (deeper !== null) return [finding, ...deeper];
  }
  return null;
}

const ids = (findings: readonly Finding[]): string =>
  findings
    .map((finding) => `${finding.cause}${finding.because.length === 0 ? '' : ` ← (${ids(finding.because)})`}`)
    .join(', ');

const GROUPS = {
  sets: SET_CASES,
  'data of sets': SET_DATA_CASES,
  pods: POD_CASES,
  scheduling: SCHEDULING_CASES,
  claims: CLAIM_CASES,
  nodes: NODE_CASES,
  budgets: BUDGET_CASES,
};
for (const [group, cases] of Object.entries(GROUPS)) {
  describe(`why: ${group}`, () => {
    it.each(cases)('$name', ({ subject, world, path, state, says, ways = [], never }) => {
      const chain = explain(subject, world, NOW);
      const found = branch(chain.findings, path);
      expect(found, `found ${ids(chain.findings)}`).not.toBeNull();
      expect({ state: chain.state, says: found!.at(-1)?.says ?? '' }).toEqual({ state, says });
      const offered = found!
        .flatMap((finding) => finding.ways)
        .map((way) => [way.commands.join('\n'), dataText(way.data)]);
      if (never !== undefined) expect(JSON.stringify(chain)).not.toContain(never);
      for (const [command, data] of ways)
        expect(offered.filter(([commands]) => commands!.includes(command)).map(([, effect]) => effect)).toContain(data);
    });
  });
}

describe('why', () => {
  it('has a case for every cause', () => {
    const covered = new Set(
      Object.values(GROUPS)
        .flat()
        .flatMap(({ path }) => path),
    );
    expect(CAUSES.map(({ id }) => id).filter((id) => !covered.has(id))).toEqual([]);
  });

  it('finds nothing to say about a healthy set, its pods, claims and budget', () => {
    for (const subject of ['sts/web', 'pod/web-0', 'pod/web-2', 'pvc/data-web-1', 'pdb/web'])
      expect(ids(explain(at(subject), healthy(), NOW).findings)).toBe('');
  });

  it('says that a subject is not there', () => {
    expect(() => explain(at('sts/none'), healthy(), NOW)).toThrow('there is no StatefulSet none in namespace shop');
  });

  it('concludes nothing from the absence of what it may not see', () => {
    const blind = { ...healthy(), services: [], unseen: { services: 'not allowed to list them' } };
    const chain = explain(at('sts/web'), blind, NOW);
    expect([chain.state, chain.unseen]).toEqual(['fine', ['services: not allowed to list them']]);
  });
});
