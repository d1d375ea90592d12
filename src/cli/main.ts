import { Command } from 'commander';
import { registerDown } from './down.ts';
import { registerEnv } from './env.ts';
import { registerLogs } from './logs.ts';
import { UserError } from './output.ts';
import { registerReset } from './reset.ts';
import { registerSimulate } from './simulate.ts';
import { registerStatus } from './status.ts';
import { registerUp } from './up.ts';
import { registerWhy } from './why.ts';

const program = new Command('perdure')
  .description('Run, test and operate stateful workloads: a Kubernetes-compatible control plane in one process')
  .version(PERDURE_VERSION)
  .showHelpAfterError('(run the command with --help to see what it takes)');
for (const register of [
  registerUp,
  registerDown,
  registerReset,
  registerStatus,
  registerEnv,
  registerLogs,
  registerWhy,
  registerSimulate,
])
  register(program);

// Whoever read our output may stop reading; that is no reason to end.
process.stdout.on('error', () => {});

program.parseAsync().catch((error: unknown) => {
  const text =
    error instanceof UserError || process.env.PERDURE_DEBUG === undefined
      ? String((error as Error).message ?? error)
      : (error as Error).stack;
  process.stderr.write(`perdure: ${text}\n`);
  process.exit(1);
});
