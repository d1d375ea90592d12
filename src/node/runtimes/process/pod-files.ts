import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { MountSpec, SandboxSpec } from '../runtime.ts';

interface HostAlias {
  readonly ip: string;
  readonly hostnames?: readonly string[];
}

/** The pod's own /etc/hosts, /etc/hostname and /etc/resolv.conf (node.md 6.3), written to the pod's directory. */
export function writePodFiles(directory: string, spec: SandboxSpec, ip: string): MountSpec[] {
  mkdirSync(directory, { recursive: true });
  const files = { hosts: hostsFile(spec, ip), hostname: `${spec.hostname}\n`, 'resolv.conf': resolvConf(spec) };
  return Object.entries(files).map(([name, text]) => {
    const hostPath = join(directory, name);
    writeFileSync(hostPath, text);
    return { hostPath, containerPath: `/etc/${name}`, readOnly: false };
  });
}

function hostsFile(spec: SandboxSpec, ip: string): string {
  const podSpec = (
    spec.pod as { readonly spec?: { readonly hostAliases?: readonly HostAlias[]; readonly subdomain?: string } }
  ).spec;
  const lines = spec.hostNetwork
    ? ['# Kubernetes-managed hosts file (host network).', readFileSync('/etc/hosts', 'utf8').trimEnd()]
    : [
        '# Kubernetes-managed hosts file.',
        '127.0.0.1\tlocalhost',
        '::1\tlocalhost ip6-localhost ip6-loopback',
        'fe00::0\tip6-localnet',
        'fe00::0\tip6-mcastprefix',
        'fe00::1\tip6-allnodes',
        'fe00::2\tip6-allrouters',
        `${ip}\t${names(spec, podSpec?.subdomain)}`,
      ];
  const aliases = (podSpec?.hostAliases ?? []).map((alias) => [alias.ip, ...(alias.hostnames ?? [])].join('\t'));
  if (aliases.length > 0) lines.push('', '# Entries added by HostAliases.', ...aliases);
  return `${lines.join('\n')}\n`;
}

/** Full name and short name; the kernel may have been given either. `<ns>.svc.<domain>` is a search path of every pod in the cluster. */
function names(spec: SandboxSpec, subdomain: string | undefined): string {
  const short = spec.hostname.split('.')[0]!;
  if (!subdomain) return spec.hostname;
  const search = spec.dns.searches.find((name) => name.startsWith(`${spec.namespace}.svc.`));
  return `${short}.${subdomain}.${search ?? `${spec.namespace}.svc.cluster.local`}\t${short}`;
}

function resolvConf(spec: SandboxSpec): string {
  const { nameservers, searches, options } = spec.dns;
  const lines = nameservers.map((server) => `nameserver ${server}`);
  if (searches.length > 0) lines.unshift(`search ${searches.join(' ')}`);
  if (options.length > 0) lines.push(`options ${options.join(' ')}`);
  return `${lines.join('\n')}\n`;
}
