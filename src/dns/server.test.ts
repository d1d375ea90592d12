import { createSocket } from 'node:dgram';
import { connect } from 'node:net';
import codec from 'dns-packet';
import { afterEach, describe, expect, it } from 'vitest';
import { type DnsServer, serveDns } from './server.ts';
import { Zone } from './zone.ts';

let server: DnsServer | null = null;
afterEach(async () => {
  await server?.close();
  server = null;
});

const question = (name: string): Buffer =>
  codec.encode({ type: 'query', id: 7, flags: 1 << 8, questions: [{ type: 'A', name }] });

function bigZone(members: number): Zone {
  const zone = new Zone();
  zone.setService({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'db', namespace: 'ns' },
    spec: { clusterIP: 'None' },
  });
  zone.setSlice({
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { name: 's', namespace: 'ns', labels: { 'kubernetes.io/service-name': 'db' } },
    endpoints: Array.from({ length: members }, (_, i) => ({ addresses: [`10.0.0.${i}`], hostname: `db-${i}` })),
    ports: [],
  });
  return zone;
}

function askUdp(port: number, message: Buffer): Promise<codec.DecodedPacket> {
  const socket = createSocket('udp4');
  return new Promise((resolve, reject) => {
    socket.once('error', reject);
    socket.once('message', (bytes) => {
      socket.close();
      resolve(codec.decode(bytes));
    });
    socket.send(message, port, '127.0.0.1');
  });
}

function askTcp(port: number, message: Buffer): Promise<codec.DecodedPacket> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () =>
      socket.write(codec.streamEncode({ ...codec.decode(message), type: 'query' })),
    );
    let got = Buffer.alloc(0);
    socket.on('error', reject);
    socket.on('data', (chunk) => {
      got = Buffer.concat([got, chunk]);
      if (got.length < 2 || got.length < 2 + got.readUInt16BE(0)) return;
      socket.destroy();
      resolve(codec.streamDecode(got) as codec.DecodedPacket);
    });
  });
}

describe('the DNS server', () => {
  it('answers over UDP with a short life, and denies without one', async () => {
    server = await serveDns(bigZone(1), { address: '127.0.0.1', port: 0 });
    const answer = await askUdp(server.port, question('Db-0.db.ns.svc.cluster.local'));
    expect(answer.answers).toMatchObject([{ name: 'Db-0.db.ns.svc.cluster.local', ttl: 5, data: '10.0.0.0' }]);
    const denial = await askUdp(server.port, question('db-9.db.ns.svc.cluster.local'));
    expect(denial).toMatchObject({ rcode: 'NXDOMAIN', authorities: [{ type: 'SOA', data: { minimum: 0 } }] });
    const foreign = await askUdp(server.port, question('example.com'));
    expect((foreign as { rcode?: string }).rcode).toBe('REFUSED');
  });

  it('cuts what is too long for UDP and tells it all over TCP', async () => {
    server = await serveDns(bigZone(100), { address: '127.0.0.1', port: 0 });
    const cut = await askUdp(server.port, question('db.ns.svc.cluster.local'));
    expect((cut as { flag_tc?: boolean }).flag_tc).toBe(true);
    const whole = await askTcp(server.port, question('db.ns.svc.cluster.local'));
    expect(whole.answers).toHaveLength(100);
  });
});
