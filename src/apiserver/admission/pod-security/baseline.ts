import {
  allContainers,
  badSeccomp,
  type Check,
  containersNamed,
  counted,
  hasOwnUsers,
  quoted,
  type Spec,
  setters,
  sorted,
} from './check.ts';

const CAPABILITIES: ReadonlySet<string> = new Set(
  'AUDIT_WRITE CHOWN DAC_OVERRIDE FOWNER FSETID KILL MKNOD NET_BIND_SERVICE SETFCAP SETGID SETPCAP SETUID SYS_CHROOT'.split(
    ' ',
  ),
);
const SYSCTLS: ReadonlySet<string> = new Set(
  (
    'kernel.shm_rmid_forced net.ipv4.ip_local_port_range net.ipv4.ip_unprivileged_port_start net.ipv4.tcp_syncookies ' +
    'net.ipv4.ping_group_range net.ipv4.ip_local_reserved_ports net.ipv4.tcp_keepalive_time ' +
    'net.ipv4.tcp_fin_timeout net.ipv4.tcp_keepalive_intvl net.ipv4.tcp_keepalive_probes net.ipv4.tcp_rmem ' +
    'net.ipv4.tcp_wmem'
  ).split(' '),
);
const SELINUX_TYPES: ReadonlySet<string> = new Set([
  '',
  'container_t',
  'container_init_t',
  'container_kvm_t',
  'container_engine_t',
]);
const APPARMOR = 'container.apparmor.security.beta.kubernetes.io/';

const appArmorProfile: Check = (spec, annotations) => {
  const isBad = (context: Spec): boolean => context?.appArmorProfile?.type === 'Unconfined';
  const bad = allContainers(spec).filter((container) => isBad(container.securityContext));
  const set = setters(isBad(spec.securityContext), bad);
  const allowed = (profile: string): boolean =>
    profile === '' || profile === 'runtime/default' || profile.startsWith('localhost/');
  const keys = Object.keys(annotations).filter((key) => key.startsWith(APPARMOR) && !allowed(annotations[key]!));
  const noted = sorted(keys.map((key) => `${key}=${JSON.stringify(annotations[key])}`));
  const values = [...(set === '' ? [] : ['Unconfined']), ...noted];
  if (values.length === 0) return null;
  const annotation = noted.length === 0 ? [] : [`annotation${noted.length === 1 ? '' : 's'}`];
  const who = [...(set === '' ? [] : [set]), ...annotation].join(' and ');
  return {
    reason: `forbidden AppArmor profile${values.length === 1 ? '' : 's'}`,
    detail: `${who} must not set AppArmor profile type to ${quoted(values)}`,
  };
};

export const capabilitiesBaseline: Check = (spec) => {
  const others = (container: Spec): readonly string[] =>
    (container.securityContext?.capabilities?.add ?? []).filter((name: string) => !CAPABILITIES.has(name));
  const bad = allContainers(spec).filter((container) => others(container).length > 0);
  if (bad.length === 0) return null;
  const names = quoted(sorted(bad.flatMap(others)));
  const detail = `${containersNamed(bad)} must not include ${names} in securityContext.capabilities.add`;
  return { reason: 'non-default capabilities', detail };
};

const hostNamespaces: Check = (spec) => {
  const set = ['hostNetwork', 'hostPID', 'hostIPC'].filter((field) => spec[field] === true);
  if (set.length === 0) return null;
  return { reason: 'host namespaces', detail: set.map((field) => `${field}=true`).join(', ') };
};

export const hostPathVolumes: Check = (spec) => {
  const volumes: readonly Spec[] = (spec.volumes ?? []).filter((volume: Spec) => volume.hostPath !== undefined);
  if (volumes.length === 0) return null;
  const names = volumes.map(({ name }) => name);
  return { reason: 'hostPath volumes', detail: counted('volume', 'volumes', names) };
};

const hostPorts: Check = (spec) => {
  const used = (container: Spec): readonly string[] =>
    (container.ports ?? []).filter((port: Spec) => port.hostPort).map((port: Spec) => String(port.hostPort));
  const bad = allContainers(spec).filter((container) => used(container).length > 0);
  if (bad.length === 0) return null;
  const ports = sorted(bad.flatMap(used));
  const what = `${bad.length === 1 ? 'uses' : 'use'} hostPort${ports.length === 1 ? '' : 's'}`;
  return { reason: 'hostPort', detail: `${containersNamed(bad)} ${what} ${ports.join(', ')}` };
};

