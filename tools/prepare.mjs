// Makes a checkout runnable: installs what package-lock.json names, builds what is missing or older than its source.
import { spawnSync } from 'node:child_process';
import { existsSync, lstatSync, readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = dirname(dirname(fileURLToPath(import.meta.url)));

function run(what, command, args) {
  process.stderr.write(`> ${what}\n`);
  const result = spawnSync(command, args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] });
  if (result.status !== 0) {
    process.stderr.write(
      `perdure: ${what} failed (${command} ${args.join(' ')}). Mend the cause above and run the command again.\n`,
    );
    process.exit(result.status ?? 1);
  }
}

function newest(path) {
  const stat = statSync(path);
  if (!stat.isDirectory()) return stat.mtimeMs;
  return readdirSync(path).reduce((latest, name) => Math.max(latest, newest(join(path, name))), stat.mtimeMs);
}

/** Says what it does as it goes. Installs what the lock file says, and builds dist/ unless `build` is false: what bundles for itself needs none. */
export function prepare({ build = true } = {}) {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major < 20 || (major === 20 && minor < 19)) {
    process.stderr.write(`perdure needs Node 20.19 or newer; this is ${process.versions.node}.\n`);
    process.exit(1);
  }
  const lock = join(root, 'package-lock.json');
  const installed = join(root, 'node_modules', '.package-lock.json');
  // A node_modules that is a link is somebody else's: installing into it would empty it under them.
  const borrowed = lstatSync(join(root, 'node_modules'), { throwIfNoEntry: false })?.isSymbolicLink() === true;
  if (!borrowed && (!existsSync(installed) || statSync(installed).mtimeMs < statSync(lock).mtimeMs)) {
    run('Installing packages (npm ci)', process.platform === 'win32' ? 'npm.cmd' : 'npm', [
      'ci',
      '--no-fund',
      '--no-audit',
      '--loglevel=error',
    ]);
  }
  if (!build) return;
  const built = join(root, 'dist', 'cli.js');
  if (!existsSync(built) || statSync(built).mtimeMs < newest(join(root, 'src'))) {
    run('Building (tools/build.mjs)', process.execPath, [join(root, 'tools', 'build.mjs')]);
  }
}
