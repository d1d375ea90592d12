import { type Clock, sleep } from '../base/clock.ts';
import type { RunHook } from './pod/host.ts';
import { type AttemptContext, type Dialers, httpCall, runCommand } from './probes/attempt.ts';
import type { Runtime } from './runtimes/runtime.ts';

/**
 * Runs lifecycle hooks: exec must exit 0, any HTTP answer will do, sleep sleeps (node.md 5.2). There is no timeout here;
 * preStop is cut off by the pod's grace.
 */
export function hookRunner(options: { runtime: Runtime; clock: Clock; dialers?: Dialers }): RunHook {
  return async (worker, record, handler) => {
    const context: AttemptContext = {
      ...options,
      podUid: worker.uid,
      podIP: worker.podIPs[0] ?? '',
      containerId: record.state?.id ?? '',
      template: record.template,
    };
    if (handler.exec) {
      const { code, output } = await runCommand(context, handler.exec.command ?? [], null);
      if (code !== 0) throw new Error(`command exited with ${code}: ${output}`);
    } else if (handler.httpGet) {
      await httpCall(context, handler.httpGet, 'kube-lifecycle/1.36', new AbortController().signal);
    } else if (handler.sleep) await sleep(options.clock, handler.sleep.seconds * 1000);
    else throw new Error('invalid handler');
  };
}
