import { closeSync, createReadStream, existsSync, openSync, readSync, statSync, watch } from 'node:fs';
import type { Command } from 'commander';
import { type CommonOptions, dataDirectory, withCommon } from './common.ts';
import { UserError } from './output.ts';

const TAIL_BLOCK_BYTES = 64 * 1024;

/** Byte offset at which the last `lines` lines of a file begin. */
function tailOffset(path: string, lines: number): number {
  const fd = openSync(path, 'r');
  try {
    let end = statSync(path).size;
    let left = lines + 1;
    const block = Buffer.alloc(TAIL_BLOCK_BYTES);
    while (end > 0) {
      const start = Math.max(0, end - TAIL_BLOCK_BYTES);
      const length = readSync(fd, block, 0, end - start, start);
      for (let i = length - 1; i >= 0; i--) if (block[i] === 10 && --left === 0) return start + i + 1;
      end = start;
    }
    return 0;
  } finally {
    closeSync(fd);
  }
}

export function registerLogs(program: Command): void {
  withCommon(program.command('logs').description("print the control plane's own log"))
    .option('-f, --follow', 'go on with what is written from now on')
    .option('-n, --lines <count>', 'how many of the last lines', '100')
    .action(async (options: CommonOptions & { readonly follow?: boolean; readonly lines: string }) => {
      const lines = Number(options.lines);
      if (!Number.isInteger(lines) || lines < 0)
        throw new UserError(`--lines takes a whole number from 0, not "${options.lines}".`);
      const { log } = dataDirectory(options);
      if (!existsSync(log)) throw new UserError(`there is no log at ${log}: nothing was ever started there.`);
      let position = tailOffset(log, lines);
      const print = async (): Promise<void> => {
        for await (const chunk of createReadStream(log, { start: position })) {
          position += (chunk as Buffer).length;
          process.stdout.write(chunk as Buffer);
        }
      };
      await print();
      if (options.follow !== true) return;
      let last = Promise.resolve();
      watch(log, () => {
        last = last.then(print);
      });
    });
}
