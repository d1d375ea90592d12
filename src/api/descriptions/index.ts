import { createHash } from 'node:crypto';
import type { Descriptions } from '../../schema/openapi/descriptions.ts';
import { hasStruct, structOf } from '../../schema/structure.ts';
import { ADMISSION_REGISTRATION, API_REGISTRATION } from './admissionregistration.ts';
import { APIEXTENSIONS } from './apiextensions.ts';
import { APPS } from './apps.ts';
import { AUTHENTICATION, AUTHORIZATION, CERTIFICATES } from './auth.ts';
import { AUTOSCALING_V1, AUTOSCALING_V2 } from './autoscaling.ts';
import { BATCH } from './batch.ts';
import { CORE_CONTAINER } from './core-container.ts';
import { CORE_NETWORK, DISCOVERY } from './core-network.ts';
import { COORDINATION, CORE_NODE } from './core-node.ts';
import { CORE_OBJECTS, EVENTS } from './core-objects.ts';
import { CORE_POD } from './core-pod.ts';
import { CORE_POD_STATUS } from './core-pod-status.ts';
import { CORE_STORAGE } from './core-storage.ts';
import { CORE_VOLUMES } from './core-volumes.ts';
import { FLOW_CONTROL } from './flowcontrol.ts';
import { META } from './meta.ts';
import { NETWORKING } from './networking.ts';
import { POLICY } from './policy.ts';
import { RBAC } from './rbac.ts';
import { RESOURCE } from './resource.ts';
import { SCALARS } from './scalars.ts';
import { NODE, SCHEDULING } from './scheduling.ts';
import { STORAGE } from './storage.ts';
import type { Texts } from './texts.ts';

/** Every file of texts. */
export const ALL_TEXTS: readonly Texts[] = [
  ADMISSION_REGISTRATION,
  APIEXTENSIONS,
  API_REGISTRATION,
  APPS,
  AUTHENTICATION,
  AUTHORIZATION,
  AUTOSCALING_V1,
  AUTOSCALING_V2,
  BATCH,
  CERTIFICATES,
  COORDINATION,
  CORE_CONTAINER,
  CORE_NETWORK,
  CORE_NODE,
  CORE_OBJECTS,
  CORE_POD,
  CORE_POD_STATUS,
  CORE_STORAGE,
  CORE_VOLUMES,
  DISCOVERY,
  EVENTS,
  FLOW_CONTROL,
  META,
  NETWORKING,
  NODE,
  POLICY,
  RBAC,
  RESOURCE,
  SCALARS,
  SCHEDULING,
  STORAGE,
];

const byDefinition = new Map(
  ALL_TEXTS.flatMap(({ prefix, texts }) => Object.entries(texts).map(([name, own]) => [`${prefix}.${name}`, own])),
);

/** What every object and every list has. */
const COMMON: Readonly<Record<string, string>> = {
  apiVersion:
    'Group and version of the kind, `GROUP/VERSION` (`v1` alone for the core group). Always needed when writing.',
  kind: 'Which kind of object this is, in CamelCase. It must fit the address that is written to; it never changes.',
  metadata: 'Name, namespace, labels, owners and bookkeeping of the object.',
};
const LIST: Readonly<Record<string, string>> = {
  ...COMMON,
  items: 'The objects, ordered by namespace and name.',
  metadata: 'The revision the list was read at, and how to go on when it is only a part.',
};

function common(definition: string, field: string | undefined): string | undefined {
  if (definition.endsWith('List') && field !== undefined) return LIST[field];
  if (!hasStruct(definition)) return field === undefined ? undefined : COMMON[field];
  const { kinds, byName } = structOf(definition);
  return field !== undefined && (kinds.length > 0 || byName.has('metadata')) ? COMMON[field] : undefined;
}

/** Descriptions of built-in kinds, for the OpenAPI documents (`kubectl explain`). Nothing on the way of a start imports this. */
export const DESCRIPTIONS: Descriptions = {
  of: (definition, field) => byDefinition.get(definition)?.[field ?? ''] ?? common(definition, field),
  digest: createHash('sha256')
    .update(JSON.stringify([...byDefinition, COMMON, LIST]))
    .digest('hex'),
};
