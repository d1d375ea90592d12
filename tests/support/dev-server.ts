// A bare API server on a port, for the golden cases: `npx esbuild --bundle … tests/support/dev-server.ts`, then node.
import { createPrivateKey, createPublicKey } from 'node:crypto';
import { KINDS } from '../../src/api/index.ts';
import { ApiServer } from '../../src/apiserver/server.ts';
import { systemClock } from '../../src/base/clock.ts';
import { systemRandom } from '../../src/base/random.ts';
import { LocalClient } from '../../src/client/local.ts';
import { issue, signingKey } from '../../src/cluster/pki/certificate.ts';
import { LmdbBackend } from '../../src/store/backends/lmdb.ts';
import { MemoryBackend } from '../../src/store/backends/memory.ts';
import { MemoryStore } from '../../src/store/memory-store.ts';

const ADMIN = { name: 'kubernetes-admin', groups: ['system:masters'] };
const port = Number(process.argv[2] ?? 6443);
const path = process.argv[3]?.startsWith('--') ? undefined : process.argv[3];
const around = () => ({ nowMs: Date.now(), serial: systemRandom.bytes(16) });
const authority = issue({ commonName: 'dev-ca', use: 'authority', days: 10 }, null, around());
const serving = issue(
  { commonName: 'apiserver', names: ['localhost', '127.0.0.1'], use: 'server', days: 10 },
  authority,
  around(),
);
const keys = signingKey();
const privateKey = createPrivateKey(keys.privateKey);
const publicKey = createPublicKey(keys.publicKey);
const backend = path === undefined ? new MemoryBackend() : await LmdbBackend.open({ path });
const store = await MemoryStore.open({ backend, schedule: systemClock.defer });
const server = new ApiServer({
  store,
  kinds: KINDS,
  clock: systemClock,
  random: systemRandom,
  tokens: { admin: ADMIN },
  tokenIssuer: {
    issuer: 'https://kubernetes.default.svc',
    privateKey,
    publicKey,
    algorithm: privateKey.asymmetricKeyType === 'ec' ? 'ES256' : 'RS256',
  },
});
await server.start();
await server.listen({
  host: '127.0.0.1',
  port,
  certificate: serving.certificate,
  key: serving.key,
  clientAuthorities: [authority.certificate],
});
const client = new LocalClient(server.resources, ADMIN, 'kube-controller-manager');
if (process.argv.includes('--controllers')) {
  const { run } = await import('./dev-controllers.ts');
  await run(client, server.core.kinds);
}
console.log(`ready after ${Math.round(performance.now())} ms, ${Math.round(process.memoryUsage().rss / 1048576)} MiB`);
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(0));
