import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { Agent, get } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { has, Kube, kubectls, WANTED } from './support/kubectl.ts';
import { Perdure, until } from './support/perdure.ts';
import { ASK, freeNodePort, servicesManifest } from './support/services.ts';

const [kubectl] = kubectls(WANTED).slice(-1);
const root = process.getuid?.() === 0;
const DOMAIN = 'default.svc.cluster.local';

/** One answer from the host's side, over a connection that is kept when an agent is given. */
function ask(url: string, agent: Agent | false = false): Promise<string> {
  return new Promise((resolve, reject) => {
    get(url, { agent }, (answer) => {
      let text = '';
      answer.on('data', (chunk) => {
        text += chunk;
      });
      answer.on('end', () => resolve(text));
      answer.on('error', reject);
    }).on('error', reject);
  });
}

const failure = (call: Promise<unknown>): Promise<string> =>
  call.then(
    () => 'none',
    (error: NodeJS.ErrnoException) => error.code ?? error.message,
  );

/** Services as their clients see them, inside pods and on the machine. */
describe.skipIf(kubectl === undefined || !root).each([['auto'], ['loopback']])(
  'Services, network %s (needs kubectl and root)',
  (mode) => {
    const perdure = new Perdure();
    const folder = mkdtempSync(join(tmpdir(), 'perdure-services-'));
    let kube: Kube;
    let nodePort: number;
    let web: string;

    /** The value of an expression, in a pod. */
    const inClient = async <T>(expression: string): Promise<T> =>
      JSON.parse(
        await kube.ok([
          'exec',
          'client',
          '--',
          'node',
          '-e',
          `${ASK}(async () => console.log(JSON.stringify(await (${expression}))))()`,
        ]),
      );
    const inMember = (name: string, ...command: string[]): Promise<string> => kube.ok(['exec', name, '--', ...command]);
    const whoAnswers = async (url: string): Promise<string> => {
      const all: string[] = [];
      for (let i = 0; i < 6; i++) all.push(await ask(url));
      return [...new Set(all)].sort().join(' ');
    };

    beforeAll(async () => {
      nodePort = await freeNodePort();
      const manifest = join(folder, 'services.json');
      writeFileSync(manifest, servicesManifest(nodePort));
      await perdure.up('--network', mode, '-f', manifest, '--wait');
      kube = new Kube(kubectl!, perdure.kubeconfig);
      web = `http://${await kube.ok(['get', 'service', 'web', '-o', 'jsonpath={.spec.clusterIP}'])}:18080`;
      await kube.ok(['wait', 'pod', 'client', '--for=condition=Ready', '--timeout=60s']);
    });
    afterAll(async () => {
      await perdure.remove();
      rmSync(folder, { recursive: true, force: true });
    });

    it('answer by name inside a pod, on the machine, on the node port; the API too', async () => {
      const seen = await inClient<Record<string, unknown>>(`({
      web: await times(6, () => ask('http://web:18080')),
      full: await ask('http://web.${DOMAIN}:18080'),
      alias: await ask('http://alias:18080'),
      sticky: await times(6, () => ask('http://sticky:18080')),
      datagrams: await datagram(18053, 'datagrams'),
      member: await ask('http://web-1.peers:8080'),
      closed: await failure(() => ask('http://web:18081')),
      unknown: await failure(() => dns.lookup('nobody')),
      api: await api('https://kubernetes.default.svc'),
      byVariables: await api('https://' + process.env.KUBERNETES_SERVICE_HOST + ':' + process.env.KUBERNETES_SERVICE_PORT),
    })`);
      expect([...new Set(seen.web as string[])].sort()).toEqual(['web-0', 'web-1']);
      expect(new Set(seen.sticky as string[]).size).toBe(1);
      for (const name of ['full', 'alias', 'datagrams']) expect(seen[name], name).toMatch(/^web-[01]$/);
      expect(seen).toMatchObject({
        member: 'web-1',
        closed: 'ECONNREFUSED',
        unknown: 'ENOTFOUND',
        api: 200,
        byVariables: 200,
      });
      expect(await whoAnswers(web)).toBe('web-0 web-1');
      expect(await whoAnswers(`http://127.0.0.1:${nodePort}`)).toBe('web-0 web-1');
    });

    it('have all their records, asked for with the ordinary resolver', async () => {
      const peers = `peers.${DOMAIN}`;
      const seen = await inClient<Record<string, unknown>>(`(async () => {
      const ip = (await dns.lookup('web-0.peers')).address;
      const full = 'web.${DOMAIN}';
      return {
        ip,
        named: await dns.resolve4('web-0.${peers}'),
        all: (await dns.resolve4('${peers}')).length,
        cluster: (await dns.resolve4(full))[0] === (await dns.lookup('web')).address,
        six: await failure(() => dns.resolve6(full)),
        services: (await dns.resolveSrv('_http._tcp.${peers}')).map((each) => each.name + ' ' + each.port).sort(),
        clusterService: await dns.resolveSrv('_http._tcp.' + full),
        version: await dns.resolveTxt('dns-version.cluster.local'),
        alias: await dns.resolveCname('alias.${DOMAIN}'),
        back: await dns.reverse(ip),
        clusterBack: await dns.reverse((await dns.resolve4(full))[0]),
        pod: await dns.resolve4(ip.replaceAll('.', '-') + '.default.pod.cluster.local'),
        absent: await failure(() => dns.resolve4('web-7.${peers}')),
      };
    })()`);
      expect(seen).toMatchObject({
        named: [seen.ip],
        all: 2,
        cluster: true,
        six: 'ENODATA',
        services: [`web-0.${peers} 8080`, `web-1.${peers} 8080`],
        clusterService: [{ name: `web.${DOMAIN}`, port: 18080, priority: 0, weight: 100 }],
        version: [['1.1.0']],
        alias: [`web.${DOMAIN}`],
        pod: [seen.ip],
        absent: 'ENOTFOUND',
      });
      // Where names stand in the pod's hosts file too, the resolver takes those first, short forms included.
      expect(seen.back).toEqual(expect.arrayContaining([expect.stringMatching(/^web-0\.peers\.default\.svc/)]));
      expect(seen.clusterBack).toEqual(expect.arrayContaining([expect.stringMatching(/^web\.default\.svc/)]));
    });

    it('leave out who is not ready at once, spare connections that are there, and refuse when nobody is left', async () => {
      const agent = new Agent({ keepAlive: true, maxSockets: 1 });
      const kept = await ask(web, agent);
      const other = kept === 'web-0' ? 'web-1' : 'web-0';
      await inMember(kept, 'touch', '/tmp/sick');
      await until(`${kept} gets no more connections`, async () => (await whoAnswers(web)) === other);
      const names = await inClient<Record<string, string[]>>(`({
      ready: (await dns.resolve4('ready.${DOMAIN}')),
      published: (await dns.resolve4('peers.${DOMAIN}')),
      sticky: await times(3, () => ask('http://sticky:18080')),
    })`);
      expect(names).toMatchObject({ ready: { length: 1 }, published: { length: 2 }, sticky: [other, other, other] });
      expect(await ask(web, agent)).toBe(kept);
      agent.destroy();
      await inMember(other, 'touch', '/tmp/sick');
      await until('connections are refused', async () => (await failure(ask(web))) === 'ECONNREFUSED');
      const refused = await inClient<string[]>(`Promise.all([
      failure(() => ask('http://web:18080')),
      failure(() => dns.resolve4('ready.${DOMAIN}')),
    ])`);
      expect(refused).toEqual(['ECONNREFUSED', 'ENOTFOUND']);
      expect(await failure(ask(`http://127.0.0.1:${nodePort}`))).toBe('ECONNREFUSED');
      await inMember('web-0', 'rm', '/tmp/sick');
      await inMember('web-1', 'rm', '/tmp/sick');
      await until('both are back', async () => (await whoAnswers(web)) === 'web-0 web-1');
    });

    it('fall back to pods that serve while they end, when no other is ready', async () => {
      await inMember('web-0', 'touch', '/tmp/sick');
      await until('web-1 alone serves', async () => (await whoAnswers(web)) === 'web-1');
      await kube.ok(['delete', 'pod', 'web-1', '--wait=false']);
      await until('the endpoint says that it ends', async () => {
        const { items } = await kube.json<{
          items: { endpoints: { targetRef: { name: string }; conditions: object }[] }[];
        }>(['get', 'endpointslices', '-l', 'kubernetes.io/service-name=web']);
        const ending = items[0]?.endpoints.find(({ targetRef }) => targetRef.name === 'web-1');
        return JSON.stringify(ending?.conditions) === '{"ready":false,"serving":true,"terminating":true}';
      });
      expect(await whoAnswers(web)).toBe('web-1');
      await inMember('web-0', 'rm', '/tmp/sick');
      await until('the ready one alone serves', async () => (await whoAnswers(web)) === 'web-0');
      // It may leave faster than the command that tells it to.
      await kube.try(['exec', 'web-1', '--', 'touch', '/tmp/leave']);
      await until('both are back', async () => (await whoAnswers(web)) === 'web-0 web-1');
    });

    it('are there again after kill -9, and gone after the end', async () => {
      await perdure.kill();
      expect(await failure(ask(web))).toBe('ECONNREFUSED');
      await perdure.up('--network', mode);
      await until('the same address answers', async () => (await whoAnswers(web)) === 'web-0 web-1');
      await perdure.kill();
      const routes = (): string =>
        has('ip') ? execFileSync('ip', ['route', 'show', 'table', 'all'], { encoding: 'utf8' }) : '';
      const range = `${new URL(web).hostname.split('.').slice(0, 2).join('.')}.0.0/16`;
      const route = routes()
        .split('\n')
        .find((line) => line.startsWith(`local ${range} `));
      if (has('ip')) expect(route === undefined).toBe(range.startsWith('127.'));
      await perdure.command(['reset', '--yes']);
      expect(await failure(ask(`http://127.0.0.1:${nodePort}`))).toBe('ECONNREFUSED');
      // Another Perdure may have the range by now, but not by this bridge.
      if (route !== undefined) expect(routes()).not.toContain(route.split(' ')[3]);
    });
  },
);
