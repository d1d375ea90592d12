import { describe, expect, it } from 'vitest';
import { SeededRandom } from '../time/seeded-random.ts';
import { VirtualClock } from '../time/virtual-clock.ts';
import { DiskBackend } from './disk-backend.ts';
import { LogDamaged } from './log-format.ts';
import { SECTOR_BYTES } from './sector.ts';
import { type DiskFaults, SimulatedDisk } from './simulated-disk.ts';

function make(faults: Partial<DiskFaults> = {}, seed = 1): { disk: SimulatedDisk; clock: VirtualClock } {
  const clock = new VirtualClock();
  return { disk: new SimulatedDisk(new SeededRandom(seed), clock, faults), clock };
}

const sectors = (count: number, text: string): Buffer => Buffer.alloc(count * SECTOR_BYTES, text);
const write = (key: string, revision: number) =>
  [{ key, revision, bytes: Buffer.from(`{"key":"${key}"}`), previous: 0, last: null }] as const;

describe('SimulatedDisk', () => {
  it('keeps what was synced, and of the rest each sector on its own', async () => {
    const fates = new Set<string>();
    for (let seed = 1; seed <= 40; seed++) {
      const { disk } = make({}, seed);
      const open = disk.open();
      open.write(0, sectors(2, 'a'));
      await open.sync();
      open.write(2 * SECTOR_BYTES, sectors(4, 'b'));
      disk.crash();
      const medium = disk.open().readMedium();
      expect(medium.subarray(0, 2 * SECTOR_BYTES)).toEqual(sectors(2, 'a'));
      const rest = Array.from({ length: 4 }, (_, i) => medium.subarray((2 + i) * SECTOR_BYTES, (3 + i) * SECTOR_BYTES));
      fates.add(
        rest.map((sector) => (sector.every((byte) => byte === 98) ? 'b' : sector[0] === 98 ? '/' : '-')).join(''),
      );
    }
    expect(fates).toContain('bbbb');
    expect(fates).toContain('----');
    expect(
      [...fates].some((fate) => /^-+b/.test(fate)),
      'a later sector without an earlier one',
    ).toBe(true);
    expect(
      [...fates].some((fate) => fate.includes('/')),
      'a torn sector',
    ).toBe(true);
  });

  it('does not count a sync that the crash interrupted', async () => {
    const lost = [];
    for (let seed = 1; seed <= 20; seed++) {
      const { disk, clock } = make({ minSyncMs: 10, maxSyncMs: 10 }, seed);
      const open = disk.open();
      open.write(0, sectors(1, 'a'));
      let ended = false;
      open.sync().then(() => {
        ended = true;
      });
      await clock.run(clock.now() + 9);
      disk.crash();
      await clock.run(clock.now() + 100);
      expect(ended).toBe(false);
      if (disk.open().readMedium()[0] !== 97) lost.push(seed);
    }
    expect(lost.length).toBeGreaterThan(3);
  });

  it('leaves the page cache to the next process when only the process dies, and ignores the dead one', async () => {
    const { disk } = make();
    const dead = disk.open();
    dead.write(0, sectors(1, 'a'));
    disk.kill();
    dead.write(0, sectors(1, 'z'));
    const next = disk.open();
    expect(next.readMedium()).toEqual(sectors(1, '\0'));
    await next.sync();
    expect(next.readMedium()).toEqual(sectors(1, 'a'));
  });

  it('forgets pages whose sync failed: a second sync that succeeds proves nothing', async () => {
    const { disk } = make({ syncErrorChance: 1 });
    const open = disk.open();
    open.write(0, sectors(32, 'a'));
    await expect(open.sync()).rejects.toMatchObject({ code: 'EIO' });
    disk.faults.syncErrorChance = 0;
    await open.sync();
    expect(open.readMedium()).not.toEqual(sectors(32, 'a'));
    open.write(0, sectors(32, 'a'));
    await open.sync();
    expect(open.readMedium()).toEqual(sectors(32, 'a'));
  });

  it('writes nothing of what does not fit', () => {
    const { disk } = make({ capacityBytes: 2 * SECTOR_BYTES });
    expect(() => disk.open().write(0, sectors(3, 'a'))).toThrow(/ENOSPC/);
    expect(disk.sizeBytes).toBe(0);
  });
});

describe('DiskBackend', () => {
  it('refuses a log with a damaged frame before sound ones instead of dropping those', async () => {
    const { disk } = make();
    const backend = new DiskBackend(disk);
    await backend.load();
    for (let revision = 1; revision <= 3; revision++)
      await backend.commit(write(`core/things/${revision}`, revision), revision);
    disk.kill();
    const image = disk.open().readMedium();
    image[SECTOR_BYTES + 40]! ^= 1;
    const open = disk.open();
    open.write(SECTOR_BYTES, image.subarray(SECTOR_BYTES, 2 * SECTOR_BYTES));
    await open.sync();
    await expect(new DiskBackend(disk).load()).rejects.toBeInstanceOf(LogDamaged);
  });

  it('goes on after the last whole frame, whatever the torn one left behind', async () => {
    const { disk } = make();
    const first = new DiskBackend(disk);
    await first.load();
    await first.commit(write('core/things/a', 1), 1);
    // The second sector of a frame whose first was lost.
    disk.open().write(2 * SECTOR_BYTES, sectors(1, 'x'));
    disk.kill();
    const second = new DiskBackend(disk);
    expect((await second.load()).revision).toBe(1);
    await second.commit(write('core/things/b', 2), 2);
    const state = await new DiskBackend(disk).load();
    expect(state.revision).toBe(2);
    expect([...state.entries].map((entry) => entry.key)).toEqual(['core/things/a', 'core/things/b']);
    expect(state.history?.events.map((event) => event.revision)).toEqual([1, 2]);
  });
});
