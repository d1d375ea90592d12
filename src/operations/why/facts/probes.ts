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

/** What a failed probe got, from the text of its event: `answers 503`, `connection refused`, the output of the command. */
export function failureText(message: string): string {
  const text = message.replace(
    /^(Readiness|Liveness|Startup) probe (failed|errored and resulted in unknown state): /,
    '',
  );
  const status = /HTTP probe failed with statuscode: (\d+)/.exec(text);
  if (status !== null) return `answers ${status[1]}`;
  if (/connection refused/.test(text)) return 'gets no connection (refused)';
  if (/context deadline exceeded|i\/o timeout|timed out|timeout/i.test(text)) return 'gets no answer in time';
  return text === '' ? 'fails' : `fails: ${shortened(text, 100)}`;
}

/** Its liveness or startup probe killed the container; causes of their own tell about it. */
export function killedByProbe(pod: Pod, container: string, world: World): boolean {
  const { namespace, name, uid } = pod.metadata;
  const text = new RegExp(`^Container ${container} failed (liveness|startup) probe`);
  return world
    .events('Pod', namespace, name, uid)
    .some(({ reason, message }) => reason === 'Killing' && text.test(message));
}
