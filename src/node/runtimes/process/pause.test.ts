import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { pauseProcesses } from './pause.ts';
import { childrenOf } from './processes.ts';

const stateOf = (pid: number): string => {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  return stat.slice(stat.lastIndexOf(')') + 2, stat.lastIndexOf(')') + 3);
};

it.skipIf(process.platform !== 'linux')('holds a process with its family, and lets them go on', async () => {
  const child = spawn('sh', ['-c', 'sleep 1000 & echo ready; wait'], { stdio: ['pipe', 'pipe', 'ignore'] });
  await once(child.stdout!, 'data');
  const family = [child.pid!, ...childrenOf(child.pid!)];
  expect(family).toHaveLength(2);
  const resume = pauseProcesses(child.pid!);
  expect(family.map(stateOf)).toEqual(['T', 'T']);
  expect(stateOf(process.pid)).not.toBe('T');
  resume();
  for (const pid of family) expect(stateOf(pid)).not.toBe('T');
  child.kill('SIGKILL');
  for (const pid of family.slice(1)) process.kill(pid, 'SIGKILL');
});
