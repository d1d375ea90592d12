type Json = Record<string, unknown>;

/** Fields of a container status that only somebody with real containers can know. */
const REAL_ONLY = ['allocatedResources', 'containerID', 'resources', 'started', 'user', 'volumeMounts'] as const;

function bareContainer(status: Json): Json {
  const out: Json = { ...status, imageID: '' };
  for (const field of REAL_ONLY) delete out[field];
  return out;
}

function bareCondition(condition: Json): Json {
  const { observedGeneration: _, ...rest } = condition;
  return rest;
}

const LISTS = ['containerStatuses', 'initContainerStatuses', 'ephemeralContainerStatuses'];

/**
 * What is said about the pods of a Node somebody else made to stand for one: that they run and are ready, and no claim
 * of containers, images or sandboxes that nobody has. That is what stand-in agents (KWOK, for one) report.
 */
export function standInStatus(status: Json): Json {
  const { observedGeneration: _, ...out } = status;
  out.conditions = (status.conditions as Json[])
    .filter((condition) => condition.type !== 'PodReadyToStartContainers')
    .map(bareCondition);
  for (const list of LISTS) {
    if (status[list] !== undefined) out[list] = (status[list] as Json[]).map(bareContainer);
  }
  return out;
}
