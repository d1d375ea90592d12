import { type ContainerRecord, type ContainerTemplate, newRecord, type Role } from './container-record.ts';

export interface SyncOptions {
  readonly role: (template: ContainerTemplate) => Role;
  readonly maxBackoffMs: number;
  /** The image of a container that is known already has changed. */
  readonly imageChanged: (record: ContainerRecord) => void;
}

/** Records of the containers a spec names now: those that are known go on, with the template as it is now. */
export function syncRecords(
  records: readonly ContainerRecord[],
  templates: readonly ContainerTemplate[] | undefined,
  { role, maxBackoffMs, imageChanged }: SyncOptions,
): ContainerRecord[] {
  return (templates ?? []).map((template) => {
    const known = records.find((record) => record.name === template.name);
    if (known === undefined) return newRecord(template, role(template), maxBackoffMs);
    const changed = known.template.image !== template.image;
    known.template = template;
    if (changed) imageChanged(known);
    return known;
  });
}
