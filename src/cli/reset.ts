import { existsSync } from 'node:fs';
import type { Command } from 'commander';
import { type CommonOptions, dataDirectory, withCommon } from './common.ts';
import { stopRunning } from './down.ts';
import { outputFor, UserError } from './output.ts';

const OURS = ['credentials.json', 'state.json', 'lock'];

export function registerReset(program: Command): void {
  withCommon(program.command('reset').description('stop, then delete everything: objects, volumes, keys, logs'))
    .option('--yes', 'do not ask')
    .action(async (options: CommonOptions & { readonly yes?: boolean }) => {
      const directory = dataDirectory(options);
      const output = outputFor(options.output);
      if (!existsSync(directory.path)) throw new UserError(`there is nothing at ${directory.path}.`);
      if (!OURS.some((name) => existsSync(directory.file(name)))) {
        throw new UserError(
          `${directory.path} does not look like a Perdure data directory (no ${OURS[0]} in it): nothing was deleted.`,
        );
      }
      if (options.yes !== true) {
        throw new UserError(
          `this deletes all volumes and objects in ${directory.path} for good. Run it again with --yes if that is what you want.`,
        );
      }
      if (directory.running() !== null) await stopRunning(directory, output);
      const started = performance.now();
      const { releasePods } = await import('../cluster/release-pods.ts');
      await releasePods(directory);
      const { releaseVolumes } = await import('../cluster/release-volumes.ts');
      await releaseVolumes(directory);
      directory.remove();
      output.step(`Deleted ${directory.path}`, performance.now() - started);
      output.result({ deleted: directory.path });
    });
}
