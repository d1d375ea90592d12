import { formatGoDuration } from '../../base/time.ts';
import { containerEnvironment } from '../env/environment.ts';
import { expand } from '../env/expand.ts';
import { ConfigError } from '../lookup.ts';
import { type ContainerSpec, type MountSpec, type ResolvedImage, RuntimeError } from '../runtimes/runtime.ts';
import { type ContainerRecord, type ContainerTemplate, isRunning } from './container-record.ts';
import type { PodHost } from './host.ts';
import type { PodState } from './pod-state.ts';
import { limitsOf } from './resize.ts';
import { securityOf } from './security.ts';

/** A container could not be started: `reason` and `message` of its waiting state. */
export class StartError extends Error {
  readonly reason: string;
  constructor(reason: string, message: string) {
    super(message);
    this.name = 'StartError';
    this.reason = reason;
  }
}

const hasTag = (image: string): boolean => image.includes('@') || /:[^/]+$/.test(image);

function pullPolicy(template: ContainerTemplate): 'Always' | 'IfNotPresent' | 'Never' {
  if (template.imagePullPolicy) return template.imagePullPolicy;
  return !hasTag(template.image) || template.image.endsWith(':latest') ? 'Always' : 'IfNotPresent';
}

/** Pulls the image, with events and backoff (node.md 2 and 3). Throws StartError. */
export async function pullImage(host: PodHost, worker: PodState, record: ContainerRecord): Promise<ResolvedImage> {
  const { template } = record;
  const image: string = template.image;
  const event = (type: 'Normal' | 'Warning', reason: string, message: string): void =>
    host.event(worker.pod, type, reason, message, record);
  const failure = record.pullFailure;
  if (failure !== null && record.pullBackoff.readyAt(failure.at) > host.clock.now()) {
    event('Normal', 'BackOff', `Back-off pulling image "${image}"`);
    event('Warning', 'Failed', 'Error: ImagePullBackOff');
    throw new StartError(
      'ImagePullBackOff',
      `Back-off pulling image "${image}": ${failure.reason}: ${failure.message}`,
    );
  }
  if (failure !== null) record.pullBackoff.retried(failure.at, host.clock.now());
  const began = host.clock.monotonic();
  try {
    const resolved = await host.runtime.pullImage(image, pullPolicy(template), {
      pod: worker.pod,
      container: record.name,
    });
    record.pullFailure = null;
    if (resolved.present) {
      event('Normal', 'Pulled', `Container image "${image}" already present on machine and can be accessed by the pod`);
    } else {
      const took = formatGoDuration(Math.round(host.clock.monotonic() - began));
      event('Normal', 'Pulling', `Pulling image "${image}"`);
      const size = `Image size: ${resolved.sizeBytes} bytes.`;
      event('Normal', 'Pulled', `Successfully pulled image "${image}" in ${took} (${took} including waiting). ${size}`);
    }
    return resolved;
  } catch (error) {
    const reason = error instanceof RuntimeError ? error.reason : 'ErrImagePull';
    const message = (error as Error).message;
    if (reason === 'ErrImageNeverPull') {
      const text = `Container image "${image}" is not present with pull policy of Never`;
      event('Warning', 'ErrImageNeverPull', text);
      event('Warning', 'Failed', 'Error: ErrImageNeverPull');
      throw new StartError(reason, text);
    }
    if (reason === 'InvalidImageName') {
      const text = `Failed to apply default image tag "${image}": ${message}`;
      event('Warning', 'InspectFailed', text);
      event('Warning', 'Failed', 'Error: InvalidImageName');
      throw new StartError(reason, text);
    }
    event('Normal', 'Pulling', `Pulling image "${image}"`);
    event('Warning', 'Failed', `Failed to pull image "${image}": ${message}`);
    event('Warning', 'Failed', `Error: ${reason}`);
    if (record.pullFailure === null) record.pullBackoff.retried(host.clock.now(), host.clock.now());
    record.pullFailure = { reason, message, at: host.clock.now() };
    throw new StartError(reason, message);
  }
}

function userOf(worker: PodState, template: ContainerTemplate, image: ResolvedImage) {
  const own = template.securityContext ?? {};
  const pod = worker.pod.spec.securityContext ?? {};
  const uid: number = own.runAsUser ?? pod.runAsUser ?? image.user;
  const gid: number | undefined = own.runAsGroup ?? pod.runAsGroup;
  const groups: number[] = [...(pod.supplementalGroups ?? [])];
  if (pod.fsGroup !== undefined && pod.fsGroup !== null && !groups.includes(pod.fsGroup)) groups.push(pod.fsGroup);
  const nonRoot: boolean = own.runAsNonRoot ?? pod.runAsNonRoot ?? false;
  const explicit = own.runAsUser !== undefined || pod.runAsUser !== undefined;
  return { uid, gid, groups, nonRoot, explicit };
}

