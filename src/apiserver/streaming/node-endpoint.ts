import type { Duplex, Readable } from 'node:stream';
import type { ExecSession } from '../../base/exec-session.ts';
import type { KubeObject } from '../../schema/object.ts';

export interface LogOptions {
  readonly follow: boolean;
  readonly previous: boolean;
  readonly timestamps: boolean;
  readonly sinceSeconds?: number;
  readonly sinceTime?: string;
  readonly tailLines?: number;
  readonly limitBytes?: number;
}

/** A page of the node's own, as text. */
export interface NodePage {
  readonly code: number;
  readonly contentType: string;
  readonly body: string;
}

/**
 * A node agent as the API server sees it: what the kubelet's port 10250 is upstream. Errors are StatusError with the
 * texts of api.md 8. The pod is passed as stored; the container name is already checked against its spec.
 */
export interface NodeEndpoint {
  logs(pod: KubeObject, container: string, options: LogOptions): Promise<Readable>;
  exec(
    pod: KubeObject,
    container: string,
    command: readonly string[],
    options: { readonly tty: boolean; readonly stdin: boolean },
  ): Promise<ExecSession>;
  attach(
    pod: KubeObject,
    container: string,
    options: { readonly tty: boolean; readonly stdin: boolean },
  ): Promise<ExecSession>;
  connect(pod: KubeObject, port: number): Promise<Duplex>;
  /** What `GET` of a path gives that is no pod's, like `/metrics` and `/stats/summary`; null: there is no such page. */
  page(path: string): Promise<NodePage | null>;
  /** Somebody outside this process is about to delete the pod, and may look for it by name right after. */
  deletionAsked?(pod: KubeObject): void;
}

/** Finds the agent of a node; null when none of ours plays it. */
export type NodeDirectory = (nodeName: string) => NodeEndpoint | null;
