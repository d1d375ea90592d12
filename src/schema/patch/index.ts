export { conversionError, invalidPatch, invalidStrategicPatch } from './conversion-error.ts';
export { applyJsonPatch, checkJsonPatch, type JsonPatchOperation, MAX_JSON_PATCH_OPERATIONS } from './json-patch.ts';
export { applyMergePatch } from './merge-patch.ts';
export { applyStrategicMerge } from './strategic-merge.ts';
