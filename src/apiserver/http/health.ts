export interface HealthAnswer {
  readonly code: number;
  readonly text: string;
}

type Probe = 'healthz' | 'livez' | 'readyz';

const CHECKS: Readonly<Record<Probe, readonly string[]>> = {
  healthz: ['ping', 'log', 'etcd', 'poststarthook/bootstrap'],
  livez: ['ping', 'log', 'etcd', 'poststarthook/bootstrap'],
  readyz: ['ping', 'log', 'etcd', 'etcd-readiness', 'informer-sync', 'poststarthook/bootstrap', 'shutdown'],
};

/** What can make the server unwell. */
export interface Wellbeing {
  /** False once the store has failed. */
  storeWorks(): boolean;
  /** False until bootstrap is done. */
  started(): boolean;
  /** True once the server is closing. */
  closing(): boolean;
}

function passes(check: string, wellbeing: Wellbeing): boolean {
  if (check === 'etcd' || check === 'etcd-readiness') return wellbeing.storeWorks();
  if (check === 'poststarthook/bootstrap') return wellbeing.started();
  return check !== 'shutdown' || !wellbeing.closing();
}

/** `/healthz`, `/livez`, `/readyz` and their single checks (api.md 2); null for a check that is not there. */
export function health(path: string, query: URLSearchParams, wellbeing: Wellbeing): HealthAnswer | null {
  const [, probe = '', ...rest] = path.split('/');
  const checks = CHECKS[probe as Probe];
  if (checks === undefined) return null;
  const single = rest.join('/');
  if (single !== '') {
    if (!checks.includes(single)) return null;
    return passes(single, wellbeing)
      ? { code: 200, text: 'ok' }
      : { code: 500, text: 'internal server error: not well\n' };
  }
  return overall(probe as Probe, checks, query, wellbeing);
}

function overall(probe: Probe, checks: readonly string[], query: URLSearchParams, wellbeing: Wellbeing): HealthAnswer {
  const excluded = new Set(query.getAll('exclude'));
  const lines: string[] = [];
  let well = true;
  for (const check of checks) {
    if (excluded.delete(check)) lines.push(`[+]${check} excluded: ok`);
    else if (passes(check, wellbeing)) lines.push(`[+]${check} ok`);
    else {
      well = false;
      lines.push(`[-]${check} failed: reason withheld`);
    }
  }
  if (excluded.size > 0) {
    const unknown = [...excluded].map((name) => JSON.stringify(name)).join(', ');
    lines.push(`warn: some health checks cannot be excluded: no matches for ${unknown}`);
  }
  if (!well) return { code: 500, text: `${lines.join('\n')}\n${probe} check failed\n` };
  if (!query.has('verbose')) return { code: 200, text: 'ok' };
  return { code: 200, text: `${lines.join('\n')}\n${probe} check passed\n` };
}
