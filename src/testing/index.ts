export { isStatus, StatusError } from '../schema/status.ts';
export { startCluster, type TestCluster, type TestClusterOptions } from './cluster.ts';
