import { expect, it } from 'vitest';
import type { Client, ListOptions, Target } from '../../client/client.ts';
import { StatusError } from '../../schema/status.ts';
import { observe } from './observe.ts';
import { node, pod } from './testing/objects.ts';

/** Answers lists from a table; what is not in it is empty. */
function lists(
  answers: Readonly<Record<string, (target: Target, options: ListOptions) => { items: object[]; continue?: string }>>,
) {
  const asked: string[] = [];
  const client = {
    list: async (target: Target, options: ListOptions) => {
      asked.push(`${target.namespace ?? '*'} ${target.resource} ${options.fieldSelector ?? ''}`.trim());
      return { resourceVersion: '1', items: [], ...answers[target.resource]?.(target, options) };
    },
  };
  return { asked, client: client as unknown as Client };
}

it('goes on without what it may not list, and says so', async () => {
  const { client } = lists({
    pods: () => ({ items: [pod(0)] }),
    nodes: () => {
      throw new StatusError(403, 'Forbidden', 'nodes is forbidden');
    },
    endpointslices: () => {
      throw new StatusError(404, 'NotFound', 'not found');
    },
  });
  const observed = await observe(client, { kind: 'StatefulSet', namespace: 'shop', name: 'web' });
  expect(observed.pods).toHaveLength(1);
  expect(observed.unseen).toEqual({
    nodes: 'not allowed to list them',
    endpointSlices: 'this server does not know them',
  });
});

it('throws when nobody answers', async () => {
  const { client } = lists({
    pods: () => {
      throw new Error('connect ECONNREFUSED');
    },
  });
  await expect(observe(client, { kind: 'Pod', namespace: 'shop', name: 'web-0' })).rejects.toThrow('ECONNREFUSED');
});

it('asks page by page', async () => {
  const { client } = lists({
    pods: (_, options) =>
      options.continue === undefined ? { items: [pod(0)], continue: 'more' } : { items: [pod(1)] },
  });
  const { pods } = await observe(client, { kind: 'Pod', namespace: 'shop', name: 'web-0' });
  expect(pods.map(({ metadata }) => metadata.name)).toEqual(['web-0', 'web-1']);
});

it('looks into the namespaces of the pods of a node only', async () => {
  const { client, asked } = lists({
    pods: ({ namespace }) => ({ items: namespace === undefined || namespace === 'shop' ? [pod(0)] : [] }),
    nodes: () => ({ items: [node('n0')] }),
  });
  const observed = await observe(client, { kind: 'Node', namespace: '', name: 'n0' });
  expect(observed.pods).toHaveLength(1);
  expect(asked.filter((each) => each.includes(' pods'))).toEqual(['* pods spec.nodeName=n0', 'shop pods']);
});
