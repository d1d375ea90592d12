import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { builtInImages, type Machine } from './built-in.ts';
import { ImageCatalog } from './catalog.ts';
import { parseImageReference } from './reference.ts';
import { parseUserImages } from './user-images.ts';

const files = [
  '/usr/lib/postgresql/15/bin/postgres',
  '/usr/lib/postgresql/15/bin/initdb',
  '/usr/lib/postgresql/9/bin/postgres',
];
const machine: Machine = {
  packageDirectory: '/opt/perdure',
  node: '/opt/node/bin/node',
  exists: (path) => files.includes(path),
  list: (directory) => (directory === '/usr/lib/postgresql' ? ['9', '15'] : []),
};

describe('image references', () => {
  it.each([
    ['postgres', 'docker.io/library/postgres:latest'],
    ['postgres:15', 'docker.io/library/postgres:15'],
    ['example/x:1', 'docker.io/example/x:1'],
    ['localhost/x', 'localhost/x:latest'],
    ['reg.example:5000/a/b', 'reg.example:5000/a/b:latest'],
    [`busybox@sha256:${'0'.repeat(64)}`, `docker.io/library/busybox@sha256:${'0'.repeat(64)}`],
  ])('%s is %s', (text, normalised) => expect(parseImageReference(text).normalised).toBe(normalised));

  it.each(['', 'UPPER', 'a//b', 'a:', 'a b', 'a@sha256:xyz'])('refuses %j', (text) => {
    expect(() => parseImageReference(text)).toThrow('invalid reference format');
  });
});

describe('image catalog', () => {
  const catalog = new ImageCatalog(builtInImages(machine));

  it('knows the built-in images, by version where it matters', () => {
    const { entry, image } = catalog.resolve('example/ledger-store:2.9.0');
    expect(entry.command).toEqual(['/opt/node/bin/node', '/opt/perdure/examples/ledger-store/server.mjs']);
    expect(entry.env).toEqual({ LEDGER_VERSION: '2.9.0' });
    expect(image.imageId).toMatch(/^docker\.io\/example\/ledger-store@sha256:[0-9a-f]{64}$/);
    expect(() => catalog.resolve('example/ledger-store:3.0.0')).toThrow('images.yaml');
    expect(catalog.resolve('postgres:15').entry.path).toEqual(['/usr/lib/postgresql/15/bin']);
    expect(catalog.resolve('registry.k8s.io/pause:3.10').entry.command[0]).toBe('sleep');
    expect(() => catalog.resolve('redis:7')).toThrow('--runtime simulated');
  });

  it('runs the arguments of a pod as the program, where the image does', () => {
    expect(catalog.resolve('busybox').entry).toMatchObject({ command: [], args: ['sh'] });
    const { command } = catalog.resolve('node:20').entry;
    const run = (...args: string[]): string =>
      execFileSync(command[0]!, [...command.slice(1), ...args], { encoding: 'utf8' }).trim();
    expect(run('echo', 'run')).toBe('run');
    expect(run('-p', '1+1')).toBe('2');
    expect(run('node', '-p', '2+2')).toBe('4');
  });

  it('prefers what the user says', () => {
    const user = parseUserImages(
      'images: [{match: "library/postgres:16*", command: [/opt/pg], env: {A: 1}}]',
      'images.yaml',
    );
    const both = new ImageCatalog([...user, ...builtInImages(machine)]);
    expect(both.resolve('postgres:16.2').entry.command).toEqual(['/opt/pg']);
    expect(both.resolve('postgres:16.2').entry.env).toEqual({ A: '1' });
    expect(both.resolve('postgres:15').entry.command[0]).toBe('/bin/sh');
  });

  it.each([
    ['images: 3', 'expected a list under "images"'],
    ['images: [{command: [a]}]', 'images[0].match: expected an image name'],
    ['images: [{match: a, command: x}]', 'images[0].command: expected a list of strings'],
    ['images: [{match: a, command: [x], comand: 1}]', 'unknown field "comand"'],
  ])('says what is wrong in %s', (text, message) =>
    expect(() => parseUserImages(text, 'images.yaml')).toThrow(message));
});
