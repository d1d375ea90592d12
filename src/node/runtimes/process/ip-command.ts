import { execFile } from 'node:child_process';
import { RuntimeError } from '../runtime.ts';
import { HELPER_ENVIRONMENT } from './support.ts';

/** Several commands of ip(8) in one process. The first that fails ends it. */
export async function ipBatch(lines: readonly string[], options: readonly string[] = []): Promise<void> {
  await runIp([...options, '-batch', '-'], lines.join('\n'));
}

/** Runs ip(8) and resolves with what it says. Throws RuntimeError with what it complains of. */
export function runIp(args: readonly string[], input = ''): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = execFile('ip', args, { env: { ...HELPER_ENVIRONMENT } }, (error, stdout, stderr) => {
      if (error === null) resolve(stdout);
      else reject(new RuntimeError('CreatePodSandboxError', `ip ${args.join(' ')}: ${stderr.trim() || error.message}`));
    });
    // A program that fails early does not read: its exit says why.
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(input);
  });
}
