export type {
  Client,
  DeleteOptions,
  ListOptions,
  ObjectList,
  PatchType,
  Target,
  WatchEvent,
  WatchHandlers,
  WriteOptions,
} from './client.ts';
export { HttpClient } from './http.ts';
export { Informer } from './informer.ts';
export { InformerFactory } from './informer-factory.ts';
export { parseKubeconfig } from './kubeconfig.ts';
export { LeaderElection } from './leader-election.ts';
export { WorkQueue } from './work-queue.ts';
