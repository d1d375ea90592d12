import { existsSync } from 'node:fs';
import { MessageChannel } from 'node:worker_threads';
import { systemClock } from '../base/clock.ts';
import { ImageCatalog } from '../node/images/catalog.ts';
import { ProcessRuntime } from '../node/runtimes/process/process-runtime.ts';
import { detectSupport } from '../node/runtimes/process/support.ts';
import type { DataDirectory } from './data-directory.ts';
import { keptServiceRange, nodesIn, podNetwork } from './pod-network.ts';

/**
 * Ends pods that outlived a killed control plane, before their directories are deleted: processes (and with them their
 * mounts), network namespaces, the bridge, control groups. Throws Error when a pod cannot be ended.
 */
export async function releasePods(directory: DataDirectory): Promise<void> {
  const nodes = nodesIn(directory).filter((node) => existsSync(directory.file('nodes', node, 'sandboxes')));
  if (nodes.length === 0) return;
  // Runtimes keep no process alive; here nothing else does. An open port does, without a timer.
  const { port1: hold } = new MessageChannel();
  hold.ref();
  try {
    await releaseNodes(directory, nodes);
  } finally {
    hold.close();
  }
}

async function releaseNodes(directory: DataDirectory, nodes: readonly string[]): Promise<void> {
  const support = detectSupport();
  const network = podNetwork(directory, 'auto');
  await network.open();
  await network.serviceRange(keptServiceRange(directory));
  for (const node of nodes) {
    const runtime = new ProcessRuntime({
      clock: systemClock,
      catalog: new ImageCatalog([]),
      directory: directory.file('nodes', node),
      dataDirectory: directory.path,
      network,
      support,
    });
    await runtime.start(() => undefined);
    const { sandboxes, containers } = await runtime.list();
    const pods = new Set([...sandboxes.map((sandbox) => sandbox.uid), ...containers.map((one) => one.podUid)]);
    await Promise.all([...pods].map((uid) => runtime.removeSandbox(uid)));
    await runtime.close();
  }
  await network.close();
}
