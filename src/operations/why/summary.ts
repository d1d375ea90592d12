import type { Chain, Finding } from './chain.ts';
import { shortName } from './subject.ts';

/** The chain on one line, for events, conditions and timelines: `sts/web: it waits at … ← pod/web-2: readiness …`. */
export function summary(chain: Chain): string {
  const links: string[] = [];
  let at: Finding | undefined = chain.findings[0];
  while (at !== undefined) {
    links.push(`${shortName(at.subject)}: ${at.says}`);
    at = at.because[0];
  }
  return links.length === 0 ? `${shortName(chain.subject)}: ${chain.headline}` : links.join(' ← ');
}