const hostProbes: Check = (spec) => {
  const hosts = ({ livenessProbe, readinessProbe, startupProbe, lifecycle }: Spec): readonly string[] =>
    [livenessProbe, readinessProbe, startupProbe, lifecycle?.postStart, lifecycle?.preStop]
      .flatMap((handler) => [handler?.httpGet?.host, handler?.tcpSocket?.host])
      .filter((host) => host !== undefined && host !== '');
  const bad = allContainers(spec).filter((container) => hosts(container).length > 0);
  if (bad.length === 0) return null;
  const reason = 'probe or lifecycle host';
  const who = counted('container', 'containers', sorted(bad.map(({ name }) => name)));
  const what = counted(reason, `${reason}s`, sorted(bad.flatMap(hosts)));
  return { reason, detail: `${who} ${bad.length === 1 ? 'uses' : 'use'} ${what}` };
};

const privileged: Check = (spec) => {
  const bad = allContainers(spec).filter((container) => container.securityContext?.privileged === true);
  if (bad.length === 0) return null;
  return { reason: 'privileged', detail: `${containersNamed(bad)} must not set securityContext.privileged=true` };
};

const procMount: Check = (spec) => {
  if (hasOwnUsers(spec)) return null;
  const bad = allContainers(spec).filter(
    ({ securityContext }) => (securityContext?.procMount ?? 'Default') !== 'Default',
  );
  if (bad.length === 0) return null;
  const types = quoted(sorted(bad.map(({ securityContext }) => securityContext.procMount)));
  return { reason: 'procMount', detail: `${containersNamed(bad)} must not set securityContext.procMount to ${types}` };
};

const seLinuxOptions: Check = (spec) => {
  const isBad = (context: Spec): boolean => {
    const { type = '', user = '', role = '' } = context?.seLinuxOptions ?? {};
    return !SELINUX_TYPES.has(type) || user !== '' || role !== '';
  };
  const bad = allContainers(spec).filter((container) => isBad(container.securityContext));
  const who = setters(isBad(spec.securityContext), bad);
  if (who === '') return null;
  const options: readonly Spec[] = [spec, ...bad].map((holder) => holder.securityContext?.seLinuxOptions ?? {});
  const types = sorted(options.map(({ type = '' }) => type).filter((type) => !SELINUX_TYPES.has(type)));
  const data = types.length === 0 ? [] : [counted('type', 'types', types)];
  if (options.some(({ user = '' }) => user !== '')) data.push('user may not be set');
  if (options.some(({ role = '' }) => role !== '')) data.push('role may not be set');
  const detail = `${who} set forbidden securityContext.seLinuxOptions: ${data.join('; ')}`;
  return { reason: 'seLinuxOptions', detail };
};

const sysctls: Check = (spec) => {
  const names: readonly string[] = (spec.securityContext?.sysctls ?? []).map(({ name }: Spec) => name);
  const bad = names.filter((name) => !SYSCTLS.has(name));
  return bad.length === 0 ? null : { reason: 'forbidden sysctls', detail: bad.join(', ') };
};

const windowsHostProcess: Check = (spec) => {
  const isBad = (context: Spec): boolean => context?.windowsOptions?.hostProcess === true;
  const bad = allContainers(spec).filter((container) => isBad(container.securityContext));
  const who = setters(isBad(spec.securityContext), bad);
  if (who === '') return null;
  return { reason: 'hostProcess', detail: `${who} must not set securityContext.windowsOptions.hostProcess=true` };
};

/** What `baseline` asks for, in upstream's order (by the name of the check). */
export const BASELINE: readonly Check[] = [
  appArmorProfile,
  capabilitiesBaseline,
  hostNamespaces,
  hostPathVolumes,
  hostPorts,
  hostProbes,
  privileged,
  procMount,
  seLinuxOptions,
  badSeccomp,
  sysctls,
  windowsHostProcess,
];
