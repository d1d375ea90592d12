import { cause } from '../cause.ts';
import { risk, way } from '../chain.ts';
import { deletePod, kubectl } from '../commands.ts';
import { usersOf } from '../facts/claim-gates.ts';
import { shortened } from '../words.ts';

/** A bound claim is to grow and has not. */
export const claimResize = cause({
  id: 'claim-resize',
  kind: 'PersistentVolumeClaim',
  applies(claim, world) {
    const { namespace = '', name = '', deletionTimestamp } = claim.metadata;
    const { capacity, allocatedResourceStatuses, conditions = [], phase } = claim.status;
    const asked = claim.spec.resources.requests?.storage;
    const state = allocatedResourceStatuses?.storage;
    const open = conditions.find(({ type, status }) => status === 'True' && /Resiz|ResizeError/.test(type));
    if (phase !== 'Bound' || deletionTimestamp !== undefined || (state === undefined && open === undefined))
      return null;
    const has = capacity?.storage ?? 'unknown';
    const rule = {
      text: 'A claim grows in two steps: the storage, then the file system on the node where its pod runs. It never shrinks below what it has.',
      source: 'spec.resources.requests.storage, KEP-1790',
    };
    if (state?.endsWith('Infeasible') || /Error$/.test(open?.type ?? '')) {
      return {
        severity: 'blocks',
        says: `it cannot grow from ${has} to ${asked}${state === undefined ? '' : ` (${state})`}${open?.message === undefined ? '' : `: ${shortened(open.message)}`}`,
        rule,
        ways: [
          way(
            'ask for less, but more than it has',
            kubectl(namespace, 'patch', 'pvc', name, '-p', '{"spec":{"resources":{"requests":{"storage":"SIZE"}}}}'),
          ),
        ],
      };
    }
    const [user] = usersOf(claim, world);
    const pending = open?.type === 'FileSystemResizePending';
    return {
      severity: 'waits',
      says: pending
        ? `its storage has grown to ${asked}, its file system (${has}) grows when its pod is mounted on a node that can do it`
        : `it grows from ${has} to ${asked}`,
      rule,
      ways:
        pending && user !== undefined
          ? [
              way(
                'if it does not within a minute, restart the pod',
                deletePod(namespace, user.metadata.name ?? ''),
                risk('volumes stay, the member restarts'),
              ),
            ]
          : [],
    };
  },
});
