import { describe, expect, it } from 'vitest';
import { explain } from './explain.ts';
import { type Paint, PLAIN, printChain, wrapped } from './print.ts';
import { summary } from './summary.ts';
import { at } from './testing/cases.ts';
import { changed, claim, healthy, NOW, pod, set, unready } from './testing/objects.ts';

const waiting = () =>
  explain(
    at('sts/web'),
    changed(healthy(), { statefulSets: [set({ spec: { replicas: 4 } })], pods: [pod(2, unready(240))] }),
    NOW,
  );
const print = (chain = waiting(), options: object = {}) => printChain(chain, { width: 72, paint: PLAIN, ...options });

describe('why, printed', () => {
  it('shows headline, chain, rules and ways, within the width', () => {
    expect(print()).toMatchInlineSnapshot(`
      "StatefulSet shop/web: blocked at ordinal 2, 2 of 4 pods ready

        it waits at ordinal 2: web-2 has not been Ready for 4m; until it is,
        web-3 is not created
          ← Pod web-2: db runs and has not been ready for 4m

      Why it is so
        · A pod is Ready when all its containers run and their readiness
          probes succeed. [status.conditions (Ready)]
        · With OrderedReady a set creates, removes and updates one pod at a
          time, and only while every lower ordinal is running, Ready and
          available. [spec.podManagementPolicy]

      Ways out
        1. see what the application says [keeps data]
             $ kubectl -n shop logs web-2 -c db --tail=50
      "
    `);
    const commands = /^ +\$ /;
    expect(
      print()
        .split('\n')
        .filter((line) => line.length > 72 && !commands.test(line)),
    ).toEqual([]);
  });

  it('shows what blocks nothing beside it', () => {
    const chain = explain(at('sts/web'), changed(healthy(), { claims: [claim(3)] }), NOW);
    expect(print(chain)).toMatchInlineSnapshot(`
      "StatefulSet shop/web: nothing blocks it, 3 of 3 pods ready

      note: a claim of members it no longer has: data-web-3 (10Gi, 10d old)
        · Claims outlive their pods unless the retention policy says Delete.
          They cost what they hold, and a scale-up uses them again with their
          old data. [spec.persistentVolumeClaimRetentionPolicy, KEP-1847]
        - see them [keeps data]
            $ kubectl -n shop get pvc
        - delete what nobody needs any more [loses data of pvc data-web-3]
            $ kubectl -n shop delete pvc data-web-3
      "
    `);
  });

  it('says when there is nothing, and what could not be seen', () => {
    const chain = explain(at('sts/web'), { ...healthy(), unseen: { nodes: 'not allowed to list them' } }, NOW);
    expect(print(chain)).toMatchInlineSnapshot(`
      "StatefulSet shop/web: nothing blocks it, 3 of 3 pods ready

        Nothing was found that blocks it, delays it, or puts its data at risk.

      ! could not look at nodes: not allowed to list them. Causes that lie
        there are missing here.
      "
    `);
  });

  it('writes commands as the user has to type them', () => {
    expect(print(waiting(), { kubectl: 'kubectl --context prod' })).toContain(
      '$ kubectl --context prod -n shop logs web-2 -c db',
    );
  });

  it('colours without changing a word', () => {
    const mark = (text: string): string => `\u0001${text}\u0002`;
    const paint: Paint = { bold: mark, dim: mark, good: mark, warn: mark, bad: mark };
    const coloured = print(waiting(), { paint });
    expect(coloured).toContain('[\u0001keeps data\u0002]');
    // biome-ignore lint/suspicious/noControlCharactersInRegex: the marks of the test
    expect(coloured.replace(/[\u0001\u0002]/g, '')).toBe(print());
  });

  it('fits on one line for events and timelines', () => {
    expect(summary(waiting())).toBe(
      'sts/web: it waits at ordinal 2: web-2 has not been Ready for 4m; until it is, web-3 is not created ← pod/web-2: db runs and has not been ready for 4m',
    );
    expect(summary(explain(at('sts/web'), healthy(), NOW))).toBe('sts/web: nothing blocks it, 3 of 3 pods ready');
  });

  it('never breaks a word that has to be copied', () => {
    expect(wrapped('see kubectl-command-that-is-long now', 12, '- ', '  ')).toBe(
      '- see\n  kubectl-command-that-is-long\n  now',
    );
  });
});
