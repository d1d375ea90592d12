import type { Clock, Timer } from '../../base/clock.ts';
import { parseTime } from '../../base/time.ts';
import type { Client, Target } from '../../client/client.ts';
import type { KubeObject } from '../../schema/object.ts';

const DAY_MS = 86_400_000;
const ACCOUNTS = (namespace: string): Target => ({ group: '', version: 'v1', resource: 'serviceaccounts', namespace });

interface Held {
  readonly token: string;
  readonly refreshAt: number;
}

interface TokenAnswer {
  readonly status: { readonly token: string; readonly expirationTimestamp: string };
}

/** Service account tokens of the pods of a node; `refresh` is called for a pod when one of its tokens grows old. */
export class PodTokens {
  readonly #client: Client;
  readonly #clock: Clock;
  readonly #refresh: (uid: string) => void;
  readonly #held = new Map<string, Map<string, Held>>();
  #timer: Timer | null = null;
  #timerAt = Number.POSITIVE_INFINITY;

  constructor(client: Client, clock: Clock, refresh: (uid: string) => void) {
    this.#client = client;
    this.#clock = clock;
    this.#refresh = refresh;
  }

  /** A token bound to the pod, asked for anew when a fifth of its life is left or after a day. */
  async get(pod: KubeObject, audience: string | undefined, expirationSeconds: number, path: string): Promise<string> {
    const uid = pod.metadata.uid ?? '';
    const key = `${path}\n${audience ?? ''}\n${expirationSeconds}`;
    const now = this.#clock.now();
    const held = this.#held.get(uid)?.get(key);
    if (held !== undefined && held.refreshAt > now) return held.token;
    const { namespace = '', name } = pod.metadata;
    const answer = await this.#client.createSub<TokenAnswer>(
      ACCOUNTS(namespace),
      pod.spec.serviceAccountName || 'default',
      'token',
      {
        apiVersion: 'authentication.k8s.io/v1',
        kind: 'TokenRequest',
        metadata: {},
        spec: {
          audiences: audience === undefined || audience === '' ? [] : [audience],
          expirationSeconds,
          boundObjectRef: { apiVersion: 'v1', kind: 'Pod', name, uid },
        },
      },
    );
    const life = parseTime(answer.status.expirationTimestamp) - now;
    const refreshAt = now + Math.min(life * 0.8, DAY_MS);
    const tokens = this.#held.get(uid) ?? new Map<string, Held>();
    tokens.set(key, { token: answer.status.token, refreshAt });
    this.#held.set(uid, tokens);
    this.#arm(refreshAt);
    return answer.status.token;
  }

  forget(uid: string): void {
    this.#held.delete(uid);
  }

  stop(): void {
    this.#timer?.cancel();
    this.#held.clear();
  }

  #arm(at: number): void {
    if (at >= this.#timerAt) return;
    this.#timer?.cancel();
    this.#timerAt = at;
    this.#timer = this.#clock.setTimer(Math.max(0, at - this.#clock.now()), () => this.#due());
  }

  #due(): void {
    this.#timerAt = Number.POSITIVE_INFINITY;
    const now = this.#clock.now();
    let next = Number.POSITIVE_INFINITY;
    for (const [uid, tokens] of this.#held) {
      let old = false;
      for (const held of tokens.values()) {
        if (held.refreshAt <= now) old = true;
        else next = Math.min(next, held.refreshAt);
      }
      if (old) this.#refresh(uid);
    }
    if (next !== Number.POSITIVE_INFINITY) this.#arm(next);
  }
}
