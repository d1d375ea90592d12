import type { KeyObject } from 'node:crypto';
import type { Clock } from '../../base/clock.ts';
import type { UserInfo } from '../../schema/kind.ts';
import type { KubeObject } from '../../schema/object.ts';
import type { Store } from '../../store/store.ts';

/** Keys and names for service-account tokens. */
export interface TokenIssuer {
  /** `iss` of the tokens, and their default audience. */
  readonly issuer: string;
  /** ES256 or RS256 private key. */
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
  readonly algorithm: 'ES256' | 'RS256';
}

export interface BoundObject {
  readonly kind: string;
  readonly name: string;
  readonly uid: string;
}

export interface TokenClaims {
  readonly namespace: string;
  readonly account: { readonly name: string; readonly uid: string };
  readonly bound: BoundObject | null;
  /** Node of a bound pod. */
  readonly node: { readonly name: string; readonly uid: string } | null;
  readonly audiences: readonly string[];
  /** Seconds since the epoch. */
  readonly issuedAt: number;
  readonly expiresAt: number;
  readonly warnAfter?: number;
  readonly id: string;
}

/** How long after its end a bound object still vouches for a token. */
const LEEWAY_MS = 60_000;

interface KubernetesClaim {
  readonly namespace: string;
  readonly serviceaccount: { readonly name: string; readonly uid: string };
  readonly pod?: { readonly name: string; readonly uid: string };
  readonly node?: { readonly name: string; readonly uid: string };
  readonly secret?: { readonly name: string; readonly uid: string };
}

/** Signs and checks JSON web tokens of service accounts (api.md 9). The library is loaded with the first token. */
export class ServiceAccountTokens {
  readonly issuer: TokenIssuer;
  readonly #store: Store;
  readonly #clock: Clock;
  /** Verified tokens, so that a signature is checked once. */
  readonly #verified = new Map<
    string,
    { readonly claim: KubernetesClaim; readonly jti: string; readonly exp: number }
  >();

  constructor(issuer: TokenIssuer, store: Store, clock: Clock) {
    this.issuer = issuer;
    this.#store = store;
    this.#clock = clock;
  }

  async sign(claims: TokenClaims): Promise<string> {
    const { SignJWT } = await import('jose');
    const { bound, node } = claims;
    const kubernetes = {
      namespace: claims.namespace,
      ...(node === null ? {} : { node }),
      ...(bound === null ? {} : { [bound.kind.toLowerCase()]: { name: bound.name, uid: bound.uid } }),
      serviceaccount: claims.account,
      ...(claims.warnAfter === undefined ? {} : { warnafter: claims.warnAfter }),
    };
    return new SignJWT({ 'kubernetes.io': kubernetes })
      .setProtectedHeader({ alg: this.issuer.algorithm, kid: 'perdure' })
      .setIssuer(this.issuer.issuer)
      .setSubject(`system:serviceaccount:${claims.namespace}:${claims.account.name}`)
      .setAudience([...claims.audiences])
      .setIssuedAt(claims.issuedAt)
      .setNotBefore(claims.issuedAt)
      .setExpirationTime(claims.expiresAt)
      .setJti(claims.id)
      .sign(this.issuer.privateKey);
  }

  /** The account behind a token, or null when it is none of ours, expired, or its objects are gone. */
  async authenticate(token: string): Promise<UserInfo | null> {
    const known = this.#verified.get(token) ?? (await this.#verify(token));
    if (known === null || known.exp * 1000 < this.#clock.now()) return null;
    const { claim } = known;
    if (!this.#alive('serviceaccounts', claim.namespace, claim.serviceaccount)) return null;
    if (claim.pod !== undefined && !this.#alive('pods', claim.namespace, claim.pod)) return null;
    if (claim.secret !== undefined && !this.#alive('secrets', claim.namespace, claim.secret)) return null;
    return userOf(claim, known.jti);
  }

  async #verify(token: string): Promise<{ claim: KubernetesClaim; jti: string; exp: number } | null> {
    if (token.split('.').length !== 3) return null;
    const { jwtVerify } = await import('jose');
    try {
      const { payload } = await jwtVerify(token, this.issuer.publicKey, {
        issuer: this.issuer.issuer,
        audience: this.issuer.issuer,
        currentDate: new Date(this.#clock.now()),
      });
      const claim = payload['kubernetes.io'] as KubernetesClaim | undefined;
      if (claim === undefined) return null;
      const verified = { claim, jti: payload.jti ?? '', exp: payload.exp ?? 0 };
      if (this.#verified.size > 1000) this.#verified.clear();
      this.#verified.set(token, verified);
      return verified;
    } catch {
      return null;
    }
  }

  #alive(plural: string, namespace: string, wanted: { name: string; uid: string }): boolean {
    const object = this.#store.get<KubeObject>(`core/${plural}/${namespace}/${wanted.name}`)?.value;
    if (object === undefined || object.metadata.uid !== wanted.uid) return false;
    const ends = object.metadata.deletionTimestamp;
    return ends === undefined || Date.parse(ends) + LEEWAY_MS > this.#clock.now();
  }
}

function userOf(claim: KubernetesClaim, jti: string): UserInfo {
  const { namespace, serviceaccount, pod, node } = claim;
  const extra: Record<string, readonly string[]> = {};
  if (jti !== '') extra['authentication.kubernetes.io/credential-id'] = [`JTI=${jti}`];
  if (pod !== undefined) {
    extra['authentication.kubernetes.io/pod-name'] = [pod.name];
    extra['authentication.kubernetes.io/pod-uid'] = [pod.uid];
  }
  if (node !== undefined) {
    extra['authentication.kubernetes.io/node-name'] = [node.name];
    extra['authentication.kubernetes.io/node-uid'] = [node.uid];
  }
  return {
    name: `system:serviceaccount:${namespace}:${serviceaccount.name}`,
    uid: serviceaccount.uid,
    groups: ['system:serviceaccounts', `system:serviceaccounts:${namespace}`, 'system:authenticated'],
    extra,
  };
}
