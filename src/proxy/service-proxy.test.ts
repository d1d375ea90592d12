import { describe, expect, it } from 'vitest';
import { InformerFactory } from '../client/informer-factory.ts';
import { ENDPOINT_SLICES, NODES, PODS, SERVICES } from '../client/resources.ts';
import { ManualClock } from '../client/testing/manual-clock.ts';
import { MemoryClient } from '../client/testing/memory-client.ts';
import { createServiceProxy } from './service-proxy.ts';
import type { Listener, Route, SocketAddress, Sockets } from './sockets.ts';
import { endpoint, NOT_READY, service, slice, WORLD } from './testing/objects.ts';

const services = { ...SERVICES, namespace: 'ns' };
const slices = { ...ENDPOINT_SLICES, namespace: 'ns' };
const CLUSTER = 'TCP 10.96.0.7:80';

/** Sockets that only remember what is listened on. */
class FakeSockets implements Sockets {
  readonly open = new Map<string, Route>();
  readonly taken = new Set<string>();
  readonly dropped: string[] = [];
  destroyed = false;

  tcp(at: SocketAddress, route: Route): Promise<Listener> {
    return this.#listen('TCP', at, route);
  }

  udp(at: SocketAddress, route: Route): Promise<Listener> {
    return this.#listen('UDP', at, route);
  }

  destroy(): void {
    this.destroyed = true;
  }

  async #listen(protocol: string, { address, port }: SocketAddress, route: Route): Promise<Listener> {
    const id = `${protocol} ${address}:${port}`;
    if (this.taken.has(id) || this.open.has(id)) throw Object.assign(new Error('in use'), { code: 'EADDRINUSE' });
    this.open.set(id, route);
    return {
      close: () => void this.open.delete(id),
      keep: (has) => {
        if (!has({ address: '10.100.1.1', port: 8080 })) this.dropped.push(id);
      },
    };
  }
}

async function world() {
  const clock = new ManualClock();
  const client = new MemoryClient(clock);
  const informers = new InformerFactory(client, clock);
  const sockets = new FakeSockets();
  const events: string[] = [];
  const proxy = createServiceProxy({
    informers,
    clock,
    sockets,
    world: WORLD,
    clients: (address) => address.startsWith('10.'),
    recorder: { event: (_subject, _type, reason, message) => void events.push(`${reason}: ${message}`) },
  });
  const start = async (): Promise<void> => {
    void informers.informer(NODES).start();
    void proxy.start();
    await clock.settle();
  };
  const ask = (id = CLUSTER, from = '10.100.9.9') => sockets.open.get(id)?.pick(from)?.address;
  return { clock, client, sockets, events, proxy, start, ask };
}

describe('the Service proxy', () => {
  it('listens for what is there, and follows readiness at once', async () => {
    const { client, clock, sockets, start, ask } = await world();
    await client.create(services, service());
    const made = await client.create(slices, slice([endpoint(1), endpoint(2)]));
    await start();
    expect([ask(), ask(), ask()]).toEqual(['10.100.1.1', '10.100.1.2', '10.100.1.1']);
    const changed = await client.update(slices, { ...made, endpoints: [endpoint(1, NOT_READY), endpoint(2)] });
    // No time has passed, no deferred work has run.
    expect([ask(), ask()]).toEqual(['10.100.1.2', '10.100.1.2']);
    expect(sockets.dropped).toEqual([CLUSTER]);
    await client.update(slices, { ...changed, endpoints: [endpoint(1, NOT_READY), endpoint(2, NOT_READY)] });
    expect([...sockets.open.keys()]).toEqual([]);
    const current = await client.get(slices, 'web-1');
    await client.update(slices, { ...current, endpoints: [endpoint(3)] });
    await clock.settle();
    expect(ask()).toBe('10.100.1.3');
  });

  it('closes what a changed or deleted Service has no more', async () => {
    const { client, clock, sockets, start } = await world();
    await start();
    await client.create(slices, slice([endpoint(1)]));
    const nodePort = (number: number) => ({
      type: 'NodePort',
      ports: [{ name: 'http', port: 80, protocol: 'TCP', nodePort: number }],
    });
    const made = await client.create(services, service(nodePort(30080)));
    await clock.settle();
    expect([...sockets.open.keys()]).toEqual([CLUSTER, 'TCP 127.0.0.1:30080']);
    const route = sockets.open.get(CLUSTER);
    await client.update(services, { ...made, spec: { ...made.spec, ...nodePort(30081) } });
    await clock.settle();
    expect([...sockets.open.keys()]).toEqual([CLUSTER, 'TCP 127.0.0.1:30081']);
    expect(sockets.open.get(CLUSTER)).toBe(route);
    await client.delete(services, 'web');
    expect(sockets.open.size).toBe(0);
  });

  it('takes only pods and the machine on cluster addresses, anyone on node ports', async () => {
    const { client, start, ask } = await world();
    const ports = [{ name: 'http', port: 80, protocol: 'TCP', nodePort: 30080 }];
    await client.create(services, service({ type: 'NodePort', ports }));
    await client.create(slices, slice([endpoint(1)]));
    await start();
    expect(ask(CLUSTER, '192.0.2.77')).toBeUndefined();
    expect(ask('TCP 127.0.0.1:30080', '192.0.2.77')).toBe('10.100.1.1');
  });

  it("keeps a Local Service to the node of the client's pod", async () => {
    const { client, start, ask } = await world();
    const pod = (name: string, podIP: string, nodeName: string) => ({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name },
      spec: { nodeName, containers: [] },
      status: { podIP, phase: 'Running' },
    });
    await client.create({ ...PODS, namespace: 'ns' }, pod('on-a', '10.100.9.1', 'a'));
    await client.create({ ...PODS, namespace: 'ns' }, pod('on-b', '10.100.9.2', 'b'));
    await client.create(services, service({ internalTrafficPolicy: 'Local' }));
    await client.create(slices, slice([endpoint(1), endpoint(2, { nodeName: 'b' })]));
    await start();
    expect([ask(CLUSTER, '10.100.9.1'), ask(CLUSTER, '10.100.9.2')]).toEqual(['10.100.1.1', '10.100.1.2']);
  });

  it('says once when a port is not to be had, and takes it when it is', async () => {
    const { client, clock, sockets, events, start, ask } = await world();
    sockets.taken.add(CLUSTER);
    await client.create(services, service());
    await client.create(slices, slice([endpoint(1)]));
    await start();
    // It may be its own listener of a moment ago.
    expect(events).toEqual([]);
    await clock.advance(10_000);
    expect(events).toEqual([
      'FailedToListen: cannot listen on 10.96.0.7:80/TCP: another program of this machine has the port; it is tried again',
    ]);
    sockets.taken.clear();
    await clock.advance(60_000);
    expect(ask()).toBe('10.100.1.1');
  });

  it('tells of addresses it cannot serve, and ends everything when it stops', async () => {
    const { client, sockets, events, proxy, start } = await world();
    await client.create(services, service({ clusterIP: '10.1.0.1', clusterIPs: ['10.1.0.1'] }, { name: 'old' }));
    await client.create(services, service());
    await client.create(slices, slice([endpoint(1)]));
    await start();
    expect(events).toEqual([
      'ClusterIPOutOfRange: Cluster IP [IPv4]:10.1.0.1 is not within any configured Service CIDR; please recreate service',
    ]);
    proxy.stop();
    expect([sockets.open.size, sockets.destroyed]).toEqual([0, true]);
  });
});
