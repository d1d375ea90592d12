import type { KubeObject } from '../../schema/object.ts';

const listed = (node: KubeObject | null): readonly { readonly name: string }[] => node?.status?.volumesAttached ?? [];

/**
 * What this node says about the attachable volumes it uses, and what the controller says about them. A volume may be
 * mounted only once the API has the node's word that it is in use and still lists it as attached: the controller takes
 * a volume away only on top of a report that does not have it.
 */
export class NodeAttachments {
  readonly #report: () => void;
  /** Pods by the devices they use. */
  readonly #users = new Map<string, Set<string>>();
  /** In use by what an earlier life of this agent left running. */
  #inherited: ReadonlySet<string> = new Set();
  /** What the API has as in use, as far as we know. */
  #reported: ReadonlySet<string> = new Set();
  readonly #waiting = new Set<() => void>();
  #node: KubeObject | null = null;

  /** `report` brings `inUse` to the API, soon and until it is there. */
  constructor(report: () => void) {
    this.#report = report;
  }

  /** The node as it was found: what it says to be in use stays so until the pods have been looked at. */
  found(node: KubeObject): void {
    this.#inherited = new Set<string>(node.status?.volumesInUse ?? []);
    this.#reported = this.#inherited;
    this.#node = node;
  }

  /** All pods that were found running have said what they use. */
  lookedAt(): void {
    if (this.#inherited.size === 0) return;
    this.#inherited = new Set();
    this.#report();
  }

  use(uid: string, devices: readonly string[]): void {
    let news = false;
    for (const device of devices) {
      const users = this.#users.get(device);
      if (users !== undefined) users.add(uid);
      else {
        this.#users.set(device, new Set([uid]));
        news = true;
      }
    }
    if (news) this.#report();
  }

  release(uid: string): void {
    let news = false;
    for (const [device, users] of this.#users) {
      if (!users.delete(uid) || users.size > 0) continue;
      this.#users.delete(device);
      news = true;
    }
    if (!news) return;
    this.#report();
    for (const look of [...this.#waiting]) look();
  }

  /** For `status.volumesInUse`, about to be written. */
  reporting(): readonly string[] {
    const inUse = new Set([...this.#users.keys(), ...this.#inherited]);
    // Until the answer is there only what both the old and the new report say is certain.
    this.#reported = new Set([...this.#reported].filter((device) => inUse.has(device)));
    return [...inUse].sort();
  }

  /** The API has that report; `node` is the newest known. */
  reported(inUse: readonly string[], node: KubeObject): void {
    this.#reported = new Set(inUse);
    this.seen(node);
  }

  seen(node: KubeObject): void {
    const before = this.#node;
    this.#node = node;
    if (this.#waiting.size === 0 && before !== null) return;
    for (const look of [...this.#waiting]) look();
  }

  /** Resolves when all devices may be mounted: true; or false once `uid` has given them up. */
  whenAttached(uid: string, devices: readonly string[]): Promise<boolean> {
    return new Promise((resolve) => {
      const look = (): void => {
        const wanted = devices.every((device) => this.#users.get(device)?.has(uid) === true);
        if (wanted && !devices.every((device) => this.#mayMount(device))) return;
        this.#waiting.delete(look);
        resolve(wanted);
      };
      this.#waiting.add(look);
      look();
    });
  }

  #mayMount(device: string): boolean {
    return this.#reported.has(device) && listed(this.#node).some(({ name }) => name === device);
  }
}