async function mountsAndEnvironment(host: PodHost, worker: PodState, record: ContainerRecord) {
  const { pod } = worker;
  const { template } = record;
  const files = new Map<string, string | null>();
  for (const variable of template.env ?? []) {
    const ref = variable.valueFrom?.fileKeyRef;
    if (ref) files.set(`${ref.volumeName}/${ref.path}`, await host.volumes.readFile(pod, ref.volumeName, ref.path));
  }
  const env = containerEnvironment({
    pod,
    template,
    lookup: host.lookup,
    addresses: { podIPs: worker.podIPs, hostIPs: host.hostIPs() },
    allocatable: host.allocatable(),
    withServices: host.runtime.simulated !== true,
    file: (volume, path) => files.get(`${volume}/${path}`) ?? null,
  });
  const mounts =
    host.runtime.simulated === true || !template.volumeMounts
      ? NO_MOUNTS
      : await host.volumes.mounts(pod, template, new Map(env));
  return { env, mounts };
}

const NO_MOUNTS: readonly MountSpec[] = [];
const NO_WORDS: readonly string[] = [];

/** Whose processes a container sees; a debug container those of its target. Throws ConfigError. */
function pidNamespaceOf(worker: PodState, template: ContainerTemplate): NonNullable<ContainerSpec['pidNamespace']> {
  const { hostPID, shareProcessNamespace } = worker.pod.spec;
  if (hostPID === true) return 'node';
  if (shareProcessNamespace === true) return 'pod';
  const target: string | undefined = template.targetContainerName;
  if (!target) return 'own';
  const record = worker.record(target);
  if (record === undefined || !isRunning(record)) throw new ConfigError(`unable to find target container "${target}"`);
  return { container: record.state!.id };
}

/** Everything the runtime needs to start a container. Throws StartError. */
export async function containerSpec(
  host: PodHost,
  worker: PodState,
  record: ContainerRecord,
  image: ResolvedImage,
): Promise<ContainerSpec> {
  const { template } = record;
  const { pod } = worker;
  try {
    const { env, mounts } = await mountsAndEnvironment(host, worker, record);
    if (image.notice !== undefined && !env.some(([name]) => image.notice!.unlessSet.includes(name))) {
      host.event(pod, 'Warning', 'ImageNotice', image.notice.text, record);
    }
    const user = userOf(worker, template, image);
    if (user.nonRoot && user.uid === 0) {
      const where = `(pod: "${pod.metadata.name}_${pod.metadata.namespace}(${pod.metadata.uid})", container: ${record.name})`;
      throw new ConfigError(
        user.explicit
          ? `container's runAsUser breaks non-root policy ${where}`
          : `container has runAsNonRoot and image will run as root ${where}`,
      );
    }
    record.user = { uid: user.uid, gid: user.gid ?? user.uid, groups: [user.gid ?? user.uid, ...user.groups] };
    const known = env.length === 0 ? null : new Map(env);
    const words = (list: readonly string[] | undefined): readonly string[] =>
      list === undefined || list === null ? NO_WORDS : list.map((word) => expand(word, (name) => known?.get(name)));
    const directory = host.logDirectory(pod);
    return {
      podUid: worker.uid,
      name: record.name,
      attempt: record.attempt + 1,
      image,
      command: words(template.command),
      args: words(template.args),
      ...(template.workingDir ? { workingDir: template.workingDir } : {}),
      env,
      mounts,
      ...(user.explicit || user.uid !== 0 ? { runAsUser: user.uid } : {}),
      ...(user.gid === undefined ? {} : { runAsGroup: user.gid }),
      supplementalGroups: user.groups,
      ...securityOf(template),
      pidNamespace: pidNamespaceOf(worker, template),
      ...(template.lifecycle?.stopSignal ? { stopSignal: template.lifecycle.stopSignal } : {}),
      tty: template.tty === true,
      stdin: template.stdin === true,
      ...(template.stdinOnce === true ? { stdinOnce: true } : {}),
      limits: limitsOf(record.resources),
      logPath: `${directory}/${record.name}/${record.attempt + 1}.log`,
      terminationLogPath: `${directory}/${record.name}/${record.attempt + 1}.termination`,
      terminationMessagePath: template.terminationMessagePath ?? '/dev/termination-log',
    };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    host.event(pod, 'Warning', 'Failed', `Error: ${error.message}`, record);
    throw new StartError('CreateContainerConfigError', error.message);
  }
}
