import { type Command, Option } from 'commander';
import type { Client } from '../client/client.ts';
import type { DataDirectory } from '../cluster/data-directory.ts';
import { applyManifests } from './apply.ts';
import { dataDirectory, selfName, withCommon } from './common.ts';
import { startDetached } from './detach.ts';
import { type Manifest, readManifests } from './manifests.ts';
import { type Output, outputFor } from './output.ts';
import { waitUntilReady } from './progress.ts';
import { clusterOptions, type UpOptions } from './up-options.ts';

const collect = (value: string, previous: readonly string[]): string[] => [...previous, value];

async function applyAndWait(
  client: Client,
  manifests: readonly Manifest[],
  wait: boolean,
  output: Output,
): Promise<void> {
  if (manifests.length === 0) return;
  const started = performance.now();
  const elapsed = (): number => performance.now() - started;
  const applied = await applyManifests(client, manifests);
  output.step(`Applied ${applied.map(({ object }) => `${object.kind}/${object.metadata.name}`).join(', ')}`, elapsed());
  if (!wait) return;
  await waitUntilReady(client, applied, output, elapsed);
  output.step('Everything is Ready', elapsed());
}

function tellWhereToGo(directory: DataDirectory, server: string, output: Output, front: boolean): void {
  output.fact('API', server);
  output.fact('context', 'perdure');
  output.fact('data', directory.path);
  output.fact('next', `export KUBECONFIG=${directory.kubeconfig}; kubectl get pods -o wide`);
  output.fact('stop', front ? 'Ctrl-C' : `${selfName()} down --data-dir ${directory.path}`);
}

/** Something already runs there: apply to it and, if asked, wait. */
async function useRunning(directory: DataDirectory, options: UpOptions, output: Output): Promise<void> {
  const state = directory.running()!;
  const { connect } = await import('../cluster/connect.ts');
  const client = await connect(directory);
  output.line(`Perdure already runs here (pid ${state.pid}).`);
  await applyAndWait(client, await readManifests(options.file), options.wait === true, output);
  tellWhereToGo(directory, state.server, output, false);
  output.result({ pid: state.pid, server: state.server, dataDir: directory.path });
}

async function runInFront(directory: DataDirectory, options: UpOptions, output: Output): Promise<void> {
  const manifests = options.file.length === 0 ? [] : await readManifests(options.file);
  const { startCluster } = await import('../cluster/cluster.ts');
  const cluster = await startCluster(clusterOptions(options), {
    onStep: (text, tookMs) => output.step(text, tookMs),
    onWarning: (text) => output.warn(text),
  });
  const stop = (): void => {
    const started = performance.now();
    cluster.stop().then(
      () => {
        output.step('Stopped', performance.now() - started);
        process.exit(0);
      },
      (error: Error) => {
        process.stderr.write(`perdure: stopping failed: ${error.message}\n`);
        process.exit(1);
      },
    );
  };
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
  if (options.mergeKubeconfig === true) {
    const { mergeKubeconfig } = await import('../cluster/merge-kubeconfig.ts');
    output.step(`Context perdure merged into ${await mergeKubeconfig(directory)}`, 0);
  }
  try {
    await applyAndWait(cluster.client, manifests, options.wait === true, output);
  } catch (error) {
    await cluster.stop();
    throw error;
  }
  tellWhereToGo(directory, cluster.server, output, process.send === undefined);
  output.result({ pid: process.pid, server: cluster.server, dataDir: directory.path });
  process.send?.({ ready: true });
}

export function registerUp(program: Command): void {
  withCommon(program.command('up').description('start the control plane, apply manifests, stay until Ctrl-C'))
    .option('-f, --file <path>', 'manifest: a file, a directory, or - for standard input (repeatable)', collect, [])
    .option('--nodes <n>', 'how many virtual nodes', '1')
    .option('--zones <a,b,c>', 'zones given to the nodes in turn')
    .addOption(
      new Option('--runtime <name>', 'what runs the pods').choices(['process', 'simulated']).default('process'),
    )
    .addOption(
      new Option('--network <mode>', 'pod network of the process runtime')
        .choices(['auto', 'namespace', 'loopback'])
        .default('auto'),
    )
    .option('--host <address>', 'address to listen on', '127.0.0.1')
    .option('--port <n>', 'port of the API; 0: the last one, 6443, or a free one', '0')
    .option('--ephemeral', 'keep API objects in memory only')
    .option('--wait', 'wait until what was applied is Ready')
    .option('--detach', 'go to the background once started (and Ready, with --wait)')
    .option('--simulate-nodes <selector>', 'play Node objects of clients with these labels')
    .option('--feature-gates <list>', 'NAME=true|false, joined by commas')
    .option('--images <file>', 'further images of the catalog (images.yaml)')
    .option('--allow-host-path', 'let pods mount hostPath volumes')
    .option(
      '--alias-provisioner <name>',
      'serve classes of this provisioner too; "clouds" for all well-known ones (repeatable)',
      collect,
      [],
    )
    .option('--volume-snapshots', 'install the kinds of snapshot.storage.k8s.io')
    .option('--self-fencing', 'nodes end their members when they cannot renew their lease')
    .option('--eviction-hard <list>', 'give pods up when a node has less left, e.g. nodefs.available<5%; "" for never')
    .option('--node-monitor-grace-period <duration>', 'how long a node may be silent before it is unhealthy', '50s')
    .option('--node-lease-duration <duration>', 'how long the lease of a node lasts; renewed four times within', '40s')
    .option('--merge-kubeconfig', 'add the context to your own kubeconfig')
    .action(async (options: UpOptions) => {
      const directory = dataDirectory(options);
      const output = outputFor(options.output);
      clusterOptions(options);
      if (directory.running() !== null) return useRunning(directory, options, output);
      if (options.detach === true) return startDetached(directory);
      return runInFront(directory, options, output);
    });
}
