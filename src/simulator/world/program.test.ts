import { expect, it } from 'vitest';
import { SeededRandom } from '../time/seeded-random.ts';
import { VirtualClock } from '../time/virtual-clock.ts';
import { Program } from './program.ts';

it('takes everything it began along when it is killed', async () => {
  const clock = new VirtualClock();
  const program = new Program('one', clock, new SeededRandom(1));
  const seen: string[] = [];
  program.clock.setTimer(1, () => seen.push('before'));
  program.clock.setTimer(3, () => seen.push('timer'));
  const answer = new Promise<string>((resolve) => clock.setTimer(3, () => resolve('answer')));
  void program.reply(answer).then((text) => seen.push(text));
  const service = program.guard({ call: async () => seen.push('called') });
  clock.setTimer(2, () => program.kill());
  clock.setTimer(4, () => void service.call());
  await clock.run(clock.now() + 10);
  expect(seen).toEqual(['before']);
});

it('has a wall clock of its own, which may be wrong', async () => {
  const clock = new VirtualClock(5_000);
  const program = new Program('one', clock, new SeededRandom(1));
  program.skewMs = -2_000;
  expect([program.clock.now(), program.clock.monotonic()]).toEqual([3_000, 0]);
});
