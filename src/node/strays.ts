import type { FileSystem } from './files.ts';
import type { Runtime } from './runtimes/runtime.ts';

export interface StrayOptions {
  readonly runtime: Runtime;
  readonly files?: FileSystem;
  readonly directory?: string;
}

/** Stops what runs for pods the API no longer knows of, given what was found, by uid. */
export async function removeStrays(
  { runtime, files, directory = '' }: StrayOptions,
  found: { readonly sandboxes: ReadonlyMap<string, object>; readonly containers: ReadonlyMap<string, object> } | null,
  isKnown: (uid: string) => boolean,
): Promise<void> {
  for (const uid of new Set([...(found?.sandboxes.keys() ?? []), ...(found?.containers.keys() ?? [])])) {
    if (isKnown(uid)) continue;
    await runtime.removeSandbox(uid).catch(() => undefined);
    await files?.remove(`${directory}/pods/${uid}`).catch(() => undefined);
  }
}

/** Removes directories of pods that went while the machine was off: nothing else is left of them. */
export async function removeStrayDirectories(
  { files, directory = '' }: StrayOptions,
  isKnown: (uid: string) => boolean,
): Promise<void> {
  for (const uid of (await files?.list(`${directory}/pods`).catch(() => [])) ?? [])
    if (!isKnown(uid)) await files?.remove(`${directory}/pods/${uid}`).catch(() => undefined);
}
