import { accessSync, constants, existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = '/sys/fs/cgroup';

/** Memory and CPU limits of containers through control groups of either version. */
export class Cgroups {
  readonly #version: 0 | 1 | 2;
  readonly #prefix: string;
  readonly #leaving = new Set<string>();

  /** `prefix` is a directory name of our own under the controllers; `wanted` false: as on a machine without. */
  constructor(prefix: string, wanted = true) {
    this.#prefix = prefix;
    this.#version = wanted ? detect() : 0;
    if (this.#version === 0) return;
    try {
      for (const directory of this.#bases()) mkdirSync(directory, { recursive: true });
      if (this.#version === 2) {
        writeFileSync(join(ROOT, 'cgroup.subtree_control'), '+memory +cpu');
        writeFileSync(join(ROOT, prefix, 'cgroup.subtree_control'), '+memory +cpu');
      }
    } catch {
      this.#version = 0;
    }
  }

  get available(): boolean {
    return this.#version !== 0;
  }

  #bases(): string[] {
    return this.#version === 2
      ? [join(ROOT, this.#prefix)]
      : [join(ROOT, 'memory', this.#prefix), join(ROOT, 'cpu', this.#prefix)];
  }

  /** Directories the container's first process has to join; empty without control groups. */
  create(id: string, limits: { readonly memoryBytes?: number; readonly cpuMillis?: number }): string[] {
    if (this.#version === 0) return [];
    this.sweep();
    const directories = this.#bases().map((base) => join(base, id));
    for (const directory of directories) mkdirSync(directory, { recursive: true });
    const [memory, cpu] = [directories[0]!, directories.at(-1)!];
    this.#limit(memory, cpu, limits);
    if (this.#version === 2) {
      // As a node does it: no swap, and a container goes as a whole.
      tryWrite(join(memory, 'memory.oom.group'), '1');
      tryWrite(join(memory, 'memory.swap.max'), '0');
    }
    return directories;
  }

  /** Changes the limits of a container that runs. Throws what the kernel says, e.g. that it uses more already. */
  update(id: string, limits: { readonly memoryBytes?: number; readonly cpuMillis?: number }): void {
    if (this.#version === 0) return;
    const directories = this.#bases().map((base) => join(base, id));
    this.#limit(directories[0]!, directories.at(-1)!, limits);
  }

  #limit(memory: string, cpu: string, limits: { readonly memoryBytes?: number; readonly cpuMillis?: number }): void {
    if (limits.memoryBytes !== undefined) {
      writeFileSync(
        join(memory, this.#version === 2 ? 'memory.max' : 'memory.limit_in_bytes'),
        String(limits.memoryBytes),
      );
    }
    if (limits.cpuMillis !== undefined) {
      const quota = String(Math.max(1000, limits.cpuMillis * 100));
      if (this.#version === 2) writeFileSync(join(cpu, 'cpu.max'), `${quota} 100000`);
      else writeFileSync(join(cpu, 'cpu.cfs_quota_us'), quota);
    }
  }

  /** True when the kernel killed something of it for want of memory. */
  oomKilled(id: string): boolean {
    if (this.#version === 0) return false;
    const file = join(this.#bases()[0]!, id, this.#version === 2 ? 'memory.events' : 'memory.oom_control');
    try {
      return /^oom_kill [1-9]/m.test(readFileSync(file, 'latin1'));
    } catch {
      return false;
    }
  }

  /** Forgets a container. Its last process may still be on its way out: then the directory goes later. */
  remove(id: string): void {
    if (this.#version === 0) return;
    this.#leaving.add(id);
    this.sweep();
  }

  /** Tries again what was busy; true when nothing is left to do. */
  sweep(): boolean {
    for (const id of this.#leaving) {
      if (this.#bases().every((base) => removed(join(base, id)))) this.#leaving.delete(id);
    }
    return this.#leaving.size === 0;
  }

  /** Takes our directories away; those of containers that live on stay. */
  close(): void {
    this.sweep();
    for (const base of this.#version === 0 ? [] : this.#bases()) removed(base);
  }
}

/** What not every kernel has. */
function tryWrite(path: string, text: string): void {
  try {
    writeFileSync(path, text);
  } catch {
    // The limit itself holds without it.
  }
}

/** True when the directory is gone; false when processes or other groups are in it. */
function removed(directory: string): boolean {
  try {
    rmdirSync(directory);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT';
  }
}

function detect(): 0 | 1 | 2 {
  try {
    if (existsSync(join(ROOT, 'cgroup.controllers'))) {
      accessSync(join(ROOT, 'cgroup.subtree_control'), constants.W_OK);
      return 2;
    }
    accessSync(join(ROOT, 'memory'), constants.W_OK);
    accessSync(join(ROOT, 'cpu'), constants.W_OK);
    return 1;
  } catch {
    return 0;
  }
}
