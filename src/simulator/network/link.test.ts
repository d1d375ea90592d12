import { expect, it } from 'vitest';
import { SeededRandom } from '../time/seeded-random.ts';
import { CALM, Link } from './link.ts';

it('is as it was once every trouble has ended, whichever ends first', () => {
  const link = new Link();
  const endRefusals = link.trouble({ refuse: 0.5 });
  const endLosses = link.trouble({ loseReply: 0.4 });
  endRefusals();
  expect(link.conditions).toEqual({ ...CALM, loseReply: 0.4 });
  endLosses();
  expect(link.conditions).toEqual(CALM);
});

it('is as the latest trouble says where two are about the same', () => {
  const link = new Link();
  link.trouble({ eventMs: [1, 2] });
  const end = link.trouble({ eventMs: [100, 1_000] });
  expect(link.conditions.eventMs).toEqual([100, 1_000]);
  end();
  expect(link.conditions.eventMs).toEqual([1, 2]);
});

it('has no trouble left once it is healed', () => {
  const link = new Link();
  const end = link.trouble({ refuse: 1 });
  link.heal();
  end();
  expect(link.conditions).toEqual(CALM);
});

it('strikes one write of the resource, and no other', () => {
  const link = new Link();
  const random = new SeededRandom(1);
  link.strike('loseReply', 'pods');
  expect(link.suffers('loseReply', 'nodes', random)).toBe(false);
  expect(link.suffers('loseRequest', 'pods', random)).toBe(false);
  expect(link.suffers('loseReply', '', random)).toBe(false);
  expect([link.suffers('loseReply', 'pods', random), link.suffers('loseReply', 'pods', random)]).toEqual([true, false]);
});

it('makes one write late', () => {
  const link = new Link();
  link.delay('pods', 8_000);
  expect([link.lateness('nodes'), link.lateness('pods'), link.lateness('pods')]).toEqual([0, 8_000, 0]);
});
