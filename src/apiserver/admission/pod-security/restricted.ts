import { BASELINE, capabilitiesBaseline, hostPathVolumes } from './baseline.ts';
import {
  allContainers,
  badSeccomp,
  type Check,
  containersNamed,
  counted,
  type Finding,
  hasOwnUsers,
  quoted,
  type Spec,
  setters,
  sorted,
} from './check.ts';

const VOLUMES: ReadonlySet<string> = new Set([
  'configMap',
  'csi',
  'downwardAPI',
  'emptyDir',
  'ephemeral',
  'persistentVolumeClaim',
  'projected',
  'secret',
]);
const isWindows = (spec: Spec): boolean => spec.os?.name === 'windows';

const allowPrivilegeEscalation: Check = (spec) => {
  if (isWindows(spec)) return null;
  const bad = allContainers(spec).filter(({ securityContext }) => securityContext?.allowPrivilegeEscalation !== false);
  if (bad.length === 0) return null;
  const detail = `${containersNamed(bad)} must set securityContext.allowPrivilegeEscalation=false`;
  return { reason: 'allowPrivilegeEscalation != false', detail };
};

const capabilitiesRestricted: Check = (spec) => {
  if (isWindows(spec)) return null;
  const capabilities = (container: Spec): Spec => container.securityContext?.capabilities ?? {};
  const others = (container: Spec): readonly string[] =>
    (capabilities(container).add ?? []).filter((name: string) => name !== 'NET_BIND_SERVICE');
  const containers = allContainers(spec);
  const holding = containers.filter((container) => !(capabilities(container).drop ?? []).includes('ALL'));
  const adding = containers.filter((container) => others(container).length > 0);
  const details: string[] = [];
  if (holding.length > 0) {
    details.push(`${containersNamed(holding)} must set securityContext.capabilities.drop=["ALL"]`);
  }
  if (adding.length > 0) {
    const names = quoted(sorted(adding.flatMap(others)));
    details.push(`${containersNamed(adding)} must not include ${names} in securityContext.capabilities.add`);
  }
  return details.length === 0 ? null : { reason: 'unrestricted capabilities', detail: details.join('; ') };
};

const restrictedVolumes: Check = (spec) => {
  const sourceOf = (volume: Spec): string => Object.keys(volume).find((field) => field !== 'name') ?? 'unknown';
  const bad: readonly Spec[] = (spec.volumes ?? []).filter((volume: Spec) => !VOLUMES.has(sourceOf(volume)));
  if (bad.length === 0) return null;
  const who = counted(
    'volume',
    'volumes',
    bad.map(({ name }) => name),
  );
  const what = counted('restricted volume type', 'restricted volume types', sorted(bad.map(sourceOf)));
  return { reason: 'restricted volume types', detail: `${who} ${bad.length === 1 ? 'uses' : 'use'} ${what}` };
};

const runAsNonRoot: Check = (spec) => {
  if (hasOwnUsers(spec)) return null;
  const reason = 'runAsNonRoot != true';
  const pod: boolean | undefined = spec.securityContext?.runAsNonRoot;
  const own = (container: Spec): boolean | undefined => container.securityContext?.runAsNonRoot;
  const containers = allContainers(spec);
  const who = setters(
    pod === false,
    containers.filter((container) => own(container) === false),
  );
  if (who !== '') return { reason, detail: `${who} must not set securityContext.runAsNonRoot=false` };
  const silent = pod === true ? [] : containers.filter((container) => own(container) === undefined);
  if (silent.length === 0) return null;
  return { reason, detail: `pod or ${containersNamed(silent)} must set securityContext.runAsNonRoot=true` };
};

const runAsUser: Check = (spec) => {
  if (hasOwnUsers(spec)) return null;
  const isRoot = (context: Spec): boolean => context?.runAsUser === 0;
  const who = setters(
    isRoot(spec.securityContext),
    allContainers(spec).filter((container) => isRoot(container.securityContext)),
  );
  return who === '' ? null : { reason: 'runAsUser=0', detail: `${who} must not set runAsUser=0` };
};

const seccompRestricted: Check = (spec): Finding | null => {
  if (isWindows(spec)) return null;
  const bad = badSeccomp(spec);
  if (bad !== null) return bad;
  if (spec.securityContext?.seccompProfile !== undefined) return null;
  const silent = allContainers(spec).filter(({ securityContext }) => securityContext?.seccompProfile === undefined);
  if (silent.length === 0) return null;
  const what = 'securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost"';
  return { reason: 'seccompProfile', detail: `pod or ${containersNamed(silent)} must set ${what}` };
};

/** Some checks are stricter forms of baseline's, and take their place. */
const REPLACED: ReadonlySet<Check> = new Set([capabilitiesBaseline, hostPathVolumes, badSeccomp]);

/** What `restricted` asks for: all of baseline first, then its own. */
export const RESTRICTED: readonly Check[] = [
  ...BASELINE.filter((check) => !REPLACED.has(check)),
  allowPrivilegeEscalation,
  capabilitiesRestricted,
  restrictedVolumes,
  runAsNonRoot,
  runAsUser,
  seccompRestricted,
];
