import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Kube } from './kubectl.ts';

const FIELDS = [
  '{.type}',
  '{.object.metadata.name}',
  '{.object.metadata.uid}',
  '{.object.metadata.deletionTimestamp}',
  '{.object.status.conditions[?(@.type=="Ready")].status}',
];

/** Follows pods with `kubectl get --watch` and keeps count of those that are Ready and stay: a pod on its way out is none. */
export class ReadyWatch {
  readonly #child: ChildProcess;
  readonly #ready = new Map<string, boolean>();
  /** Names and uids of all pods there have been, in the order of their appearance. */
  readonly appeared: { readonly name: string; readonly uid: string }[] = [];
  #fewest = Number.POSITIVE_INFINITY;

  constructor(kube: Kube, selector: string) {
    const argv = ['get', 'pods', '-l', selector, '--watch', '--output-watch-events', '-o'];
    const format = `jsonpath=${FIELDS.join('|')}{"\\n"}`;
    this.#child = spawn(kube.kubectl.path, kube.args([...argv, format]), { stdio: ['ignore', 'pipe', 'inherit'] });
    createInterface(this.#child.stdout!).on('line', (line) => this.#event(line.split('|')));
  }

  get ready(): number {
    return [...this.#ready.values()].filter(Boolean).length;
  }

  /** The fewest that were Ready at once since `mark`. */
  get fewest(): number {
    return this.#fewest;
  }

  mark(): void {
    this.#fewest = this.ready;
  }

  stop(): void {
    this.#child.kill();
  }

  #event([type = '', name = '', uid = '', deleted = '', ready = '']: string[]): void {
    if (!this.appeared.some((pod) => pod.uid === uid)) this.appeared.push({ name, uid });
    this.#ready.set(name, type !== 'DELETED' && deleted === '' && ready === 'True');
    this.#fewest = Math.min(this.#fewest, this.ready);
  }
}
