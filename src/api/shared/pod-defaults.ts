import type { Json } from './json.ts';

const MAX_CACHED_IMAGES = 1024;
const policyByImage = new Map<string, string>();
const REFERENCE = /^[a-z0-9]([a-zA-Z0-9._/:-]*)(@[A-Za-z0-9:+._-]+)?$/;

/** `Always` for images whose tag is `latest` or left out, `IfNotPresent` else, also for what is no image name. */
function pullPolicyOf(image: string): string {
  let policy = policyByImage.get(image);
  if (policy !== undefined) return policy;
  const at = image.indexOf('@');
  const named = at < 0 ? image : image.slice(0, at);
  const last = named.slice(named.lastIndexOf('/') + 1);
  const colon = last.indexOf(':');
  const tag = colon >= 0 ? last.slice(colon + 1) : at < 0 ? 'latest' : '';
  policy = tag === 'latest' && REFERENCE.test(image) ? 'Always' : 'IfNotPresent';
  if (policyByImage.size >= MAX_CACHED_IMAGES) policyByImage.clear();
  policyByImage.set(image, policy);
  return policy;
}

function defaultHttpGet(http: Json): void {
  http.path ??= '/';
  http.scheme ??= 'HTTP';
}

function defaultProbe(probe: Json): void {
  probe.timeoutSeconds ??= 1;
  probe.periodSeconds ??= 10;
  probe.successThreshold ??= 1;
  probe.failureThreshold ??= 3;
  if (probe.httpGet !== undefined) defaultHttpGet(probe.httpGet);
  if (probe.grpc !== undefined) probe.grpc.service ??= '';
}

function defaultContainer(container: Json): void {
  container.imagePullPolicy ??= pullPolicyOf(container.image ?? '');
  container.terminationMessagePath ??= '/dev/termination-log';
  container.terminationMessagePolicy ??= 'File';
  container.resources ??= {};
  if (container.ports !== undefined) for (const port of container.ports) port.protocol ??= 'TCP';
  if (container.env !== undefined) {
    for (const variable of container.env) {
      if (variable.valueFrom?.fieldRef !== undefined) variable.valueFrom.fieldRef.apiVersion ??= 'v1';
      if (variable.valueFrom?.fileKeyRef !== undefined) variable.valueFrom.fileKeyRef.optional ??= false;
    }
  }
  if (container.livenessProbe !== undefined) defaultProbe(container.livenessProbe);
  if (container.readinessProbe !== undefined) defaultProbe(container.readinessProbe);
  if (container.startupProbe !== undefined) defaultProbe(container.startupProbe);
  const { postStart, preStop } = container.lifecycle ?? {};
  if (postStart?.httpGet !== undefined) defaultHttpGet(postStart.httpGet);
  if (preStop?.httpGet !== undefined) defaultHttpGet(preStop.httpGet);
}

function defaultProjected(projected: Json): void {
  projected.defaultMode ??= 420;
  for (const source of projected.sources ?? []) {
    if (source.serviceAccountToken !== undefined) source.serviceAccountToken.expirationSeconds ??= 3600;
    for (const item of source.downwardAPI?.items ?? []) {
      if (item.fieldRef !== undefined) item.fieldRef.apiVersion ??= 'v1';
    }
  }
}

/** Legacy sources whose defaults are constants. */
const SOURCE_DEFAULTS: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  iscsi: { iscsiInterface: 'default' },
  rbd: { pool: 'rbd', user: 'admin', keyring: '/etc/ceph/keyring' },
  azureDisk: { cachingMode: 'ReadWrite', fsType: 'ext4', readOnly: false, kind: 'Shared' },
  scaleIO: { storageMode: 'ThinProvisioned', fsType: 'xfs' },
  hostPath: { type: '' },
};

/** Constants that legacy sources leave out. */
function defaultVolumeSource(volume: Json): void {
  for (const name in SOURCE_DEFAULTS) {
    const source = volume[name];
    if (source === undefined) continue;
    const defaults = SOURCE_DEFAULTS[name]!;
    for (const field in defaults) source[field] ??= defaults[field];
  }
}

function defaultVolume(volume: Json): void {
  let fields = 0;
  for (const _ in volume) fields++;
  if (fields === 0 || (fields === 1 && volume.name !== undefined)) {
    volume.emptyDir = {};
    return;
  }
  if (volume.secret !== undefined) volume.secret.defaultMode ??= 420;
  else if (volume.configMap !== undefined) volume.configMap.defaultMode ??= 420;
  else if (volume.projected !== undefined) defaultProjected(volume.projected);
  else if (volume.downwardAPI !== undefined) {
    volume.downwardAPI.defaultMode ??= 420;
    for (const item of volume.downwardAPI.items ?? []) {
      if (item.fieldRef !== undefined) item.fieldRef.apiVersion ??= 'v1';
    }
  } else if (volume.image !== undefined) volume.image.pullPolicy ??= pullPolicyOf(volume.image.reference ?? '');
  else if (volume.ephemeral?.volumeClaimTemplate !== undefined) {
    volume.ephemeral.volumeClaimTemplate.spec ??= {};
    volume.ephemeral.volumeClaimTemplate.spec.volumeMode ??= 'Filesystem';
  } else if (volume.persistentVolumeClaim === undefined && volume.emptyDir === undefined) defaultVolumeSource(volume);
}

/** The deprecated `serviceAccount` always repeats `serviceAccountName`. */
export function mirrorServiceAccount(spec: Json): void {
  spec.serviceAccountName ??= spec.serviceAccount;
  if (spec.serviceAccountName === undefined) {
    delete spec.serviceAccountName;
    delete spec.serviceAccount;
  } else spec.serviceAccount = spec.serviceAccountName;
}

/** Defaults of every PodSpec, whether of a pod or of a template (api.md 6.3). */
export function defaultPodSpec(spec: Json): void {
  spec.dnsPolicy ??= 'ClusterFirst';
  spec.restartPolicy ??= 'Always';
  spec.securityContext ??= {};
  spec.terminationGracePeriodSeconds ??= 30;
  spec.schedulerName ??= 'default-scheduler';
  if (spec.serviceAccount !== undefined || spec.serviceAccountName !== undefined) mirrorServiceAccount(spec);
  if (spec.containers === undefined) spec.containers = null;
  for (const container of spec.containers ?? []) defaultContainer(container);
  if (spec.initContainers !== undefined) for (const container of spec.initContainers) defaultContainer(container);
  if (spec.ephemeralContainers !== undefined) {
    for (const container of spec.ephemeralContainers) defaultContainer(container);
  }
  if (spec.volumes !== undefined) for (const volume of spec.volumes) defaultVolume(volume);
}

/** Defaults of a template at `owner.template`. */
export function defaultTemplate(owner: Json): void {
  owner.template ??= {};
  owner.template.metadata ??= {};
  owner.template.spec ??= {};
  defaultPodSpec(owner.template.spec);
}
