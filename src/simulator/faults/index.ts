import { failingSync, fullDisk, slowDisk } from './disk.ts';
import type { FaultDefinition } from './fault.ts';
import { cutLink, LINK_FAULTS } from './links.ts';
import { containerKill, machineCrash, slowAgent, zombie } from './machines.ts';
import { clockJump, crashAfterWrite, killProgram, losePower, twoLeaders } from './programs.ts';
import { REQUEST_FAULTS } from './requests.ts';
import { VOLUME_FAULTS } from './volumes.ts';

/** What breaks by itself and stays broken for some time, or takes much with it (reference 5.3). */
export const GREAT_FAULTS: readonly FaultDefinition[] = [
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

/** What happens once, to one request, watch or container. */
export const SINGLE_FAULTS: readonly FaultDefinition[] = [...REQUEST_FAULTS, containerKill];

export const FAULTS: readonly FaultDefinition[] = [...GREAT_FAULTS, ...SINGLE_FAULTS];
