/** Where a webhook listens, and how it is told from an impostor. */
export interface Address {
  /** `https://NAME.NAMESPACE.svc:PORT/PATH`, or the URL of the configuration; as it stands in messages. */
  readonly url: string;
  /** Where to connect instead of the host of the URL. */
  readonly connect: { readonly host: string; readonly port: number } | null;
  /** PEM; null: the public authorities. */
  readonly authority: string | null;
}

/** Posts JSON and resolves with the body of the answer. Rejects with CallFailed, in the words of upstream's client. */
export type Post = (address: Address, body: string, timeoutMs: number) => Promise<string>;
