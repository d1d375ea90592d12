import type { Command } from 'commander';
import { type CommonOptions, dataDirectory, requireRunning, withCommon } from './common.ts';

/** Single quotes for a POSIX shell. */
function shellQuote(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

export function registerEnv(program: Command): void {
  withCommon(
    program.command('env').description('print the shell line that points kubectl here: eval "$(perdure env)"'),
  ).action((options: CommonOptions) => {
    const directory = dataDirectory(options);
    requireRunning(directory);
    process.stdout.write(
      options.output === 'json'
        ? `${JSON.stringify({ KUBECONFIG: directory.kubeconfig }, null, 2)}\n`
        : `export KUBECONFIG=${shellQuote(directory.kubeconfig)}\n`,
    );
  });
}
