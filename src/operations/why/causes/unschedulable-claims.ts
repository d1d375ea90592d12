import { cause } from '../cause.ts';
import { way } from '../chain.ts';
import { deletePod, kubectl } from '../commands.ts';
import { setOf } from '../facts/owner.ts';
import { claimNames } from '../facts/pod-facts.ts';
import { nodesText, refusedBy, unscheduled } from '../facts/pod-gates.ts';
import { subjectOf } from '../subject.ts';
import { listed } from '../words.ts';

const REFUSAL = /unbound immediate PersistentVolumeClaims|persistentvolumeclaim "|ephemeral volume controller/;
const REASON =
  /didn't find available persistent volumes to bind|not have enough free storage|bound to non-existent pv|ReadWriteOncePod/;

/** The scheduler waits for a claim: unbound, missing, going, lost, or taken by another pod. */
export const unschedulableClaims = cause({
  id: 'unschedulable-claims',
  kind: 'Pod',
  applies(pod, world) {
    const refusal = unscheduled(pod)?.parsed?.refusal ?? '';
    const refused = refusedBy(pod, REASON);
    if (refused === null && !REFUSAL.test(refusal)) return null;
    const { namespace = '', name = '' } = pod.metadata;
    const claims = claimNames(pod).map((claimName) => ({ claimName, claim: world.claim(namespace, claimName) }));
    const missing = claims.filter(({ claim }) => claim === undefined);
    const open = claims.filter(({ claim }) => claim !== undefined && claim.status.phase !== 'Bound');
    const rule = {
      text: 'A pod gets a node when all its claims are bound, or can be bound on that node.',
      source: 'spec.volumes[].persistentVolumeClaim',
    };
    if (missing.length > 0 && world.sees('claims')) {
      const ofSet = setOf(pod, world) !== undefined;
      return {
        severity: 'blocks',
        says: `its ${missing.length === 1 ? 'claim' : 'claims'} ${listed(missing.map(({ claimName }) => claimName))} ${missing.length === 1 ? 'does' : 'do'} not exist`,
        rule,
        ways: ofSet
          ? [way('delete the pod: with the next one the set makes the claim, empty', deletePod(namespace, name))]
          : [way('create the claim, or name another one in the pod', kubectl(namespace, 'get', 'pvc'))],
      };
    }
    const exclusive = refused?.reasons.some((reason) => reason.includes('ReadWriteOncePod')) === true;
    if (exclusive) {
      const holders = world.observed.pods.filter(
        (other) =>
          other !== pod &&
          other.metadata.namespace === namespace &&
          claimNames(other).some((claim) => claimNames(pod).includes(claim)),
      );
      return {
        severity: 'blocks',
        says: `its claim may be used by one pod only (ReadWriteOncePod) and ${listed(holders.map(({ metadata }) => metadata.name ?? '')) || 'another pod'} uses it`,
        rule: {
          text: 'A ReadWriteOncePod volume belongs to one pod at a time in the whole cluster.',
          source: 'spec.accessModes',
        },
        next: holders.slice(0, 1).map((holder) => subjectOf('Pod', holder)),
      };
    }
    const names = (open.length > 0 ? open : claims).map(({ claimName }) => claimName);
    const rest = open.flatMap(({ claim }) => (claim === undefined ? [] : [subjectOf('PersistentVolumeClaim', claim)]));
    return {
      severity: 'follows',
      says:
        refused === null
          ? `it waits for its claim ${listed(names)}`
          : `no node takes it: on ${nodesText(refused)} no volume can be had for claim ${listed(names)}`,
      rule,
      next:
        rest.length > 0
          ? rest
          : claims.flatMap(({ claim }) => (claim === undefined ? [] : [subjectOf('PersistentVolumeClaim', claim)])),
    };
  },
});
