// Bundles the entry points into dist/ (one file each plus shared chunks) and, with --types, emits declarations.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { sharedShapes } from './shared-shapes.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
process.chdir(root);
rmSync('dist', { recursive: true, force: true });
const entries = {
  cli: 'src/cli/main.ts',
  index: 'src/index.ts',
  client: 'src/client/index.ts',
  testing: 'src/testing/index.ts',
};
await build({
  entryPoints: Object.fromEntries(Object.entries(entries).filter(([, path]) => existsSync(path))),
  outdir: 'dist',
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  packages: 'external',
  plugins: [sharedShapes],
  legalComments: 'none',
  logLevel: 'warning',
  define: { PERDURE_VERSION: JSON.stringify(JSON.parse(readFileSync('package.json', 'utf8')).version) },
});
if (process.argv.includes('--types')) {
  const tsc = spawnSync(join('node_modules', '.bin', 'tsc'), ['--emitDeclarationOnly'], { stdio: 'inherit' });
  process.exit(tsc.status ?? 1);
}
