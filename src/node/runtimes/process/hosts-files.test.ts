import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { systemClock } from '../../../base/clock.ts';
import { HostsFiles } from './hosts-files.ts';
import { SharedNetwork } from './shared-network.ts';

it('writes names in place, for new pods at once and for all at every change', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'perdure-hosts-'));
  try {
    const path = join(directory, 'hosts');
    writeFileSync(path, '127.0.0.1\tlocalhost\n');
    const { ino } = statSync(path);
    let entries = [{ ip: '10.0.0.1', names: ['a.db', 'a-long-name-that-goes.db'] }];
    let changed: (namespace: string) => void = () => undefined;
    const files = new HostsFiles(
      {
        hostsFor: () => entries,
        onChange: (listener) => {
          changed = listener;
          return () => undefined;
        },
      },
      systemClock,
    );
    files.start();
    files.add('uid', { namespace: 'default', path, own: readFileSync(path, 'utf8') });
    expect(readFileSync(path, 'utf8')).toContain('10.0.0.1\ta.db a-long-name-that-goes.db\n');
    entries = [{ ip: '10.0.0.2', names: ['a.db'] }];
    changed('default');
    await new Promise<void>((resolve) => systemClock.defer(resolve));
    expect(readFileSync(path, 'utf8')).toBe('127.0.0.1\tlocalhost\n\n# Names of the cluster.\n10.0.0.2\ta.db\n');
    expect(statSync(path).ino).toBe(ino);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
});

it('gives an address to one pod at a time, also of those that were kept', async () => {
  const network = new SharedNetwork('instance', 'loopback');
  await network.open();
  const first = await network.add('uid-1');
  const again = new SharedNetwork('instance', 'loopback');
  again.keep(first.ip);
  const ips = await Promise.all(['uid-1', 'uid-1', 'uid-2'].map((uid) => again.add(uid)));
  expect(new Set([first.ip, ...ips.map((each) => each.ip)]).size).toBe(4);
});
