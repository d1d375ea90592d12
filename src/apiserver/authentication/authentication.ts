import type { UserInfo } from '../../schema/kind.ts';
import type { ServiceAccountTokens } from './service-account-tokens.ts';

export const ANONYMOUS: UserInfo = { name: 'system:anonymous', groups: ['system:unauthenticated'] };
const AUTHENTICATED = 'system:authenticated';

/** Adds the group everybody known has. */
export function authenticated(user: UserInfo): UserInfo {
  return user.groups.includes(AUTHENTICATED) ? user : { ...user, groups: [...user.groups, AUTHENTICATED] };
}

/** Who stands behind a request: a client certificate, a static token, or a service account's token. */
export class Authentication {
  readonly #tokens: ReadonlyMap<string, UserInfo>;
  readonly #accounts: ServiceAccountTokens | null;

  constructor(tokens: Readonly<Record<string, UserInfo>>, accounts: ServiceAccountTokens | null) {
    this.#tokens = new Map(Object.entries(tokens).map(([token, user]) => [token, authenticated(user)]));
    this.#accounts = accounts;
  }

  get issuer(): string {
    return this.#accounts?.issuer.issuer ?? '';
  }

  get accounts(): ServiceAccountTokens | null {
    return this.#accounts;
  }

  /** User of a token in the table; the way without waiting. */
  known(token: string): UserInfo | null {
    return this.#tokens.get(token) ?? null;
  }

  /** User of any bearer token; null when it is not valid. */
  async token(token: string): Promise<UserInfo | null> {
    return this.known(token) ?? (await this.#accounts?.authenticate(token)) ?? null;
  }
}

interface CertificateSubject {
  readonly CN?: string | readonly string[];
  readonly O?: string | readonly string[];
}

const one = (value: string | readonly string[] | undefined): string =>
  typeof value === 'string' ? value : (value?.[0] ?? '');
const many = (value: string | readonly string[] | undefined): readonly string[] =>
  value === undefined ? [] : typeof value === 'string' ? [value] : value;

/** User of a verified client certificate: CN is the name, every O a group. Null without a CN. */
export function certificateUser(subject: CertificateSubject | undefined): UserInfo | null {
  const name = one(subject?.CN);
  return name === '' ? null : authenticated({ name, groups: many(subject?.O) });
}
