// Plants each bug of src/simulator/planted, one at a time, into a bundle of the simulator, and runs seeds until a checker
// fires. Writes the table docs/planted-bugs.md when all were tried. Nothing in the checkout is changed.
//
//   node tools/planted-bugs.mjs [--only ID[,ID]] [--seeds 300] [--first 1] [--jobs N] [--entry MAIN.TS] [--timeout SECONDS]
import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const { values: options } = parseArgs({
  options: {
    only: { type: 'string' },
    seeds: { type: 'string', default: '300' },
    first: { type: 'string', default: '1' },
    jobs: { type: 'string', default: String(availableParallelism()) },
    entry: { type: 'string' },
    timeout: { type: 'string', default: '1800' },
  },
});
/** Both take the same command line and tell of a failing seed in the same way. */
const ENTRIES = { cluster: 'src/simulator/main.ts', store: 'src/simulator/disk/main.ts' };
const entryOf = (bug) => options.entry ?? ENTRIES[bug.simulation ?? 'cluster'];
const seeds = Number(options.seeds);
const first = Number(options.first);
// Beside node_modules, so that the bundles find their packages.
const work = join(root, 'node_modules', '.cache', `planted-bugs-${process.pid}`);

/** Simulations under way: they end with this process. */
const running = new Set();
for (const signal of ['SIGINT', 'SIGTERM']) {
  process.once(signal, () => {
    for (const child of running) child.kill('SIGKILL');
    rmSync(work, { recursive: true, force: true });
    process.exit(2);
  });
}

async function bundle(entry, outfile, plugins = []) {
  await build({
    absWorkingDir: root,
    entryPoints: [entry],
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    packages: 'external',
    logLevel: 'silent',
    define: { PERDURE_VERSION: '"planted"' },
    plugins,
  });
  return outfile;
}

/** Gives esbuild the one file with the bug in it. */
function planting(bug, withBug) {
  const path = resolve(root, bug.file);
  const state = { loaded: false };
  const plugin = {
    name: 'planted-bug',
    setup({ onLoad }) {
      onLoad({ filter: /\.ts$/ }, (args) => {
        if (args.path !== path) return null;
        state.loaded = true;
        return { contents: withBug(readFileSync(path, 'utf8'), bug), loader: 'ts' };
      });
    },
  };
  return { plugin, state };
}

