// `npm run simulate -- --seeds N`: install, bundle the simulator and run it. The bundle never touches dist/.
// `npm run simulate -- --model`: the exhaustive model of the StatefulSet decision instead.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { prepare, root } from './prepare.mjs';

/**
 * One thread does everything, collecting garbage too: helpers would only be waited for. No object is made old from the
 * start: an old one that is dead keeps its whole world alive through every small collection. The rest is worth a twentieth
 * of the time.
 */
const FLAGS = [
  '--single-threaded-gc',
  '--max-old-space-size=4096',
  '--heap-growing-percent=800',
  '--min-semi-space-size=64',
  '--max-semi-space-size=64',
  '--always-sparkplug',
  '--no-allocation-site-pretenuring',
  '--max-inlined-bytecode-size-cumulative=460',
];

prepare({ build: false });
const { build } = await import('esbuild');
const { sharedShapes } = await import('./shared-shapes.mjs');
const asked = process.argv.slice(2);
const part = asked.includes('--model') ? ['model'] : [];
const directory = mkdtempSync(join(tmpdir(), 'perdure-simulate-'));
const outfile = join(directory, 'simulate.mjs');
await build({
  entryPoints: [join(root, 'src', 'simulator', ...part, 'main.ts')],
  outfile,
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node20',
  packages: 'external',
  plugins: [sharedShapes],
  sourcemap: 'inline',
});
symlinkSync(join(root, 'node_modules'), join(directory, 'node_modules'));
const args = [...FLAGS, '--enable-source-maps', outfile, ...asked];
const result = spawnSync(process.execPath, args, { stdio: 'inherit' });
rmSync(directory, { recursive: true, force: true });
process.exit(result.status ?? 1);
