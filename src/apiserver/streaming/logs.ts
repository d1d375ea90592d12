import type { Readable } from 'node:stream';
import { FieldErrors, invalidStatus } from '../../schema/field-errors.ts';
import type { KubeObject } from '../../schema/object.ts';
import { badRequest, StatusError } from '../../schema/status.ts';
import type { LogOptions, NodeEndpoint } from './node-endpoint.ts';
import { containerOf, nodeOf, queryBool, queryInt } from './query.ts';

const RFC3339 = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}([.,]\d+)?(Z|[+-]\d{2}:\d{2})$/;

/**
 * Reads and validates the query of pods/log (PodLogOptions, api.md 8.1). Throws 400 for values that cannot be read and
 * 422 of kind PodLogOptions for values that make no sense.
 */
export function parseLogOptions(query: URLSearchParams, podName: string): LogOptions {
  const since = query.get('sinceTime');
  const sinceTime = since === null || since === '' || since === 'null' ? undefined : since;
  if (sinceTime !== undefined && (!RFC3339.test(sinceTime) || Number.isNaN(Date.parse(sinceTime)))) {
    const shown = JSON.stringify(sinceTime);
    throw badRequest(`parsing time ${shown} as "2006-01-02T15:04:05Z07:00": cannot parse ${shown} as "2006"`);
  }
  const tailLines = queryInt(query, 'tailLines');
  const limitBytes = queryInt(query, 'limitBytes');
  const sinceSeconds = queryInt(query, 'sinceSeconds');
  const errors = new FieldErrors();
  if (tailLines !== undefined && tailLines < 0)
    errors.invalid('tailLines', tailLines, 'must be greater than or equal to 0');
  if (limitBytes !== undefined && limitBytes < 1) errors.invalid('limitBytes', limitBytes, 'must be greater than 0');
  if (sinceSeconds !== undefined && sinceTime !== undefined) {
    errors.forbidden('', 'at most one of `sinceTime` or `sinceSeconds` may be specified');
  } else if (sinceSeconds !== undefined && sinceSeconds < 1) {
    errors.invalid('sinceSeconds', sinceSeconds, 'must be greater than 0');
  }
  if (query.has('stream')) errors.forbidden('stream', 'may not be specified');
  if (errors.list.length > 0) throw invalidStatus({ group: '', kind: 'PodLogOptions' }, podName, errors.list);
  return {
    follow: queryBool(query, 'follow'),
    previous: queryBool(query, 'previous'),
    timestamps: queryBool(query, 'timestamps'),
    ...(sinceSeconds === undefined ? {} : { sinceSeconds }),
    ...(sinceTime === undefined ? {} : { sinceTime }),
    ...(tailLines === undefined ? {} : { tailLines }),
    ...(limitBytes === undefined ? {} : { limitBytes }),
  };
}

/**
 * GET pods/log. Null: the pod has no node yet, to be answered 204 without a body. Otherwise text to be sent as
 * `text/plain`, flushed as it comes when `follow` is asked. Destroy the stream when the client goes away.
 */
export async function handleLog(ask: {
  readonly pod: KubeObject;
  readonly query: URLSearchParams;
  readonly endpoint: NodeEndpoint | null;
}): Promise<Readable | null> {
  const options = parseLogOptions(ask.query, ask.pod.metadata.name ?? '');
  const container = containerOf(ask.pod, ask.query.get('container') ?? '');
  const node = nodeOf(ask.pod);
  if (node === '') return null;
  if (ask.endpoint === null) throw unreachableNode(node);
  return ask.endpoint.logs(ask.pod, container, options);
}

/** No agent of ours plays this node: upstream would fail to dial its kubelet. */
export function unreachableNode(node: string): StatusError {
  return new StatusError(
    500,
    '',
    `error dialing backend: no node agent of this control plane serves node ${JSON.stringify(node)}`,
  );
}
