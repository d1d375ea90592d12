export * as resources from '../client/resources.ts';
export { isStatus, StatusError } from '../schema/status.ts';
export { startCluster, type TestCluster, type TestClusterOptions, type TestNode, type TestPod } from './cluster.ts';
