/** Pod addresses of simulated nodes, shared by all of one process so that no two pods have the same. */
export class AddressPool {
  readonly #base: number;
  readonly #size: number;
  readonly #freed: number[] = [];
  #next = 1;

  /** IPv4 range, `10.244.0.0/16` say. */
  constructor(cidr = '10.244.0.0/16') {
    const [address = '', bits = '16'] = cidr.split('/');
    this.#base = address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
    this.#size = 2 ** (32 - Number(bits));
  }

  /** Addresses given back are the last to be used again. Throws when the range is used up. */
  take(): string {
    const offset = this.#next < this.#size - 1 ? this.#next++ : this.#freed.shift();
    if (offset === undefined) throw new Error('the range of pod addresses is used up');
    const n = this.#base + offset;
    return `${Math.floor(n / 2 ** 24)}.${Math.floor(n / 2 ** 16) % 256}.${Math.floor(n / 256) % 256}.${n % 256}`;
  }

  give(address: string): void {
    this.#freed.push(address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0) - this.#base);
  }
}
