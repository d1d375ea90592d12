import { describe, expect, it } from 'vitest';
import type { Node, Pod } from '../framework/objects.ts';
import type { PersistentVolume, VolumeAttachment } from '../framework/volumes.ts';
import { type AttachAction, decideAttachments, FORCE_DETACH_MS, holdsVolumes, multiAttachMessage } from './decide.ts';

const DEVICE = 'kubernetes.io/csi/csi.perdure.dev^v';
const NOW = 1_000_000_000;

const pod = (name: string, namespace = 'n', extra: object = {}): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace },
  spec: { nodeName: 'a', containers: [] },
  ...extra,
});
const volume = (...accessModes: string[]): PersistentVolume => ({
  apiVersion: 'v1',
  kind: 'PersistentVolume',
  metadata: { name: 'v' },
  spec: { accessModes, csi: { driver: 'csi.perdure.dev', volumeHandle: 'v' } },
});
const attachment = (nodeName: string, metadata: object = {}): VolumeAttachment => ({
  apiVersion: 'storage.k8s.io/v1',
  kind: 'VolumeAttachment',
  metadata: { name: `at-${nodeName}`, ...metadata },
  spec: { attacher: 'csi.perdure.dev', nodeName, source: { persistentVolumeName: 'v' } },
  status: { attached: true },
});
const node = (ready: boolean, inUse: boolean, spec: Node['spec'] = {}, managed = true): Node => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { annotations: managed ? { 'volumes.kubernetes.io/controller-managed-attach-detach': 'true' } : {} },
  spec,
  status: {
    conditions: [{ type: 'Ready', status: ready ? 'True' : 'Unknown' }],
    volumesInUse: inUse ? [DEVICE] : [],
  },
});

interface World {
  readonly modes?: string[];
  readonly wanted?: string[];
  readonly attached?: VolumeAttachment[];
  readonly nodes?: Record<string, Node>;
  readonly since?: number;
}
const decide = ({ modes = ['ReadWriteOnce'], wanted = [], attached = [], nodes = {}, since }: World): string[] => {
  const text = (action: AttachAction): string => {
    if (action.kind === 'attach') return `attach ${action.node}`;
    if (action.kind === 'blocked') return `blocked ${action.node} by ${action.elsewhere}`;
    const from = action.attachment.spec.nodeName;
    if (action.kind === 'detach') return `${action.forced ? 'force' : 'detach'} ${from}`;
    return `wait ${from} ${action.until === null ? 'for ever' : action.until - NOW}`;
  };
  const known: Record<string, Node> = { a: node(true, false), b: node(true, false), ...nodes };
  const view = {
    volume: volume(...modes),
    wanted: new Map(wanted.map((name) => [name, [pod(`on-${name}`)]])),
    attachments: attached,
    node: (name: string) => known[name],
    unwantedSince: () => since,
  };
  return decideAttachments(view, NOW).map(text);
};

describe('attaching', () => {
  it('goes to the node of the pod, once', () => {
    expect(decide({ wanted: ['a'] })).toEqual(['attach a']);
    expect(decide({ wanted: ['a'], attached: [attachment('a')] })).toEqual([]);
  });

  it('goes to one node only, unless the volume can be shared', () => {
    expect(decide({ wanted: ['a', 'b'] })).toEqual(['attach a', 'blocked b by a']);
    expect(decide({ wanted: ['a', 'b'], attached: [attachment('b')] })).toEqual(['blocked a by b']);
    for (const modes of [['ReadWriteMany'], ['ReadWriteOnce', 'ReadOnlyMany'], []])
      expect(decide({ modes, wanted: ['a', 'b'], attached: [attachment('b')] })).toEqual(['attach a']);
  });

  it('waits until the other node has really let go', () => {
    const leaving = attachment('b', { deletionTimestamp: 'x' });
    expect(decide({ wanted: ['a'], attached: [leaving] })).toEqual(['blocked a by b']);
    expect(decide({ wanted: ['b'], attached: [leaving] })).toEqual([]);
  });

  it('leaves nodes alone that look after themselves', () => {
    expect(decide({ wanted: ['a'], nodes: { a: node(true, false, {}, false) } })).toEqual([]);
  });
});

describe('detaching', () => {
  const attached = [attachment('a')];
  it('comes when the node has unmounted, however long that takes while it is Ready', () => {
    expect(decide({ attached })).toEqual(['detach a']);
    const nodes = { a: node(true, true) };
    expect(decide({ attached, nodes, since: NOW - 10 * FORCE_DETACH_MS })).toEqual(['wait a for ever']);
  });

  it('waits six minutes for a node that is not Ready', () => {
    const nodes = { a: node(false, true) };
    expect(decide({ attached, nodes })).toEqual([`wait a ${FORCE_DETACH_MS}`]);
    expect(decide({ attached, nodes, since: NOW - FORCE_DETACH_MS + 1 })).toEqual(['wait a 1']);
    expect(decide({ attached, nodes, since: NOW - FORCE_DETACH_MS })).toEqual(['force a']);
  });

  it('does not wait for a node that is out of service', () => {
    const taints = [{ key: 'node.kubernetes.io/out-of-service', effect: 'NoExecute' }];
    expect(decide({ attached, nodes: { a: node(false, true, { taints }) } })).toEqual(['force a']);
  });

  it('trusts no node that is gone', () => {
    expect(decide({ attached: [attachment('gone')] })).toEqual([`wait gone ${FORCE_DETACH_MS}`]);
  });

  it('comes before the volume goes elsewhere', () => {
    expect(decide({ wanted: ['b'], attached })).toEqual(['detach a', 'blocked b by a']);
  });
});

it('is a matter of pods that are not over', () => {
  const running = { status: { containerStatuses: [{ state: { running: {} } }] } };
  const terminating = { metadata: { name: 'p', namespace: 'n', deletionTimestamp: 'x' } };
  expect(holdsVolumes(pod('p'))).toBe(true);
  expect(holdsVolumes(pod('p', 'n', { spec: { containers: [] } }))).toBe(false);
  expect(holdsVolumes(pod('p', 'n', { status: { phase: 'Succeeded' } }))).toBe(false);
  expect(holdsVolumes(pod('p', 'n', { ...terminating, ...running }))).toBe(true);
  expect(holdsVolumes(pod('p', 'n', terminating))).toBe(false);
});

it('tells a pod who has its volume, and of other namespaces only how many', () => {
  const message = (...holders: Pod[]) =>
    multiAttachMessage('v', pod('p'), holders).replace(/^.*"v" Volume is already /, '');
  expect(message()).toBe("exclusively attached to one node and can't be attached to another");
  expect(message(pod('x'), pod('y'))).toBe('used by pod(s) x, y');
  expect(message(pod('x'), pod('y', 'other'))).toBe('used by pod(s) x and 1 pod(s) in different namespaces');
  expect(message(pod('y', 'other'))).toBe('used by 1 pod(s) in different namespaces');
});
