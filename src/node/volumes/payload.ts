import type { KubeObject } from '../../schema/object.ts';
import { fieldValue, type PodAddresses, resourceValue } from '../env/fields.ts';
import { ConfigError, type Lookup } from '../lookup.ts';

/** One file of a volume made from the API. */
export interface PayloadFile {
  readonly content: Uint8Array;
  readonly mode: number;
}

/** Files by path relative to the volume. */
export type Payload = Map<string, PayloadFile>;

export interface PayloadContext {
  readonly pod: KubeObject;
  readonly lookup: Lookup;
  readonly addresses: PodAddresses;
  readonly allocatable: Readonly<Record<string, string>>;
  /** A token for the pod's service account. */
  token(audience: string | undefined, expirationSeconds: number, path: string): Promise<string>;
}

// biome-ignore lint/suspicious/noExplicitAny: volume sources as stored
type Source = any;

const DEFAULT_MODE = 0o644;
const TOKEN_SECONDS = 3600;
const API_TOKEN_MODE = 0o644;

const text = (value: string): Uint8Array => Buffer.from(value, 'utf8');
const binary = (base64: string): Uint8Array => Buffer.from(base64, 'base64');

/** Adds the chosen keys of an object's data; throws ConfigError when a key that is asked for is missing. */
function addItems(
  payload: Payload,
  data: ReadonlyMap<string, Uint8Array>,
  source: Source,
  defaultMode: number,
  missing: (key: string) => string,
): void {
  const items: readonly { key: string; path: string; mode?: number }[] | undefined = source.items;
  if (items === undefined || items === null || items.length === 0) {
    for (const [key, content] of data) payload.set(key, { content, mode: defaultMode });
    return;
  }
  for (const { key, path, mode } of items) {
    const content = data.get(key);
    if (content !== undefined) payload.set(path, { content, mode: mode ?? defaultMode });
    else if (source.optional !== true) throw new ConfigError(missing(key));
  }
}

function addConfigMap(payload: Payload, source: Source, defaultMode: number, context: PayloadContext): void {
  const found = context.lookup.configMap(context.pod.metadata.namespace ?? '', source.name);
  if (found === undefined) {
    if (source.optional === true) return;
    throw new ConfigError(`configmap "${source.name}" not found`);
  }
  const data = new Map<string, Uint8Array>();
  for (const key in found.data ?? {}) data.set(key, text(found.data[key]));
  for (const key in found.binaryData ?? {}) data.set(key, binary(found.binaryData[key]));
  addItems(payload, data, source, defaultMode, (key) => `configmap references non-existent config key: ${key}`);
}

function addSecret(payload: Payload, source: Source, defaultMode: number, context: PayloadContext): void {
  const name = source.secretName ?? source.name;
  const found = context.lookup.secret(context.pod.metadata.namespace ?? '', name);
  if (found === undefined) {
    if (source.optional === true) return;
    throw new ConfigError(`secret "${name}" not found`);
  }
  const data = new Map<string, Uint8Array>();
  for (const key in found.data ?? {}) data.set(key, binary(found.data[key]));
  addItems(payload, data, source, defaultMode, (key) => `references non-existent secret key: ${key}`);
}

function addDownward(payload: Payload, source: Source, defaultMode: number, context: PayloadContext): void {
  for (const item of source.items ?? []) {
    const value = item.fieldRef
      ? fieldValue(context.pod, item.fieldRef.fieldPath, context.addresses)
      : resourceValue(context.pod, item.resourceFieldRef, '', context.allocatable);
    payload.set(item.path, { content: text(value), mode: item.mode ?? defaultMode });
  }
}

async function addToken(payload: Payload, source: Source, context: PayloadContext): Promise<void> {
  const token = await context.token(source.audience, source.expirationSeconds ?? TOKEN_SECONDS, source.path);
  payload.set(source.path, { content: text(token), mode: API_TOKEN_MODE });
}

/** True for volumes whose files come from the API. */
export function isPayloadVolume(volume: Source): boolean {
  return Boolean(volume.configMap || volume.secret || volume.downwardAPI || volume.projected);
}

/** The files of a configMap, secret, downwardAPI or projected volume; of a path given twice the later source wins. */
export async function volumePayload(volume: Source, context: PayloadContext): Promise<Payload> {
  const payload: Payload = new Map();
  const mode = (source: Source): number => source.defaultMode ?? DEFAULT_MODE;
  if (volume.configMap) addConfigMap(payload, volume.configMap, mode(volume.configMap), context);
  if (volume.secret) addSecret(payload, volume.secret, mode(volume.secret), context);
  if (volume.downwardAPI) addDownward(payload, volume.downwardAPI, mode(volume.downwardAPI), context);
  for (const source of volume.projected?.sources ?? []) {
    const defaultMode = mode(volume.projected);
    if (source.configMap) addConfigMap(payload, source.configMap, defaultMode, context);
    if (source.secret) addSecret(payload, source.secret, defaultMode, context);
    if (source.downwardAPI) addDownward(payload, source.downwardAPI, defaultMode, context);
    if (source.serviceAccountToken) await addToken(payload, source.serviceAccountToken, context);
  }
  return payload;
}
