import type { Pod, Probe } from '../observed.ts';
import { shortened } from '../words.ts';
import type { World } from '../world.ts';

/** What a probe asks: `GET :8080/ready`, `tcp :5432`, `exec pg_isready`, `grpc :9090`. */
export function probeText({ httpGet, tcpSocket, exec, grpc }: Probe): string {
  if (httpGet !== undefined) return `GET ${httpGet.host ?? ''}:${httpGet.port}${httpGet.path ?? '/'}`;
  if (tcpSocket !== undefined) return `tcp ${tcpSocket.host ?? ''}:${tcpSocket.port}`;
  if (grpc !== undefined) return `grpc :${grpc.port}`;
  return `exec ${shortened((exec?.command ?? []).join(' '), 60)}`;
}

export interface ProbeFailure {
  /** `answers 503`, `gets no connection`, `fails`. */
  readonly does: string;
  /** The output of a command, behind a colon; empty when `does` says it all. */
  readonly output: string;
}

/** What a failed probe got, from the text of its event. */
export function probeFailure(message: string): ProbeFailure {
  const text = message.replace(
    /^(Readiness|Liveness|Startup) probe (failed|errored and resulted in unknown state): /,
    '',
  );
  const status = /HTTP probe failed with statuscode: (\d+)/.exec(text);
  if (status !== null) return { does: `answers ${status[1]}`, output: '' };
  if (/connection refused/.test(text)) return { does: 'gets no connection (refused)', output: '' };
  if (/context deadline exceeded|i\/o timeout|timed out|timeout/i.test(text))
    return { does: 'gets no answer in time', output: '' };
  return { does: 'fails', output: text.trim() === '' ? '' : `: ${shortened(text, 100)}` };
}

/** Its liveness or startup probe killed the container; causes of their own tell about it. */
export function killedByProbe(pod: Pod, container: string, world: World): boolean {
  const { namespace, name, uid } = pod.metadata;
  const text = new RegExp(`^Container ${container} failed (liveness|startup) probe`);
  return world
    .events('Pod', namespace, name, uid)
    .some(({ reason, message }) => reason === 'Killing' && text.test(message));
}
