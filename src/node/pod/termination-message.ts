import type { FileSystem } from '../files.ts';
import type { ContainerState } from '../runtimes/runtime.ts';
import type { ContainerTemplate } from './container-record.ts';

const FILE_LIMIT = 4096;
const LOG_LINES = 80;
const LOG_BYTES = 2048;
const POD_LIMIT = 12_288;

/** The text a container leaves behind (node.md 6.3): its message file, else the end of its log on errors. */
export async function terminationMessage(
  files: FileSystem,
  paths: { readonly message: string; readonly log: string },
  template: ContainerTemplate,
  state: ContainerState,
  containers: number,
): Promise<string | undefined> {
  const limit = Math.min(FILE_LIMIT, Math.floor(POD_LIMIT / Math.max(1, containers)));
  const written = await files.readTail(paths.message, limit).catch(() => null);
  if (written !== null && written.length > 0) return Buffer.from(written).toString('utf8');
  if (template.terminationMessagePolicy !== 'FallbackToLogsOnError' || state.exitCode === 0) return state.message;
  const log = await files.readTail(paths.log, 64 * 1024).catch(() => null);
  if (log === null) return state.message;
  const lines = Buffer.from(log)
    .toString('utf8')
    .split('\n')
    .filter((line) => line !== '')
    .slice(-LOG_LINES)
    .map((line) => line.split(' ').slice(3).join(' '));
  return lines.join('\n').slice(-Math.min(LOG_BYTES, limit)) || state.message;
}
