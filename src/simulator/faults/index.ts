import { failingSync, fullDisk, slowDisk } from './disk.ts';
import type { FaultDefinition } from './fault.ts';
import { cutLink, LINK_FAULTS } from './links.ts';
import { machineCrash, slowAgent, zombie } from './machines.ts';
import { clockJump, crashAfterWrite, killProgram, losePower, twoLeaders } from './programs.ts';
import { VOLUME_FAULTS } from './volumes.ts';

/** Everything that breaks by itself (reference 5.3). */
export const FAULTS: readonly FaultDefinition[] = [
  ...LINK_FAULTS,
  cutLink,
  killProgram,
  crashAfterWrite,
  twoLeaders,
  losePower,
  clockJump,
  machineCrash,
  zombie,
  slowAgent,
  slowDisk,
  failingSync,
  fullDisk,
  ...VOLUME_FAULTS,
];
