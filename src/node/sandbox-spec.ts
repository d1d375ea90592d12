import type { KubeObject } from '../schema/object.ts';
import type { SandboxSpec } from './runtimes/runtime.ts';

/** How names are resolved on a node. */
export interface NodeDns {
  /** Cluster DNS; what follows it answers for names outside the cluster. */
  readonly nameservers: readonly string[];
  readonly domain: string;
  /** Resolver options before the pod's own. */
  readonly options?: readonly string[];
  /** What the node's own resolv.conf says: for pods with dnsPolicy Default, and its search paths for all. */
  readonly host?: ResolvConf;
}

export interface ResolvConf {
  readonly nameservers: readonly string[];
  readonly searches: readonly string[];
  readonly options: readonly string[];
}

export interface Notice {
  readonly reason: string;
  readonly message: string;
}

const MOST_NAMESERVERS = 3;
const MOST_SEARCHES = 32;
const MOST_SEARCH_CHARACTERS = 2048;
const MOST_SEARCH_PATH = 253;
const LONGEST_HOST_NAME = 63;
const LONGEST_KERNEL_NAME = 64;
const NOTHING: ResolvConf = { nameservers: [], searches: [], options: [] };

/** Reads resolv.conf(5). */
export function parseResolvConf(text: string): ResolvConf {
  const words = text.split('\n').map((line) => line.trim().split(/\s+/));
  const all = (keyword: string): string[][] => words.filter(([first]) => first === keyword).map(([, ...rest]) => rest);
  return {
    nameservers: all('nameserver').flatMap(([address]) => address ?? []),
    // The last line counts.
    searches: all('search').at(-1) ?? [],
    options: all('options').flat(),
  };
}

/** `ndots:2` replaces `ndots:5`: one word an option, the later one. */
function merged(options: readonly string[]): string[] {
  const byName = new Map<string, string>();
  for (const option of options) byName.set(option.split(':')[0] ?? '', option);
  return [...byName.values()];
}

/** The resolver of a pod by its dnsPolicy and dnsConfig (node.md 6.3), and what had to be left out. */
export function podDns(
  pod: KubeObject,
  dns: NodeDns,
): { readonly dns: ResolvConf; readonly notices: readonly Notice[] } {
  const { dnsPolicy = 'ClusterFirst', dnsConfig: own = {}, hostNetwork } = pod.spec;
  const host = dns.host ?? NOTHING;
  const cluster = dnsPolicy === 'ClusterFirstWithHostNet' || (dnsPolicy === 'ClusterFirst' && hostNetwork !== true);
  const { domain } = dns;
  const inCluster = [`${pod.metadata.namespace}.svc.${domain}`, `svc.${domain}`, domain, ...host.searches];
  const base: ResolvConf = cluster
    ? { nameservers: dns.nameservers, searches: inCluster, options: ['ndots:5', ...(dns.options ?? [])] }
    : dnsPolicy === 'None'
      ? NOTHING
      : host;
  const added: string[] = (own.options ?? []).map((option: { name: string; value?: string }) =>
    option.value === undefined ? option.name : `${option.name}:${option.value}`,
  );
  const nameservers = [...new Set([...base.nameservers, ...(own.nameservers ?? [])])];
  const searches = [...new Set([...base.searches, ...(own.searches ?? [])])];
  return limited({ nameservers, searches, options: merged([...base.options, ...added]) });
}

function limited(dns: ResolvConf): { readonly dns: ResolvConf; readonly notices: readonly Notice[] } {
  const notices: Notice[] = [];
  const say = (what: string, paths: string, line: string, applied: readonly string[]): void => {
    notices.push({
      reason: 'DNSConfigForming',
      message: `${what} limits were exceeded, some ${paths} have been omitted, the applied ${line} line is: ${applied.join(' ')}`,
    });
  };
  const searches = dns.searches.filter((path) => path.length <= MOST_SEARCH_PATH).slice(0, MOST_SEARCHES);
  while (searches.join(' ').length > MOST_SEARCH_CHARACTERS) searches.pop();
  if (searches.length < dns.searches.length) say('Search Line', 'search paths', 'search', searches);
  const nameservers = dns.nameservers.slice(0, MOST_NAMESERVERS);
  if (nameservers.length < dns.nameservers.length) say('Nameserver', 'nameservers', 'nameserver', nameservers);
  return { dns: { nameservers, searches, options: dns.options }, notices };
}

/** What the kernel calls a pod (node.md 6.3). Throws Error when its full name is too long for it. */
export function hostNameOf(pod: KubeObject, nodeName: string, domain: string): string {
  const { hostNetwork, hostnameOverride, hostname, subdomain, setHostnameAsFQDN } = pod.spec;
  if (hostnameOverride) return hostnameOverride;
  if (hostNetwork === true) return nodeName;
  const wanted: string = hostname || pod.metadata.name;
  const short = wanted.slice(0, LONGEST_HOST_NAME).replace(/[-.]+$/, '');
  if (setHostnameAsFQDN !== true || !subdomain) return short;
  const full = `${short}.${subdomain}.${pod.metadata.namespace}.svc.${domain}`;
  if (full.length <= LONGEST_KERNEL_NAME) return full;
  throw new Error(
    `failed to construct FQDN from pod hostname and cluster domain, FQDN ${full} is too long (${LONGEST_KERNEL_NAME} characters is the max, ${full.length} characters requested)`,
  );
}

/** What the runtime needs to make a pod's sandbox. Throws Error with the text of the FailedCreatePodSandBox event. */
export function sandboxSpec(
  pod: KubeObject,
  node: { readonly name: string; readonly directory: string; readonly dns: NodeDns },
  notice: (notice: Notice) => void,
): SandboxSpec {
  const { namespace = '', name = '', uid = '' } = pod.metadata;
  const { dns, notices } = podDns(pod, node.dns);
  for (const each of notices) notice(each);
  return {
    uid,
    namespace,
    name,
    node: node.name,
    hostname: hostNameOf(pod, node.name, node.dns.domain),
    hostNetwork: pod.spec.hostNetwork === true,
    directory: `${node.directory}/pods/${uid}`,
    dns,
    pod,
  };
}
