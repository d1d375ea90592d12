import { isRecord } from '../base/json.ts';

/** How to reach a server and who to be there; PEM texts, not paths. */
export interface Connection {
  readonly server: string;
  readonly certificateAuthority?: string;
  readonly tlsServerName?: string;
  readonly insecureSkipTlsVerify?: boolean;
  readonly clientCertificate?: string;
  readonly clientKey?: string;
  readonly token?: string;
  readonly username?: string;
  readonly password?: string;
  /** Namespace of the context, `default` when it names none. */
  readonly namespace: string;
}

export interface KubeconfigOptions {
  /** Context to use instead of `current-context`. */
  readonly context?: string;
  /** Reads a file that the kubeconfig names; relative paths are relative to the kubeconfig. */
  readonly readFile?: (path: string) => Promise<string> | string;
}

type Entry = Readonly<Record<string, unknown>>;

/** The connection a kubeconfig describes. Throws with what is missing, and for credentials that need a plug-in. */
export async function parseKubeconfig(text: string, options: KubeconfigOptions = {}): Promise<Connection> {
  const { parse } = await import('yaml');
  const config: unknown = parse(text);
  if (!isRecord(config)) throw new Error('kubeconfig: not a YAML mapping');
  const contextName = options.context ?? text0(config['current-context']);
  if (contextName === undefined || contextName === '')
    throw new Error('kubeconfig: no current-context and none was asked for');
  const context = named(config, 'contexts', 'context', contextName);
  const cluster = named(config, 'clusters', 'cluster', text0(context.cluster) ?? '');
  const user = text0(context.user) === undefined ? {} : named(config, 'users', 'user', text0(context.user) ?? '');
  const server = text0(cluster.server);
  if (server === undefined) throw new Error(`kubeconfig: the cluster of context "${contextName}" has no server`);
  if (user.exec !== undefined || user['auth-provider'] !== undefined) {
    throw new Error(
      `kubeconfig: the user of context "${contextName}" needs a credential plug-in; use a token or a client certificate`,
    );
  }
  const pem = (entry: Entry, key: string) => material(entry, key, options);
  const token = text0(user.token) ?? (await file(user, 'tokenFile', options))?.trim();
  return compact({
    server: server.replace(/\/+$/, ''),
    certificateAuthority: await pem(cluster, 'certificate-authority'),
    tlsServerName: text0(cluster['tls-server-name']),
    insecureSkipTlsVerify: cluster['insecure-skip-tls-verify'] === true ? true : undefined,
    clientCertificate: await pem(user, 'client-certificate'),
    clientKey: await pem(user, 'client-key'),
    token,
    username: text0(user.username),
    password: text0(user.password),
    namespace: text0(context.namespace) ?? 'default',
  });
}

function named(config: Entry, list: string, field: string, name: string): Entry {
  const entries = config[list];
  const found = Array.isArray(entries) ? entries.find((entry) => isRecord(entry) && entry.name === name) : undefined;
  const value: unknown = isRecord(found) ? found[field] : undefined;
  if (!isRecord(value)) throw new Error(`kubeconfig: ${list} has no "${name}"`);
  return value;
}

/** Inline data wins over a path, as with kubectl. */
async function material(entry: Entry, key: string, options: KubeconfigOptions): Promise<string | undefined> {
  const data = text0(entry[`${key}-data`]);
  return data === undefined ? file(entry, key, options) : Buffer.from(data, 'base64').toString('utf8');
}

async function file(entry: Entry, key: string, { readFile }: KubeconfigOptions): Promise<string | undefined> {
  const path = text0(entry[key]);
  if (path === undefined || path === '') return undefined;
  if (readFile === undefined)
    throw new Error(`kubeconfig: ${key} names the file ${path}, and files cannot be read here`);
  return readFile(path);
}

const text0 = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

function compact(connection: { readonly [K in keyof Connection]: Connection[K] | undefined }): Connection {
  return Object.fromEntries(
    Object.entries(connection).filter(([, value]) => value !== undefined),
  ) as unknown as Connection;
}
