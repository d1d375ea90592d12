import type { Client, Target } from '../client/client.ts';
import { targetOf } from '../client/target-of.ts';
import type { KubeObject } from '../schema/object.ts';
import type { Manifest } from './manifests.ts';
import { UserError } from './output.ts';

export interface Applied {
  readonly target: Target;
  readonly object: KubeObject;
}

/** Applies objects in their order (server-side apply, manager `perdure-up`); the first refusal names its manifest. */
export async function applyManifests(client: Client, manifests: readonly Manifest[]): Promise<Applied[]> {
  const targets = manifests.map(({ source, object }) => {
    const target = targetOf(object);
    if (target === null)
      throw new UserError(
        `${source}: "up -f" does not know ${object.apiVersion} ${object.kind}; apply it with kubectl.`,
      );
    return target;
  });
  const applied: Applied[] = [];
  for (const [index, { source, object }] of manifests.entries()) {
    const target = targets[index]!;
    try {
      const options = { fieldManager: 'perdure-up', force: true };
      applied.push({
        target,
        object: await client.patch(target, object.metadata.name!, 'apply', object, undefined, options),
      });
    } catch (error) {
      throw new UserError(`${source}: ${object.kind} ${object.metadata.name} was refused: ${(error as Error).message}`);
    }
  }
  return applied;
}
