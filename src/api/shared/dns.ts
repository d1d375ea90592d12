import { dns1123Subdomain } from '../../base/names.ts';
import type { FieldErrors } from '../../schema/field-errors.ts';
import { invalidEach } from './checks.ts';
import { validateIp } from './ip.ts';
import type { Json } from './json.ts';

const MAX_NAMESERVERS = 3;
const MAX_SEARCHES = 32;
const MAX_SEARCH_CHARACTERS = 2048;

/** Search paths may end in a dot, and their labels may begin or hold underscores. */
function searchMessages(search: string): readonly string[] {
  if (search === '.') return [];
  const plain = search.endsWith('.') ? search.slice(0, -1) : search;
  return dns1123Subdomain(plain.replace(/_/g, 'x'));
}

export function validateDnsConfig(config: Json, policy: string, field: string, errors: FieldErrors): void {
  const servers: readonly string[] = config?.nameservers ?? [];
  if (policy === 'None') {
    if (config === undefined) {
      errors.required(field, 'must provide `dnsConfig` when `dnsPolicy` is None');
      return;
    }
    if (servers.length === 0) {
      const rule = 'must provide at least one DNS nameserver when `dnsPolicy` is None';
      errors.required(`${field}.nameservers`, rule);
      return;
    }
  }
  if (config === undefined) return;
  if (servers.length > MAX_NAMESERVERS) {
    errors.invalid(`${field}.nameservers`, servers, `must not have more than ${MAX_NAMESERVERS} nameservers`);
  }
  for (let i = 0; i < servers.length; i++) validateIp(servers[i]!, `${field}.nameservers[${i}]`, errors);
  const searches: readonly string[] = config.searches ?? [];
  if (searches.length > MAX_SEARCHES) {
    errors.invalid(`${field}.searches`, searches, `must not have more than ${MAX_SEARCHES} search paths`);
  }
  if (searches.join(' ').length > MAX_SEARCH_CHARACTERS) {
    const rule = `must not have more than ${MAX_SEARCH_CHARACTERS} characters (including spaces) in the search list`;
    errors.invalid(`${field}.searches`, searches, rule);
  }
  for (let i = 0; i < searches.length; i++) {
    invalidEach(searchMessages(searches[i]!), `${field}.searches[${i}]`, searches[i], errors);
  }
  const options: readonly Json[] = config.options ?? [];
  for (let i = 0; i < options.length; i++) {
    if ((options[i].name ?? '') === '') errors.required(`${field}.options[${i}]`, 'must not be empty');
  }
}

export function validateHostAliases(aliases: readonly Json[], field: string, errors: FieldErrors): void {
  for (let i = 0; i < aliases.length; i++) {
    validateIp(aliases[i].ip ?? '', `${field}[${i}].ip`, errors);
    const names: readonly string[] = aliases[i].hostnames ?? [];
    for (let j = 0; j < names.length; j++) {
      invalidEach(dns1123Subdomain(names[j]!), `${field}[${i}].hostnames[${j}]`, names[j], errors);
    }
  }
}
