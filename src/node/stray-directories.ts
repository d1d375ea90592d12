import type { FileSystem } from './files.ts';

/** Removes directories of pods that went while the machine was off: nothing else is left of them. */
export async function removeStrayDirectories(
  { files, directory = '' }: { readonly files?: FileSystem; readonly directory?: string },
  isKnown: (uid: string) => boolean,
): Promise<void> {
  for (const uid of (await files?.list(`${directory}/pods`).catch(() => [])) ?? [])
    if (!isKnown(uid)) await files?.remove(`${directory}/pods/${uid}`).catch(() => undefined);
}
