import type { Command } from 'commander';
import { withCommon } from './common.ts';
import { screenOf, UserError } from './output.ts';
import { type ReachOptions, reach } from './reach.ts';

interface WhyOptions extends ReachOptions {
  readonly namespace?: string;
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
    process.stdout.write(printChain(chain, { ...screenOf(), kubectl }));
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
