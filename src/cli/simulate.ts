import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { parseGoDuration } from '../base/time.ts';
import type { Report } from '../simulator/what-if/report.ts';
import type { Scenario } from '../simulator/what-if/scenario.ts';
import type { Stage } from '../simulator/what-if/stage.ts';
import { type CommonOptions, withCommon } from './common.ts';
import { readManifests } from './manifests.ts';
import { screenOf, UserError } from './output.ts';
import { reach } from './reach.ts';

interface SimulateOptions extends CommonOptions {
  readonly file?: readonly string[];
  readonly fromKubeconfig?: string | true;
  readonly kubeconfig?: string;
  readonly namespace?: string;
  readonly allNamespaces?: boolean;
  readonly scenario: readonly string[];
  readonly nodes: number;
  readonly zones: readonly string[];
  readonly seed: number;
  readonly startDelay: number;
  readonly readyAfter: number;
  readonly limit: number;
  readonly html?: string;
}

/** Exit status when something is not as wanted at the end. */
const STUCK = 2;
const MOST_NODES = 500;

function duration(text: string): number {
  try {
    return parseGoDuration(/^\d+(\.\d+)?$/.test(text) ? `${text}s` : text);
  } catch {
    throw new InvalidArgumentError('Write a duration, such as 30s or 5m.');
  }
}

function count(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!Number.isInteger(value) || value < least || value > most)
      throw new InvalidArgumentError(`Write a whole number from ${least} to ${most}.`);
    return value;
  };
}

const names = (text: string): readonly string[] =>
  text
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');

/** An option whose default is shown as it would be written. */
const option = <T>(flags: string, about: string, read: (text: string) => T, fallback: T, shown: string): Option =>
  new Option(flags, about).argParser(read).default(fallback, shown);

export function registerSimulate(program: Command): void {
  withCommon(
    program
      .command('simulate')
      .description('play what would happen to StatefulSets, in virtual time; nothing real is touched')
      .option('-f, --file <path...>', 'files or directories of manifests to begin with (- is standard input)')
      .option(
        '--from-kubeconfig [context]',
        'begin with what a live cluster has, which is only read; without a name that of --kubeconfig, or the Perdure on --data-dir',
      )
      .option('--kubeconfig <file>', 'the kubeconfig that has the context')
      .option('-n, --namespace <namespace>', 'its namespace to take; default: that of the context')
      .option('-A, --all-namespaces', 'take all its namespaces'),
  )
    .requiredOption(
      '--scenario <words...>',
      'a file of steps, or steps in words: "roll web:2 never-ready=2 then undo"; "start" does nothing more',
    )
    .option('--nodes <n>', 'machines, where the manifests have no Nodes', count(1, MOST_NODES), 3)
    .addOption(option('--zones <names>', 'zones given to them in turn', names, ['a', 'b', 'c'], 'a,b,c'))
    .option('--seed <n>', 'another seed is another order of what happens at once', count(0, 2 ** 31 - 1), 1)
    .addOption(
      option('--start-delay <duration>', 'from the order to start a container until it runs', duration, 2_000, '2s'),
    )
    .addOption(
      option('--ready-after <duration>', 'until it is ready, where no readiness probe says so', duration, 5_000, '5s'),
    )
    .addOption(option('--limit <duration>', 'how long a step may go on changing things', duration, 900_000, '15m'))
    .option('--html <file>', 'also write the report as one HTML file')
    .addHelpText(
      'after',
      `
Steps: roll [set=S] IMAGE [never-ready=K|crash=K], undo, scale N, delete [cascade=orphan|foreground],
  delete-pod POD, drain NODE [timeout=T], uncordon NODE, lose-node NODE, restore-node NODE, lose-zone ZONE,
  restore-zone ZONE, partition NODE, annotate KEY=VALUE, followers-need-leader, wait T; joined by "then".
Exit status: 0 when everything is as wanted at the end, 2 when something is stuck, 1 for errors.`,
    )
    .action(simulate);
}

async function simulate(options: SimulateOptions): Promise<void> {
  const { whatIf, WhatIfError } = await import('../simulator/what-if/index.ts');
  let report: Report;
  try {
    const scenario = await readScenarioOption(options.scenario);
    const stage = await stageOf(options);
    const { seed, startDelay, readyAfter, limit } = options;
    report = await whatIf({
      stage,
      scenario,
      seed,
      startDelayMs: startDelay,
      readyAfterMs: readyAfter,
      limitMs: limit,
    });
  } catch (error) {
    if (error instanceof WhatIfError) throw new UserError(error.message);
    throw error;
  }
  await print(report, options);
  if (report.outcome === 'stuck') process.exitCode = STUCK;
}

async function print(report: Report, { output, html }: SimulateOptions): Promise<void> {
  const { printHtml, printReport } = await import('../simulator/what-if/print/index.ts');
  if (html !== undefined) {
    try {
      writeFileSync(html, printHtml(report));
    } catch (error) {
      throw new UserError(`--html ${html}: ${(error as Error).message}`);
    }
  }
  if (output === 'json') process.stdout.write(`${JSON.stringify(report, null, 2)}\n`);
  else {
    process.stdout.write(printReport(report, screenOf()));
    if (html !== undefined) process.stdout.write(`\nThe timeline is in ${html}.\n`);
  }
}

/** Words, or a file of steps. */
async function readScenarioOption(words: readonly string[]): Promise<Scenario> {
  const { readScenario, scenarioOfWords, STEP_NAMES } = await import('../simulator/what-if/index.ts');
  const text = words.join(' ').trim();
  if (existsSync(text) && statSync(text).isFile()) {
    const { parseDocument } = await import('yaml');
    const document = parseDocument(readFileSync(text, 'utf8'));
    const error = document.errors[0];
    if (error !== undefined) throw new UserError(`${text}: ${error.message}`);
    return readScenario(document.toJS(), text);
  }
  const scenario = scenarioOfWords(text);
  if (scenario === null)
    throw new UserError(
      `--scenario "${text}": there is no such file, and it does not begin with a step. Steps are ${STEP_NAMES.join(', ')}.`,
    );
  return scenario;
}

async function stageOf(options: SimulateOptions): Promise<Stage> {
  const { file, fromKubeconfig, nodes, zones } = options;
  if ((file === undefined) === (fromKubeconfig === undefined))
    throw new UserError(
      'simulate begins either with manifests (-f PATH) or with a live cluster (--from-kubeconfig CONTEXT).',
    );
  const { readSnapshot, stageOfManifests, stageOfSnapshot } = await import('../simulator/what-if/index.ts');
  if (file !== undefined) return stageOfManifests(await readManifests(file), { count: nodes, zones });
  const { kubeconfig, namespace, allNamespaces } = options;
  const { client, connection } = await reach({
    dataDir: options.dataDir,
    output: options.output,
    ...(kubeconfig === undefined ? {} : { kubeconfig }),
    ...(typeof fromKubeconfig === 'string' ? { context: fromKubeconfig } : {}),
  });
  try {
    const wanted = allNamespaces === true ? null : (namespace ?? connection.namespace);
    return stageOfSnapshot(await readSnapshot(client, wanted, Date.now()));
  } catch (error) {
    const { WhatIfError } = await import('../simulator/what-if/index.ts');
    if (error instanceof WhatIfError) throw error;
    throw new UserError(`cannot read ${connection.server}: ${(error as Error).message}`);
  } finally {
    client.close();
  }
}
