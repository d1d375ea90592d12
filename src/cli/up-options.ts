import { resolve } from 'node:path';
import { parseGoDuration } from '../base/time.ts';
import { CLOUD_PROVISIONERS } from '../cluster/cloud-provisioners.ts';
import { type ClusterOptions, DEFAULT_OPTIONS, type NetworkMode, type RuntimeName } from '../cluster/options.ts';
import { DEFAULT_EVICTION, parseThresholds } from '../node/pressure/thresholds.ts';
import type { CommonOptions } from './common.ts';
import { UserError } from './output.ts';

/** What commander collects for `up`. */
export interface UpOptions extends CommonOptions {
  readonly file: readonly string[];
  readonly nodes: string;
  readonly zones?: string;
  readonly runtime: RuntimeName;
  readonly network: NetworkMode;
  readonly host: string;
  readonly port: string;
  readonly ephemeral?: boolean;
  readonly wait?: boolean;
  readonly detach?: boolean;
  readonly simulateNodes?: string;
  readonly featureGates?: string;
  readonly images?: string;
  readonly allowHostPath?: boolean;
  readonly aliasProvisioner?: readonly string[];
  readonly volumeSnapshots?: boolean;
  readonly selfFencing?: boolean;
  readonly evictionHard?: string;
  readonly nodeMonitorGracePeriod: string;
  readonly nodeLeaseDuration: string;
  readonly mergeKubeconfig?: boolean;
}

function wholeNumber(name: string, text: string, min: number, max: number): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < min || value > max) {
    throw new UserError(`--${name} takes a whole number from ${min} to ${max}, not "${text}".`);
  }
  return value;
}

/** A Go duration of whole seconds, such as 50s; milliseconds. */
function seconds(name: string, text: string, min: number, max: number): number {
  let ms = Number.NaN;
  try {
    ms = parseGoDuration(text);
  } catch {}
  if (ms % 1000 !== 0 || ms < min * 1000 || ms > max * 1000)
    throw new UserError(`--${name} takes whole seconds from ${min}s to ${max}s, as 50s or 1m30s, not "${text}".`);
  return ms;
}

/** `A=true,B=false`. */
function featureGates(text: string | undefined): Record<string, boolean> {
  const gates: Record<string, boolean> = {};
  for (const part of (text ?? '').split(',').filter((each) => each !== '')) {
    const match = /^(\w+)=(true|false)$/.exec(part);
    if (match === null)
      throw new UserError(`--feature-gates takes NAME=true or NAME=false, joined by commas, not "${part}".`);
    gates[match[1]!] = match[2] === 'true';
  }
  return gates;
}

/** `clouds` among the names stands for all well-known ones. */
function provisionerAliases(names: readonly string[]): string[] {
  for (const name of names) {
    if (!/^[A-Za-z0-9][A-Za-z0-9./_-]*$/.test(name))
      throw new UserError(`--alias-provisioner takes the provisioner of a StorageClass, or "clouds", not "${name}".`);
  }
  return [...new Set(names.flatMap((name) => (name === 'clouds' ? CLOUD_PROVISIONERS : [name])))];
}

function evictionHard(text = DEFAULT_EVICTION): string {
  try {
    parseThresholds(text);
    return text;
  } catch (error) {
    throw new UserError(`--eviction-hard takes the form ${DEFAULT_EVICTION}; '' is none: ${(error as Error).message}.`);
  }
}

/** Checks every option of `up`; a UserError says which one is wrong and what it takes. */
export function clusterOptions(options: UpOptions): ClusterOptions {
  return {
    ...DEFAULT_OPTIONS,
    dataDir: resolve(options.dataDir),
    ephemeral: options.ephemeral === true,
    host: options.host,
    port: wholeNumber('port', options.port, 0, 65535),
    runtime: options.runtime,
    network: options.network,
    nodes: wholeNumber('nodes', options.nodes, 0, 1000),
    zones: (options.zones ?? '').split(',').filter((zone) => zone !== ''),
    simulateNodes: options.simulateNodes ?? null,
    gates: featureGates(options.featureGates),
    images: options.images === undefined ? null : resolve(options.images),
    allowHostPath: options.allowHostPath === true,
    provisionerAliases: provisionerAliases(options.aliasProvisioner ?? []),
    volumeSnapshots: options.volumeSnapshots === true,
    selfFencing: options.selfFencing === true,
    evictionHard: evictionHard(options.evictionHard),
    nodeMonitorGraceMs: seconds('node-monitor-grace-period', options.nodeMonitorGracePeriod, 1, 86_400),
    nodeLeaseMs: seconds('node-lease-duration', options.nodeLeaseDuration, 4, 3_600),
  };
}
