// ledger-store: a small replicated append-only ledger. Leader by ordinal 0; followers replicate over the headless names.
//   POST /entries        append the body (followers redirect to the leader)     GET /entries?from=N   read
//   GET  /ready /live /status       POST /drain   stop taking writes, become unready
import { createServer } from 'node:http';
import { Follower } from './app/follower.mjs';
import { identity, peer } from './app/identity.mjs';
import { Leader } from './app/leader.mjs';
import { FormatTooNew, Log } from './app/log.mjs';

const FORMATS = { '2.8.1': 1, '2.9.0': 2 };
const MAX_ENTRY_BYTES = 1 << 20;
const LEADER_SILENCE_MS = 15_000;

const version = process.env.LEDGER_VERSION ?? '2.9.0';
const port = Number(process.env.LEDGER_PORT ?? 8080);
const maxFormat = FORMATS[version] ?? 2;
const self = identity();

let log;
try {
  log = new Log(process.env.LEDGER_DATA ?? '/var/lib/ledger-store', maxFormat);
} catch (error) {
  console.error(`ledger-store ${version}: ${error.message}`);
  process.exit(error instanceof FormatTooNew ? 65 : 1);
}
const leader = self.ordinal === 0 ? new Leader(log, version, maxFormat) : null;
const follower = leader === null ? new Follower(self, log, version, port) : null;
let draining = false;

/** Caught up, and heard from the leader lately: what a client of this member may rely on. */
function readiness() {
  if (draining) return 'draining';
  if (follower === null) return null;
  if (follower.lag === null) return `no contact with ${peer(self, 0)} yet`;
  if (performance.now() - follower.lastHeardMs > LEADER_SILENCE_MS) return `nothing heard from ${peer(self, 0)}`;
  return follower.lag > 0 ? `${follower.lag} entries behind` : null;
}

function status() {
  return {
    name: self.name,
    ordinal: self.ordinal,
    role: leader === null ? 'follower' : 'leader',
    version,
    format: log.format,
    lastIndex: log.lastIndex,
    lag: leader === null ? follower.lag : 0,
    ready: readiness() === null,
    draining,
    ...(leader === null ? {} : { followers: [...leader.followers.keys()].sort() }),
  };
}

async function body(request) {
  const chunks = [];
  let size = 0;
  for await (const chunk of request) {
    size += chunk.length;
    if (size > MAX_ENTRY_BYTES) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

function answer(response, code, value) {
  response.writeHead(code, { 'content-type': 'application/json' });
  response.end(`${JSON.stringify(value)}\n`);
}

async function append(request, response) {
  if (leader === null) {
    response.writeHead(307, { location: `http://${peer(self, 0)}:${port}/entries` });
    response.end();
    return;
  }
  if (draining) return answer(response, 503, { error: 'draining: try again when the leader is back' });
  const data = await body(request);
  if (data === null) return answer(response, 413, { error: `an entry has at most ${MAX_ENTRY_BYTES} bytes` });
  answer(response, 201, { index: await leader.append(data) });
}

const routes = {
  'GET /live': (_request, response) => answer(response, 200, { live: true }),
  'GET /ready': (_request, response) => {
    const why = readiness();
    answer(response, why === null ? 200 : 503, { ready: why === null, ...(why === null ? {} : { why }) });
  },
  'GET /status': (_request, response) => answer(response, 200, status()),
  'POST /entries': append,
  'GET /entries': (_request, response, query) => {
    const from = Math.max(1, Number(query.get('from') ?? 1));
    answer(response, 200, { lastIndex: log.lastIndex, entries: log.entries.slice(from - 1, from + 999) });
  },
  'GET /replicate': (_request, response, query) =>
    leader === null ? answer(response, 421, { error: 'not the leader' }) : leader.replicate(query, response),
  'POST /drain': (_request, response) => {
    draining = true;
    answer(response, 200, status());
  },
};

const server = createServer((request, response) => {
  const url = new URL(request.url, 'http://ledger');
  const route = routes[`${request.method} ${url.pathname}`];
  if (route === undefined) return answer(response, 404, { error: `no ${request.method} ${url.pathname} here` });
  Promise.resolve(route(request, response, url.searchParams)).catch((error) =>
    answer(response, 500, { error: error.message }),
  );
});

async function stop(signal) {
  draining = true;
  console.log(`${signal}: draining`);
  leader?.stop();
  follower?.stop();
  server.close();
  server.closeIdleConnections();
  await log.close();
  process.exit(0);
}
process.on('SIGTERM', () => stop('SIGTERM'));
process.on('SIGINT', () => stop('SIGINT'));

server.listen(port, self.address, () => {
  console.log(
    `ledger-store ${version}: ${self.name} is ${leader === null ? 'follower' : 'leader'}, log at ${log.lastIndex}, format ${log.format}, http://${self.address}:${port}`,
  );
  leader?.start();
  follower?.start();
});
server.on('error', (error) => {
  console.error(`ledger-store: cannot listen on ${self.address}:${port}: ${error.message}`);
  process.exit(1);
});
