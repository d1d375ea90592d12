import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import type { Figure, Scenario } from './scenario.ts';
import { api, list, watch } from './scenarios/api.ts';
import { bringUps, hundred } from './scenarios/bring-up.ts';
import { coldStart } from './scenarios/cold-start.ts';
import { idle } from './scenarios/idle.ts';
import { scheduling } from './scenarios/scheduling.ts';
import { type Server, startPerdure } from './server.ts';

const SCENARIOS: readonly Scenario[] = [coldStart, api, list, watch, ...bringUps, hundred, scheduling, idle];
const HELP = `usage: npm run bench -- [SCENARIO…] [--server URL --token T | --cert F --key F] [--rounds N] [--json]

Each scenario gets a fresh Perdure of its own, or the server of the URL. Figures are medians over the rounds.
${SCENARIOS.map(({ name, what }) => `  ${name.padEnd(16)} ${what}`).join('\n')}
`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    server: { type: 'string' },
    token: { type: 'string' },
    cert: { type: 'string' },
    key: { type: 'string' },
    rounds: { type: 'string', default: '1' },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

function given(url: string): Server {
  const { hostname, port } = new URL(url);
  const identity =
    values.cert === undefined
      ? {}
      : { certificate: readFileSync(values.cert, 'utf8'), key: readFileSync(values.key!, 'utf8') };
  const token = values.token === undefined ? {} : { token: values.token };
  return {
    endpoint: { host: hostname, port: Number(port || 443), ...token, ...identity },
    pid: 0,
    startedAt: performance.now(),
    apiReadyMs: 0,
    stop: () => {},
  };
}

const median = (numbers: readonly number[]): number =>
  [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)]!;

async function measure(scenario: Scenario, rounds: number): Promise<Figure[]> {
  const all: (readonly Figure[])[] = [];
  for (let round = 0; round < rounds; round++) {
    const server = values.server === undefined ? await startPerdure(scenario.args) : given(values.server);
    try {
      all.push(await scenario.run(server));
    } finally {
      server.stop();
    }
  }
  return all[0]!.map((figure, i) => ({ ...figure, value: median(all.map((round) => round[i]!.value)) }));
}

if (values.help) {
  process.stdout.write(HELP);
} else {
  const unknown = positionals.find((name) => !SCENARIOS.some((each) => each.name === name));
  if (unknown !== undefined) {
    process.stderr.write(`no scenario "${unknown}".\n${HELP}`);
    process.exit(2);
  }
  const chosen = positionals.length === 0 ? SCENARIOS : SCENARIOS.filter(({ name }) => positionals.includes(name));
  const results: Figure[] = [];
  for (const scenario of chosen) {
    for (const figure of await measure(scenario, Number(values.rounds))) {
      results.push(figure);
      if (!values.json)
        process.stdout.write(
          `${figure.name.padEnd(36)} ${figure.value.toFixed(figure.unit === '/s' ? 0 : 2).padStart(12)} ${figure.unit}\n`,
        );
    }
  }
  if (values.json)
    process.stdout.write(`${JSON.stringify({ rounds: Number(values.rounds), figures: results }, null, 2)}\n`);
}