/** Runs a bundle; `failure` is the first failing seed it told of, null when all passed. */
function simulate(file, from, count) {
  return new Promise((resolve, reject) => {
    const flags = ['--seeds', String(count), '--first', String(from), '--stop-at-first-failure', '-o', 'json'];
    const child = spawn(process.execPath, ['--max-old-space-size=4096', file, ...flags], {
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    running.add(child);
    let [output, errors, late] = ['', '', false];
    child.stdout.setEncoding('utf8').on('data', (text) => {
      output += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text) => {
      errors = (errors + text).slice(-2000);
    });
    const timer = setTimeout(() => {
      late = true;
      child.kill('SIGKILL');
    }, Number(options.timeout) * 1000);
    child.once('error', reject);
    child.once('close', (code) => {
      clearTimeout(timer);
      running.delete(child);
      const failure = output.split('\n').map(failureIn).find(Boolean) ?? null;
      if (failure !== null || code === 0) resolve({ failure, problem: null });
      else
        resolve({
          failure: null,
          problem: late ? 'ran out of time' : `exit code ${code}: ${whatWentWrong(errors)}`,
        });
    });
  });
}

/** The error of a program that died, out of all it said of it. */
function whatWentWrong(errors) {
  const lines = errors.trim().split('\n');
  return lines.find((line) => /Error\b/.test(line)) ?? lines.at(-1);
}

function failureIn(line) {
  if (!line.startsWith('{')) return null;
  try {
    const told = JSON.parse(line);
    return typeof told.seed === 'number' && typeof told.invariant === 'string' ? told : null;
  } catch {
    return null;
  }
}

const sound = { bundles: new Map(), seeds: new Map(), failing: new Set() };

/** Whether the sound source fails this seed too: then the seed proves nothing about a bug. */
function soundFails(entry, seed) {
  if (!sound.bundles.has(entry)) {
    sound.bundles.set(entry, bundle(entry, join(work, `sound-${sound.bundles.size}.mjs`)));
  }
  const key = `${entry} ${seed}`;
  if (!sound.seeds.has(key)) {
    sound.seeds.set(
      key,
      sound.bundles
        .get(entry)
        .then((file) => simulate(file, seed, 1))
        .then(({ failure, problem }) => {
          if (problem !== null) throw new Error(`the sound source did not run seed ${seed}: ${problem}`);
          if (failure !== null) sound.failing.add(seed);
          return failure !== null;
        }),
    );
  }
  return sound.seeds.get(key);
}

async function tryBug(bug, withBug) {
  const { plugin, state } = planting(bug, withBug);
  const entry = entryOf(bug);
  const file = await bundle(entry, join(work, `${bug.id}.mjs`), [plugin]);
  if (!state.loaded) return { bug, failure: null, problem: `${bug.file} is no part of ${entry}` };
  for (let from = first; ; ) {
    const { failure, problem } = await simulate(file, from, first + seeds - from);
    if (failure === null || !(await soundFails(entry, failure.seed))) return { bug, failure, problem };
    from = failure.seed + 1;
    if (from >= first + seeds) return { bug, failure: null, problem: null };
  }
}

const cell = (text) => String(text).replaceAll('|', '\\|').replaceAll('\n', ' ');
const row = (cells) => `| ${cells.map(cell).join(' | ')} |`;

function table(results) {
  const rows = results.map(({ bug, failure, problem }) => {
    const found =
      failure === null
        ? [problem ?? 'not found', '', '']
        : [
            failure.invariant + (bug.simulation === 'store' ? ', store alone' : ''),
            failure.seed,
            failure.seed - first + 1,
          ];
    return row([bug.id, bug.title, `\`${bug.file}\``, bug.breaks, ...found]);
  });
  const head = ['id', 'bug', 'in', 'should break', 'found by', 'seed', 'seeds needed'];
  return [row(head), row(head.map(() => '---')), ...rows].join('\n');
}

function page(results) {
  const found = results.filter(({ failure }) => failure !== null).length;
  return `# Planted bugs

Each line is one bug of one line, planted alone into the source in memory; then seeds were run from ${first} on, at most ${seeds},
until a checker fired: in the whole simulated cluster, or for the bugs of the store in the simulation of the store alone on a
disk that fails. The sound source passes all seeds that are named here. Made by \`node tools/planted-bugs.mjs\`; the bugs
stand in \`src/simulator/planted/\`. Found: ${found} of ${results.length}.

${table(results)}
`;
}

async function main() {
  mkdirSync(work, { recursive: true });
  const catalogue = await bundle('src/simulator/planted/index.ts', join(work, 'catalogue.mjs'));
  const { PLANTED_BUGS, withBug } = await import(pathToFileURL(catalogue).href);
  const wanted = options.only?.split(',');
  const unknown = wanted?.filter((id) => !PLANTED_BUGS.some((bug) => bug.id === id)) ?? [];
  if (unknown.length > 0) throw new Error(`no planted bug is called ${unknown.join(', ')}; see src/simulator/planted`);
  const bugs = PLANTED_BUGS.filter(({ id }) => wanted === undefined || wanted.includes(id));
  // All of them first: a text that has moved is told in a second and not in an hour.
  for (const bug of bugs) withBug(readFileSync(resolve(root, bug.file), 'utf8'), bug);
  const results = new Map();
  const line = [...bugs];
  const worker = async () => {
    for (let bug = line.shift(); bug !== undefined; bug = line.shift()) {
      // A source that changes meanwhile costs one bug, not the run.
      const result = await tryBug(bug, withBug).catch((error) => ({ bug, failure: null, problem: error.message }));
      results.set(bug.id, result);
      const { failure, problem } = result;
      const what =
        failure === null
          ? (problem ?? 'NOT FOUND')
          : `${failure.invariant} at seed ${failure.seed}: ${failure.message}`;
      console.error(`${results.size}/${bugs.length} ${bug.id}: ${what}`);
    }
  };
  await Promise.all(Array.from({ length: Math.max(1, Number(options.jobs)) }, worker));
  const ordered = bugs.map(({ id }) => results.get(id));
  if (sound.failing.size > 0)
    console.error(`passed over, for the sound source fails them too: seeds ${[...sound.failing].join(', ')}`);
  if (wanted === undefined) writeFileSync(join(root, 'docs', 'planted-bugs.md'), page(ordered));
  console.log(table(ordered));
  return ordered.every(({ failure }) => failure !== null);
}

try {
  process.exitCode = (await main()) ? 0 : 1;
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 2;
} finally {
  rmSync(work, { recursive: true, force: true });
}
