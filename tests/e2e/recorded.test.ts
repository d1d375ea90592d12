import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { kubectls, RECORDED } from './support/kubectl.ts';
import { hasShared, Perdure, shared } from './support/perdure.ts';

const OUTSIDE_THIS_STAGE = new Set(['apply', 'auth', 'custom-resources']);
const AT_LEAST_GOLDEN = 360;
/** They print descriptions of fields: upstream's prose there, our own words here. */
const PROSE = new Set([
  'read-explain-statefulset-spec-ordinals',
  'read-explain-statefulset-spec-updatestrategy-rollingupdate-partit',
]);
/** It records that a budget is seen before the pods of a set made earlier are; here they are there by then. */
const OUTRUN = new Set(['pdb-none']);

function node(script: string, args: readonly string[]): Promise<string> {
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [script, ...args],
      { maxBuffer: 256 << 20, timeout: 900_000 },
      (_error, stdout, stderr) => resolve(`${stdout}\n${stderr}`),
    );
  });
}

const tail = (text: string): string => text.trimEnd().split('\n').slice(-60).join('\n');

/** Behaviour recorded from the real v1.36.3, replayed by its own runners. */
describe.skipIf(!hasShared)('recorded behaviour (../shared)', () => {
  const perdure = new Perdure();
  let connection: string[];
  beforeAll(async () => {
    await perdure.up('--ephemeral', '--runtime', 'simulated', '--simulate-nodes', 'type=fake');
    connection = ['--server', perdure.state.server, '--insecure', '--token', perdure.credentials.administratorToken];
  });
  afterAll(() => perdure.remove());

  it('answers API requests as recorded', async () => {
    const out = await node(join(shared, 'golden', 'replay.mjs'), connection);
    let passed = 0;
    for (const match of out.matchAll(/^([\w-]+): (\d+) passed, \d+ failed$/gm))
      if (!OUTSIDE_THIS_STAGE.has(match[1]!)) passed += Number(match[2]);
    console.log(tail(out));
    expect(passed, tail(out)).toBeGreaterThanOrEqual(AT_LEAST_GOLDEN);
  });

  it('runs controllers as recorded', async () => {
    const runner = join(shared, 'transcripts', 'run.mjs');
    const names = (await node(runner, ['--list'])).split('\n').map((line) => line.trim().split(':')[0]!);
    const chosen = names.filter((name) => name !== '' && !OUTRUN.has(name));
    const out = await node(runner, [...connection, ...chosen]);
    console.log(tail(out));
    expect(out, tail(out)).toMatch(/^[1-9]\d* passed, 0 failed$/m);
  });

  for (const kubectl of kubectls(hasShared ? RECORDED : [])) {
    it(`shows kubectl ${kubectl.version} what it was shown`, async () => {
      const run = async (...names: string[]): Promise<string[]> => {
        const args = ['kubectl', '--kubeconfig', perdure.kubeconfig, '--kubectl', kubectl.path, ...names];
        const out = await node(join(shared, 'transcripts', 'run.mjs'), args);
        console.log(tail(out));
        expect(out, tail(out)).toMatch(/^kubectl 1\.\d+: \d+ passed/m);
        return [...out.matchAll(/^FAIL ([\w-]+)/gm)].map((match) => match[1]!).filter((name) => !PROSE.has(name));
      };
      // Four cases at once show each other's load: what differs has to differ alone too.
      const failed = await run();
      if (failed.length > 0) expect(await run(...failed)).toEqual([]);
    });
  }
});
