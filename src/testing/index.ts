export * as resources from '../client/resources.ts';
export type { Chain, DataEffect, Finding, Severity, Way } from '../operations/why/index.ts';
export { isStatus, StatusError } from '../schema/status.ts';
export { startCluster, type TestCluster, type TestClusterOptions, type TestNode, type TestPod } from './cluster.ts';
export type { DrainOptions } from './drain.ts';
