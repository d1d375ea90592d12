import { createServer } from 'node:net';

/** Serves its name over HTTP and UDP; sick on request; goes on serving while it ends, until it is told to leave. */
const MEMBER = `
const fs = require('node:fs');
// Connections are kept for as long as their clients want.
require('node:http').createServer({ keepAliveTimeout: 0 }, (q, r) => r.end(process.env.HOSTNAME)).listen(8080, process.env.IP);
const udp = require('node:dgram').createSocket('udp4');
udp.on('message', (m, from) => udp.send(process.env.HOSTNAME, from.port, from.address));
udp.bind(5353, process.env.IP);
process.on('SIGTERM', () => setInterval(() => fs.existsSync('/tmp/leave') && process.exit(), 20));
`;

const service = (name: string, spec: object): object => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name },
  spec: { selector: { app: 'web' }, ports: [{ name: 'http', port: 18080, targetPort: 'web' }], ...spec },
});

/** A set of two behind a Service of every sort, and a pod to look at them from. */
export function servicesManifest(nodePort: number): string {
  const env = [{ name: 'IP', valueFrom: { fieldRef: { fieldPath: 'status.podIP' } } }];
  const healthy = { exec: { command: ['sh', '-c', '! test -e /tmp/sick'] }, periodSeconds: 1, failureThreshold: 1 };
  const objects = [
    service('web', {
      type: 'NodePort',
      ports: [{ name: 'http', port: 18080, targetPort: 'web', nodePort }],
    }),
    service('sticky', { sessionAffinity: 'ClientIP' }),
    service('datagrams', { ports: [{ name: 'echo', port: 18053, targetPort: 5353, protocol: 'UDP' }] }),
    service('peers', { clusterIP: 'None', publishNotReadyAddresses: true }),
    service('ready', { clusterIP: 'None' }),
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'alias' },
      spec: { type: 'ExternalName', externalName: 'web.default.svc.cluster.local' },
    },
    {
      apiVersion: 'apps/v1',
      kind: 'StatefulSet',
      metadata: { name: 'web' },
      spec: {
        serviceName: 'peers',
        podManagementPolicy: 'Parallel',
        replicas: 2,
        selector: { matchLabels: { app: 'web' } },
        template: {
          metadata: { labels: { app: 'web' } },
          spec: {
            terminationGracePeriodSeconds: 120,
            containers: [
              {
                name: 'web',
                image: 'node',
                env,
                command: ['node', '-e', MEMBER],
                ports: [{ name: 'web', containerPort: 8080 }],
                readinessProbe: healthy,
              },
            ],
          },
        },
      },
    },
    {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'client' },
      spec: {
        terminationGracePeriodSeconds: 0,
        containers: [{ name: 'c', image: 'node', command: ['sleep', '3600'] }],
      },
    },
  ];
  return JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects });
}

/** What a client pod runs first: how it asks. A connection of its own for each call, as balancing is by connection. */
export const ASK = `
const dns = require('node:dns/promises');
const ask = async (url) => (await fetch(url, { headers: { connection: 'close' } })).text();
const times = async (n, f) => { const all = []; for (let i = 0; i < n; i++) all.push(await f()); return all; };
const failure = (f) => f().then(() => 'none', (error) => error.cause?.code ?? error.code);
const datagram = async (port, host) => {
  const socket = require('node:dgram').createSocket('udp4');
  // Datagrams may be lost: it is asked again.
  const again = setInterval(() => socket.send('?', port, host), 500);
  socket.send('?', port, host);
  const answer = await new Promise((resolve) => socket.once('message', resolve));
  clearInterval(again);
  socket.close();
  return String(answer);
};
const api = (host) => new Promise((resolve, reject) => {
  const ca = require('node:fs').readFileSync('/var/run/secrets/kubernetes.io/serviceaccount/ca.crt');
  require('node:https').get(host + '/version', { ca }, (answer) => resolve(answer.resume().statusCode)).on('error', reject);
});
`;

/** A port of the range of node ports that nothing has. */
export async function freeNodePort(): Promise<number> {
  const first = process.pid % 2767;
  for (let step = 0; step < 2767; step++) {
    const port = 30_000 + ((first + step) % 2767);
    const server = createServer();
    const free = await new Promise<boolean>((resolve) => {
      server.once('error', () => resolve(false));
      server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
    });
    if (free) return port;
  }
  throw new Error('no node port is free');
}
