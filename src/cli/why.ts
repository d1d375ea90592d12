import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, isAbsolute, join } from 'node:path';
import type { Command } from 'commander';
import colors from 'picocolors';
import type { Client } from '../client/client.ts';
import type { Connection } from '../client/kubeconfig.ts';
import type { Paint } from '../operations/why/print.ts';
import { shellQuote } from '../operations/why/words.ts';
import { type CommonOptions, dataDirectory, requireRunning, withCommon } from './common.ts';
import { UserError } from './output.ts';

const NARROWEST = 60;
const WIDEST = 120;
/** Where nobody says how wide it is. */
const USUAL = 100;

interface WhyOptions extends CommonOptions {
  readonly namespace?: string;
  readonly context?: string;
  readonly kubeconfig?: string;
}

interface Reached {
  readonly connection: Connection;
  readonly client: Client & { close(): void };
  /** How the user's own kubectl gets there. */
  readonly kubectl: string;
}

export function registerWhy(program: Command): void {
  withCommon(
    program
      .command('why')
      .description(
        'say why something is stuck or at risk, by which rule, and what leads out (sts, pod, pvc, node, pdb)',
      )
      .argument('<kind/name>', 'for example sts/web, pod/web-2, pvc/data-web-2, node/n1, pdb/web'),
  )
    .option('-n, --namespace <namespace>', 'its namespace; default: that of the context')
    .option('--context <context>', 'ask the cluster of this kubeconfig context instead of the Perdure on --data-dir')
    .option('--kubeconfig <file>', 'take the cluster from this kubeconfig instead')
    .action(why);
}

async function why(text: string, options: WhyOptions): Promise<void> {
  const { explain, observe, parseSubject, printChain } = await import('../operations/why/index.ts');
  const { client, connection, kubectl } = await reach(options);
  try {
    const subject = userError(() => parseSubject(text, options.namespace ?? connection.namespace));
    const observed = await observe(client, subject).catch((error: Error) => {
      throw new UserError(`cannot ask ${connection.server}: ${error.message}`);
    });
    const chain = userError(
      () => explain(subject, observed, Date.now()),
      () => hint(subject, observed),
    );
    if (options.output === 'json') {
      process.stdout.write(`${JSON.stringify(chain, null, 2)}\n`);
      return;
    }
    const terminal = process.stdout.isTTY === true && process.env.NO_COLOR === undefined;
    const columns = process.stdout.columns ?? USUAL;
    const width = Math.min(WIDEST, Math.max(NARROWEST, columns));
    process.stdout.write(printChain(chain, { width, paint: paintOf(terminal), kubectl }));
  } finally {
    client.close();
  }
}

/** Runs what throws RangeErrors that are for the user. */
function userError<T>(run: () => T, more: () => string = () => ''): T {
  try {
    return run();
  } catch (error) {
    if (error instanceof RangeError) throw new UserError(`${error.message}${more()}`);
    throw error;
  }
}

type Subject = Parameters<typeof import('../operations/why/index.ts')['explain']>[0];
type Observed = Parameters<typeof import('../operations/why/index.ts')['explain']>[1];

/** What there is instead, or why that cannot be said. */
function hint(subject: Subject, observed: Observed): string {
  const lists = {
    StatefulSet: 'statefulSets',
    Pod: 'pods',
    PersistentVolumeClaim: 'claims',
    Node: 'nodes',
    PodDisruptionBudget: 'budgets',
  } as const;
  const list = lists[subject.kind];
  const unseen = observed.unseen[list];
  if (unseen !== undefined) return `, as far as can be seen: ${unseen}. Ask with a user who may list them.`;
  const names = observed[list].map(({ metadata }) => metadata.name ?? '');
  if (names.length === 0)
    return subject.namespace === ''
      ? '. There is none at all.'
      : '. There is none at all there; name another namespace with -n.';
  const shown = names.slice(0, 8).join(', ');
  return `. There ${names.length === 1 ? 'is' : 'are'} ${shown}${names.length > 8 ? ', …' : ''}${subject.namespace === '' ? '.' : '; another namespace is named with -n.'}`;
}

async function reach(options: WhyOptions): Promise<Reached> {
  const [{ HttpClient }, { parseKubeconfig }] = await Promise.all([
    import('../client/http.ts'),
    import('../client/kubeconfig.ts'),
  ]);
  const { paths, kubectl } = kubeconfigsOf(options);
  const failures: string[] = [];
  for (const path of paths) {
    try {
      const connection = await parseKubeconfig(readFileSync(path, 'utf8'), {
        ...(options.context === undefined ? {} : { context: options.context }),
        readFile: (file) => readFileSync(isAbsolute(file) ? file : join(dirname(path), file), 'utf8'),
      });
      return { connection, client: new HttpClient(connection), kubectl };
    } catch (error) {
      failures.push(`${path}: ${(error as Error).message}`);
    }
  }
  throw new UserError(
    `${failures.join('\n')}\nName another one with --kubeconfig or --context ("kubectl config get-contexts" lists them).`,
  );
}

/** The kubeconfig that is meant: the one named, the user's own (first that has the context) when a context is named, else that of the data directory. */
function kubeconfigsOf(options: WhyOptions): { readonly paths: readonly string[]; readonly kubectl: string } {
  const context = options.context === undefined ? '' : ` --context ${shellQuote(options.context)}`;
  if (options.kubeconfig !== undefined) {
    if (!existsSync(options.kubeconfig)) throw new UserError(`there is no kubeconfig at ${options.kubeconfig}.`);
    return { paths: [options.kubeconfig], kubectl: `kubectl --kubeconfig ${shellQuote(options.kubeconfig)}${context}` };
  }
  if (options.context !== undefined) {
    const listed = process.env.KUBECONFIG?.split(':').filter((path) => path !== '') ?? [];
    const named = listed.length > 0 ? listed : [join(homedir(), '.kube', 'config')];
    const paths = named.filter((path) => existsSync(path));
    if (paths.length === 0)
      throw new UserError(
        `--context needs a kubeconfig, and there is none at ${named.join(' or ')}. Set KUBECONFIG or name one with --kubeconfig.`,
      );
    return { paths, kubectl: `kubectl${context}` };
  }
  const directory = dataDirectory(options);
  requireRunning(directory);
  const near = process.env.KUBECONFIG === directory.kubeconfig;
  return {
    paths: [directory.kubeconfig],
    kubectl: near ? 'kubectl' : `kubectl --kubeconfig ${shellQuote(directory.kubeconfig)}`,
  };
}

function paintOf(terminal: boolean): Paint {
  const { bold, dim, green, yellow, red } = colors.createColors(terminal);
  return { bold, dim, good: green, warn: yellow, bad: red };
}
