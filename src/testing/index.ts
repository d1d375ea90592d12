export * as resources from '../client/resources.ts';
export type { Chain, DataEffect, Finding, Severity, Way } from '../operations/why/index.ts';
export { isStatus, StatusError } from '../schema/status.ts';
export { startCluster } from './cluster.ts';
export type { DrainOptions } from './drain.ts';
export type { TestCluster, TestClusterOptions, TestNode, TestPod } from './test-cluster.ts';
