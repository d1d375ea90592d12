import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, isAbsolute, join } from 'node:path';
import type { Client } from '../client/client.ts';
import type { Connection } from '../client/kubeconfig.ts';
import { shellQuote } from '../operations/why/words.ts';
import { type CommonOptions, dataDirectory, requireRunning } from './common.ts';
import { UserError } from './output.ts';

/** Which cluster is meant. */
export interface ReachOptions extends CommonOptions {
  readonly context?: string;
  readonly kubeconfig?: string;
}

export interface Reached {
  readonly connection: Connection;
  readonly client: Client & { close(): void };
  /** How the user's own kubectl gets there. */
  readonly kubectl: string;
}

/** The cluster of a kubeconfig context, or the Perdure on the data directory. Throws UserError with what to name instead. */
export async function reach(options: ReachOptions): Promise<Reached> {
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
function kubeconfigsOf(options: ReachOptions): { readonly paths: readonly string[]; readonly kubectl: string } {
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
