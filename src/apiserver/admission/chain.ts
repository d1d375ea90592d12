import type { AdmissionPlugin, Attributes } from './plugin.ts';

/** The plugins in their order; which of them care about a request is found once per resource and operation. */
export class AdmissionChain {
  readonly #plugins: readonly AdmissionPlugin[];
  readonly #relevant = new Map<string, readonly AdmissionPlugin[]>();

  constructor(plugins: readonly AdmissionPlugin[]) {
    this.#plugins = plugins;
  }

  admit(attributes: Attributes): void {
    for (const plugin of this.#for(attributes)) plugin.admit?.(attributes);
  }

  validate(attributes: Attributes): void {
    for (const plugin of this.#for(attributes)) plugin.validate?.(attributes);
  }

  charge(attributes: Attributes): void {
    for (const plugin of this.#for(attributes)) plugin.charge?.(attributes);
  }

  #for(attributes: Attributes): readonly AdmissionPlugin[] {
    const { kind, subresource, operation } = attributes;
    const resource = subresource === '' ? kind.definition.plural : `${kind.definition.plural}/${subresource}`;
    const key = `${operation} ${resource}`;
    let relevant = this.#relevant.get(key);
    if (relevant === undefined) {
      relevant = this.#plugins.filter(
        (plugin) =>
          plugin.operations.includes(operation) &&
          (plugin.resources.includes('*') || plugin.resources.includes(resource)),
      );
      this.#relevant.set(key, relevant);
    }
    return relevant;
  }
}
