import type { Client } from '../client/client.ts';
import { PODS } from '../client/resources.ts';
import { SIMULATE } from '../node/runtimes/simulated.ts';
import type { Cut, Link } from '../simulator/network/link.ts';
import type { TestPod } from './test-cluster.ts';

/** Cuts a link; the function it returns mends it. */
export function cutLink(link: Link, direction: Exclude<Cut, 'none'>): () => void {
  link.cut = direction;
  return () => {
    link.cut = 'none';
  };
}

/** Steers a simulated pod by its annotations. */
export function podHandle(client: Client, namespace: string, name: string): Omit<TestPod, 'lastExit'> {
  const behave = async (values: Readonly<Record<string, string | null>>): Promise<void> => {
    const annotations = Object.fromEntries(Object.entries(values).map(([key, value]) => [SIMULATE + key, value]));
    await client.patch({ ...PODS, namespace }, name, 'merge', { metadata: { annotations } });
  };
  return {
    notReady: () => behave({ 'never-ready': 'true' }),
    ready: () => behave({ 'never-ready': null, 'crash-loop': null, 'exit-after': null }),
    crash: () => behave({ 'crash-loop': 'true', 'exit-after': '0s' }),
    ignoreSigterm: () => behave({ 'ignore-sigterm': 'true' }),
  };
}
