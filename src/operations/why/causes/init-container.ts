import { cause } from '../cause.ts';
import { way } from '../chain.ts';
import { logsOf } from '../commands.ts';
import { exitText, lastExit } from '../facts/exits.ts';
import { containersOf } from '../facts/pod-facts.ts';
import { isLive } from '../facts/pod-gates.ts';
import { ageText, counted } from '../words.ts';

/** A step that takes longer than this is worth a look. */
const PATIENCE_MS = 60_000;

/** An init container fails, or has been running for long. */
export const initContainer = cause({
  id: 'init-container',
  kind: 'Pod',
  applies(pod, world) {
    if (!isLive(pod, world)) return null;
    const views = containersOf(pod).filter(({ init, spec }) => init && spec.restartPolicy !== 'Always');
    const at = views.findIndex(({ status }) => status !== undefined && !status.ready);
    const view = views[at];
    if (view?.status === undefined) return null;
    const { namespace = '', name = '' } = pod.metadata;
    const step = `init container ${view.spec.name}${views.length > 1 ? ` (${at + 1} of ${views.length})` : ''}`;
    const exit = lastExit(view.status);
    const rule = {
      text: 'Init containers run one after the other, each to its successful end, before any other container starts.',
      source: 'spec.initContainers',
    };
    const logs = way(
      'see what it says',
      logsOf(namespace, name, view.spec.name, exit !== null && view.status.state?.running === undefined),
    );
    if (exit !== null && exit.exitCode !== 0) {
      return {
        severity: 'blocks',
        says: `${step} fails (${exitText(exit)}, ${counted(view.status.restartCount, 'restart')})`,
        rule,
        ways: [logs],
      };
    }
    const running = view.status.state?.running;
    if (running === undefined) return null;
    const since = world.since(running.startedAt);
    return {
      severity: since < PATIENCE_MS ? 'waits' : 'blocks',
      says: `${step} runs for ${ageText(since)} and has not ended; if it waits for a peer that waits for this pod, both wait for ever`,
      rule,
      ways: [logs],
    };
  },
});
