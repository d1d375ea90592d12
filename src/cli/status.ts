import type { Command } from 'commander';
import { type CommonOptions, dataDirectory, requireRunning, withCommon } from './common.ts';
import { outputFor } from './output.ts';

export function registerStatus(program: Command): void {
  withCommon(program.command('status').description('say what runs on a data directory')).action(
    (options: CommonOptions) => {
      const directory = dataDirectory(options);
      const state = requireRunning(directory);
      const output = outputFor(options.output);
      output.fact('server', state.server);
      output.fact('pid', String(state.pid));
      output.fact('runtime', state.runtime);
      output.fact('since', state.startedAt);
      output.fact('kubeconfig', directory.kubeconfig);
      output.fact('data', directory.path);
      const { pid, server, dataDir, runtime, startedAt, ready } = state;
      output.result({ pid, server, dataDir, runtime, startedAt, ready, kubeconfig: directory.kubeconfig });
    },
  );
}
