import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

/** design.md section 3: a folder imports only from folders above its own. */
const LAYERS: Readonly<Record<string, readonly string[]>> = (() => {
  const order = [
    'base',
    'schema',
    'api',
    'store',
    'apiserver',
    'client',
    'controllers',
    'scheduler',
    'node',
    'dns',
    'proxy',
    'operations',
    'cluster',
    'simulator',
    'testing',
    'cli',
  ];
  const forbidden: Record<string, readonly string[]> = {
    store: ['schema', 'api'],
    apiserver: [],
    client: ['store'],
    controllers: ['store', 'apiserver'],
    scheduler: ['store', 'apiserver', 'controllers'],
    node: ['store', 'controllers', 'scheduler'],
    dns: ['store', 'apiserver', 'controllers', 'scheduler', 'node'],
    proxy: ['store', 'apiserver', 'controllers', 'scheduler', 'node', 'dns'],
    operations: ['store', 'apiserver', 'controllers', 'scheduler', 'node', 'dns', 'proxy'],
  };
  return Object.fromEntries(
    order.map((layer, index) => [
      layer,
      order.slice(0, index + 1).filter((other) => !(forbidden[layer] ?? []).includes(other)),
    ]),
  );
})();

/** Single files that may reach further, each with the reason. */
const ALLOWED: Readonly<Record<string, string>> = {
  'schema/structure.ts -> api': 'the generated facts are data without behaviour',
  'client/local.ts -> apiserver': 'the in-process transport stands on the verbs of the server',
  'node -> apiserver': 'only the NodeEndpoint contract, which the agent implements',
};

/** Design D3: time, chance and the outside world come through these doors only. */
const ADAPTERS = [
  /^base\/(clock|random)\.ts$/,
  /^store\/backends\/lmdb/,
  /^apiserver\/(http|listener)/,
  /^apiserver\/streaming\//,
  /^client\/(http|kubeconfig)/,
  /^node\/runtimes\/process\//,
  /^node\/adapters\//,
  /^node\/images\//,
  /^dns\/(server|adapters\/)/,
  /^proxy\/adapters\//,
  /^cluster\//,
  /^cli\//,
  /^testing\//,
];
const OUTSIDE: readonly (readonly [RegExp, string])[] = [
  [/\bDate\.now\(/, 'Date.now'],
  [/\bnew Date\(\)/, 'new Date()'],
  [/\bMath\.random\(/, 'Math.random'],
  [/(?<![.\w])setTimeout\(/, 'setTimeout'],
  [/(?<![.\w])setInterval\(/, 'setInterval'],
  [/(?<![.\w])setImmediate\(/, 'setImmediate'],
  [/\bprocess\.(env|hrtime|cwd)\b/, 'process'],
  [/\brandom(Bytes|UUID|Int|FillSync)\(/, 'crypto random'],
  [
    /^import (?!type\b).*from 'node:(fs|fs\/promises|net|tls|dgram|child_process|http|https|http2|os)'/m,
    'outside world module',
  ],
];

const src = resolve(dirname(new URL(import.meta.url).pathname), '..', 'src');
function sources(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    if (statSync(path).isDirectory()) return sources(path);
    return name.endsWith('.ts') && !name.endsWith('.test.ts') ? [path] : [];
  });
}
const files = sources(src).map((path) => ({ path, name: relative(src, path), text: readFileSync(path, 'utf8') }));
const layerOf = (name: string): string => (name.includes('/') ? name.slice(0, name.indexOf('/')) : '');

describe('architecture', () => {
  it('imports only from layers above (design 3)', () => {
    const breaches: string[] = [];
    for (const file of files) {
      const layer = layerOf(file.name);
      const allowed = LAYERS[layer];
      if (allowed === undefined) continue;
      for (const match of file.text.matchAll(/(?:from|import\()\s*'(\.[^']+)'/g)) {
        const target = relative(src, resolve(dirname(file.path), match[1]!));
        const other = layerOf(target);
        if (other === '' || allowed.includes(other)) continue;
        if (`${file.name} -> ${other}` in ALLOWED || `${layer} -> ${other}` in ALLOWED) continue;
        breaches.push(`${file.name} imports ${target}: ${layer} must not know ${other}`);
      }
    }
    expect(breaches).toEqual([]);
  });

  it('takes time, chance and the outside world through the adapters only (design D3)', () => {
    const breaches: string[] = [];
    for (const file of files) {
      if (ADAPTERS.some((adapter) => adapter.test(file.name))) continue;
      const code = file.text.replace(/\/\*[\s\S]*?\*\/|(?<!:)\/\/.*$/gm, '');
      for (const [pattern, what] of OUTSIDE) if (pattern.test(code)) breaches.push(`${file.name} uses ${what}`);
    }
    expect(breaches).toEqual([]);
  });

  it('loads the words of `kubectl explain` only for who asks (decision 0001)', () => {
    const importers = (target: RegExp, how: RegExp): string[] =>
      files
        .filter(
          ({ name, text }) => !target.test(name) && [...text.matchAll(how)].some((match) => target.test(match[1]!)),
        )
        .map(({ name }) => name);
    const statically = /from\s*'(\.[^']+)'/g;
    const values = /^import (?!type\b)[^;]*from\s*'(\.[^']+)'/gm;
    expect(importers(/api\/descriptions\/[\w-]+\.ts$/, statically)).toEqual(['apiserver/http/open-api.ts']);
    expect(importers(/(^|\/)open-api\.ts$/, values)).toEqual([]);
    expect(importers(/(^|\/)open-api\.ts$/, /import\('(\.[^']+)'\)/g)).toEqual(['apiserver/http/non-resource.ts']);
  });

  it('has no getters in object literals (decision 0017)', () => {
    const once = /^(testing\/real-cluster|api\/core\/service-account)\.ts$/;
    const literal = /^ {4,}(get|set) \w+\(/m;
    expect(files.filter(({ name, text }) => !once.test(name) && literal.test(text)).map(({ name }) => name)).toEqual(
      [],
    );
  });

  it('has no file that imports a missing one', () => {
    const missing = files.flatMap((file) =>
      [...file.text.matchAll(/from\s*'(\.[^']+)'/g)]
        .map((match) => resolve(dirname(file.path), match[1]!))
        .filter((path) => !existsSync(path))
        .map((path) => `${file.name} -> ${relative(src, path)}`),
    );
    expect(missing).toEqual([]);
  });
});
