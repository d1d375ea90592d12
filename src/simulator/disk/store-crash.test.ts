import { crc32 } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { type CrashReport, runCrashes } from './crash-run.ts';
import { DiskBackend } from './disk-backend.ts';
import { type RecoveredLog, recoverLog } from './log-format.ts';
import { SECTOR_BYTES } from './sector.ts';
import type { OpenDisk, SimulatedDisk } from './simulated-disk.ts';

type MakeBackend = (disk: SimulatedDisk, historyEvents: number) => DiskBackend;
const sound: MakeBackend = (disk, historyEvents) => new DiskBackend(disk, { historyEvents });

/** Seeds until a breach; at most 50 runs of 20 crashes. */
async function firstBreach(backend: MakeBackend): Promise<string | null> {
  for (let seed = 1; seed <= 50; seed++) {
    const { breaches } = await runCrashes({ seed, crashes: 20, backend });
    if (breaches.length > 0) return breaches[0]!;
  }
  return null;
}

describe('the store on a disk that loses what was not synced', () => {
  it('keeps what it acknowledged over 1,000 crashes', async () => {
    const reports: CrashReport[] = [];
    for (let seed = 1; seed <= 50; seed++) reports.push(await runCrashes({ seed, crashes: 20, backend: sound }));
    expect(reports.flatMap(({ breaches }, i) => breaches.map((breach) => `seed ${i + 1}: ${breach}`))).toEqual([]);

    const total = (of: (report: CrashReport) => number): number => reports.reduce((sum, report) => sum + of(report), 0);
    expect(total(({ counters }) => counters.crashes + counters.kills)).toBe(1000);
    // The run must have met what it claims to survive.
    const met = {
      acknowledged: total((report) => report.acknowledged),
      lost: total((report) => report.lost),
      unacknowledgedSurvivors: total((report) => report.unacknowledgedSurvivors),
      compacted: total((report) => report.compacted),
      conflicts: total((report) => report.conflicts),
      syncErrors: total(({ counters }) => counters.syncErrors),
      stalls: total(({ counters }) => counters.stalls),
      full: total(({ counters }) => counters.full),
      kills: total(({ counters }) => counters.kills),
      torn: total(({ counters }) => counters.sectors.torn),
      flipped: total(({ counters }) => counters.sectors.flipped),
      sectorsLost: total(({ counters }) => counters.sectors.lost),
      sectorsKept: total(({ counters }) => counters.sectors.kept),
    };
    for (const [what, count] of Object.entries(met)) expect(count, what).toBeGreaterThan(20);
  });

  it('does the same again for the same seed', async () => {
    const run = (): Promise<CrashReport> => runCrashes({ seed: 7, crashes: 20, backend: sound });
    expect(await run()).toEqual(await run());
  });
});

/** The log as a recovery sees it that looks at no checksum: every frame whose header reads well is sound. */
function withChecksumsMade(image: Buffer): Buffer {
  const trusted = Buffer.from(image);
  for (let at = 0; at + SECTOR_BYTES <= trusted.length && trusted.toString('latin1', at, at + 4) === 'FDRP'; ) {
    const end = at + 24 + trusted.readUInt32LE(at + 12);
    trusted.writeUInt32LE(crc32(trusted.subarray(at + 8, end)), at + 4);
    at = Math.ceil(end / SECTOR_BYTES) * SECTOR_BYTES;
  }
  return trusted;
}

describe('planted bugs that crashes find', () => {
  it('an acknowledgement before the sync', async () => {
    class Hasty extends DiskBackend {
      protected override async sync(disk: OpenDisk): Promise<void> {
        disk.sync().catch(() => {});
      }
    }
    expect(await firstBreach((disk, historyEvents) => new Hasty(disk, { historyEvents }))).toMatch(/was visible/);
  });

  it('a failed sync that is simply tried again', async () => {
    class Stubborn extends DiskBackend {
      protected override sync(disk: OpenDisk): Promise<void> {
        return disk.sync().catch(() => disk.sync());
      }
    }
    expect(await firstBreach((disk, historyEvents) => new Stubborn(disk, { historyEvents }))).toMatch(
      /was visible|does not open/,
    );
  });

  it('a recovery that accepts a torn tail', async () => {
    class Trusting extends DiskBackend {
      protected override recover(image: Buffer): RecoveredLog {
        return recoverLog(withChecksumsMade(image));
      }
    }
    expect(await firstBreach((disk, historyEvents) => new Trusting(disk, { historyEvents }))).not.toBeNull();
  });

  it('a recovery that forgets the last acknowledged batch', async () => {
    class Forgetful extends DiskBackend {
      protected override recover(image: Buffer): RecoveredLog {
        const { frames, endBytes } = recoverLog(image);
        const last = frames.at(-1);
        return { frames: frames.slice(0, -1), endBytes: endBytes - (last?.sizeBytes ?? 0) };
      }
    }
    expect(await firstBreach((disk, historyEvents) => new Forgetful(disk, { historyEvents }))).toMatch(/was visible/);
  });
});
