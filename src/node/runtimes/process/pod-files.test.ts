import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { sandboxSpec } from '../runtime-contract.ts';
import { writePodFiles } from './pod-files.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'perdure-pod-files-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const written = (change: object, podSpec: object = {}): Record<string, string> => {
  const base = sandboxSpec(directory);
  const mounts = writePodFiles(directory, { ...base, ...change, pod: { ...base.pod, spec: podSpec } }, '10.1.0.7');
  return Object.fromEntries(mounts.map((mount) => [mount.containerPath, readFileSync(mount.hostPath, 'utf8')]));
};

it('gives a pod its hosts, with the names it has and those of its aliases', () => {
  const hostAliases = [{ ip: '192.0.2.5', hostnames: ['legacy', 'legacy.example'] }];
  const files = written({ hostname: 'db-0' }, { subdomain: 'db', hostAliases });
  expect(files['/etc/hosts']).toBe(
    [
      '# Kubernetes-managed hosts file.',
      '127.0.0.1\tlocalhost',
      '::1\tlocalhost ip6-localhost ip6-loopback',
      'fe00::0\tip6-localnet',
      'fe00::0\tip6-mcastprefix',
      'fe00::1\tip6-allnodes',
      'fe00::2\tip6-allrouters',
      '10.1.0.7\tdb-0.db.default.svc.cluster.local\tdb-0',
      '',
      '# Entries added by HostAliases.',
      '192.0.2.5\tlegacy\tlegacy.example',
      '',
    ].join('\n'),
  );
  expect(files['/etc/hostname']).toBe('db-0\n');
});

it('knows a pod by both names when the kernel has the full one', () => {
  const files = written({ hostname: 'db-0.db.default.svc.cluster.local' }, { subdomain: 'db' });
  expect(files['/etc/hosts']).toContain('10.1.0.7\tdb-0.db.default.svc.cluster.local\tdb-0\n');
});

it('writes the resolver it is told', () => {
  const dns = { nameservers: ['10.0.0.10', '10.0.0.11'], searches: ['a', 'b'], options: ['ndots:2', 'edns0'] };
  expect(written({ dns })['/etc/resolv.conf']).toBe(
    'search a b\nnameserver 10.0.0.10\nnameserver 10.0.0.11\noptions ndots:2 edns0\n',
  );
});

it('extends the hosts of the node for a pod on its network', () => {
  const hosts = written({ hostNetwork: true }, { hostAliases: [{ ip: '192.0.2.5', hostnames: ['x'] }] })['/etc/hosts'];
  expect(hosts).toMatch(/^# Kubernetes-managed hosts file \(host network\)\.\n/);
  expect(hosts).toMatch(/\n# Entries added by HostAliases\.\n192\.0\.2\.5\tx\n$/);
});
