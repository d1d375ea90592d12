import { accessSync, constants, existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = '/sys/fs/cgroup';

/** Memory and CPU limits of containers through control groups of either version. */
export class Cgroups {
  readonly #version: 0 | 1 | 2;
  readonly #prefix: string;

  /** `prefix` is a directory name of our own under the controllers. */
  constructor(prefix: string) {
    this.#prefix = prefix;
    this.#version = detect();
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
    const directories = this.#bases().map((base) => join(base, id));
    for (const directory of directories) mkdirSync(directory, { recursive: true });
    const [memory, cpu] = [directories[0]!, directories.at(-1)!];
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
    return directories;
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

  remove(id: string): void {
    for (const base of this.#version === 0 ? [] : this.#bases()) {
      try {
        rmdirSync(join(base, id));
      } catch {
        // Still busy or never made: it holds nothing and is found again by its name.
      }
    }
  }

  /** Takes our directories away when they are empty. */
  close(): void {
    for (const base of this.#version === 0 ? [] : this.#bases()) {
      try {
        rmdirSync(base);
      } catch {
        // Containers live on in it.
      }
    }
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
