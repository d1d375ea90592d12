import type { AdmissionPlugin, Attributes } from './plugin.ts';

/** The plugins in their order; which of them care about a request is found once per resource and operation. */
export class AdmissionChain {
  readonly #plugins: readonly AdmissionPlugin[];
  readonly #relevant = new Map<string, readonly AdmissionPlugin[]>();
  /** What was asked for last: the phases of one request ask one after the other. */
  #last:
    | (Pick<Attributes, 'kind' | 'subresource' | 'operation'> & { readonly plugins: readonly AdmissionPlugin[] })
    | null = null;

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
    const last = this.#last;
    if (last !== null && last.kind === kind && last.subresource === subresource && last.operation === operation) {
      return last.plugins;
    }
    const plugins = this.#find(attributes);
    this.#last = { kind, subresource, operation, plugins };
    return plugins;
  }

  #find({ kind, subresource, operation }: Attributes): readonly AdmissionPlugin[] {
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
