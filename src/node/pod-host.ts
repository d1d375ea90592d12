import type { NodeAgentOptions } from './agent-options.ts';
import { hookRunner } from './hooks.ts';
import type { PodHost } from './pod/host.ts';
import { createProbes } from './probes/prober.ts';
import { type NodeDns, sandboxSpec } from './sandbox-spec.ts';

const DEFAULT_DNS: NodeDns = { nameservers: [], domain: 'cluster.local' };
const MAX_BACKOFF_MS = 300_000;

/** What of a pod's host only its agent can give. */
export type AgentPart = Pick<
  PodHost,
  'volumes' | 'allocatable' | 'admitResize' | 'logDirectory' | 'event' | 'changed' | 'stuck' | 'forget'
>;

/** What pod workers have from the agent of their node: its own part, and what follows from how the node was set up. */
export function createPodHost(options: NodeAgentOptions, agent: AgentPart): PodHost {
  const {
    client,
    clock,
    random,
    runtime,
    lookup,
    files,
    dialers,
    profile,
    directory = '',
    dns = DEFAULT_DNS,
  } = options;
  const reach = dialers === undefined ? {} : { dialers };
  return {
    ...agent,
    clock,
    random,
    client,
    runtime,
    lookup,
    files: files ?? null,
    nodeName: profile.name,
    maxBackoffMs: options.maxRestartBackoffMs ?? MAX_BACKOFF_MS,
    hostIPs: () => profile.addresses,
    sandboxSpec: (pod) =>
      sandboxSpec(pod, { name: profile.name, directory, dns }, (why) =>
        agent.event(pod, 'Warning', why.reason, why.message),
      ),
    runHook: hookRunner({ runtime, clock, ...reach }),
    startProbes: (worker, record, listener) =>
      createProbes({ runtime, clock, random, worker, record, listener, ...reach }),
  };
}
