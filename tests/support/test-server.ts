import { KINDS } from '../../src/api/index.ts';
import { ApiServer, type ApiServerOptions } from '../../src/apiserver/server.ts';
import { systemClock } from '../../src/base/clock.ts';
import { systemRandom } from '../../src/base/random.ts';
import { LocalClient } from '../../src/client/local.ts';
import { MemoryBackend } from '../../src/store/backends/memory.ts';
import { MemoryStore } from '../../src/store/memory-store.ts';

export const ADMIN = { name: 'admin', groups: ['system:masters'] };
const SERVICE_ACCOUNTS = { group: '', version: 'v1', resource: 'serviceaccounts', namespace: 'default' };

/** An API server on memory with a client; the default ServiceAccount is there. */
export async function testServer(
  options: Partial<ApiServerOptions> = {},
): Promise<{ server: ApiServer; client: LocalClient }> {
  const store = await MemoryStore.open({ backend: new MemoryBackend() });
  const server = new ApiServer({
    store,
    kinds: KINDS,
    clock: systemClock,
    random: systemRandom,
    tokens: { admin: ADMIN },
    ...options,
  });
  await server.start();
  const client = new LocalClient(server.resources, ADMIN, 'test');
  await client.create(SERVICE_ACCOUNTS, { metadata: { name: 'default' } });
  return { server, client };
}
