import { SOURCES } from './core-volumes.ts';
import { CONDITION, type Texts } from './texts.ts';

const MODES =
  '`ReadWriteOnce` (one node), `ReadWriteOncePod` (one pod; alone in the list), `ReadWriteMany` and `ReadOnlyMany` (many nodes).';

export const CORE_STORAGE: Texts = {
  prefix: 'io.k8s.api.core.v1',
  texts: {
    PersistentVolumeClaim: {
      '': 'Asks for storage. It is bound to one PersistentVolume for good and keeps its data while pods come and go. Deletion waits until no pod uses it; what then becomes of the data is the reclaim policy of the volume.',
      spec: 'What is asked for. After it is bound only a larger request and volumeAttributesClassName can be changed.',
      status: 'What it got.',
    },
    PersistentVolumeClaimSpec: {
      accessModes: `How it will be mounted; at least one. ${MODES} Cannot be changed.`,
      selector: 'Only volumes with these labels. With it nothing is provisioned: the volume must be there.',
      resources:
        'How much storage. `requests.storage` may be raised later if the class allows expansion; asking for less is only possible to call off a growth, and never less than it has.',
      volumeName:
        'Name of the volume it is bound to. Set it beforehand to ask for that one and no other. Cannot be changed once set.',
      storageClassName:
        'Class that provides the volume. Left out: the default class, also one that comes later. `""`: no class, only volumes that are there and have none. Cannot be changed once set. Perdure has `standard` (default) and `standard-retain`.',
      volumeMode: '`Filesystem` (default) or `Block`, a raw device. Cannot be changed.',
      dataSource:
        'What the volume starts with: a VolumeSnapshot or another claim of the namespace. Same as dataSourceRef for those.',
      dataSourceRef:
        'What the volume starts with; kinds beyond snapshots and claims are possible where something fills volumes from them. The size must be no less than that of the source.',
      volumeAttributesClassName:
        'VolumeAttributesClass with properties of the volume that can change while it is used, such as its throughput. It can be changed, not removed.',
    },
    PersistentVolumeClaimStatus: {
      phase:
        '`Pending` (not bound yet; `kubectl describe` or `perdure why` tell the reason), `Bound`, or `Lost` (its volume is gone, and the data with it).',
      accessModes: 'Access modes of the volume.',
      capacity: 'How large the volume really is. After a larger request it follows when the growth is done.',
      conditions:
        'Under way or wrong: Resizing, FileSystemResizePending (a pod has to mount it), ControllerResizeError, NodeResizeError, ModifyingVolume, ModifyVolumeError.',
      allocatedResources: 'Size a growth is heading for; quotas count it.',
      allocatedResourceStatuses:
        'How far the growth is: ControllerResizeInProgress, NodeResizePending, NodeResizeInProgress; ControllerResizeInfeasible and NodeResizeInfeasible when it cannot be had: ask for less then.',
      currentVolumeAttributesClassName: 'VolumeAttributesClass that is in force.',
      modifyVolumeStatus: 'A change of it that is under way.',
    },
    PersistentVolumeClaimCondition: { ...CONDITION, lastProbeTime: 'When it was last looked at.' },
    ModifyVolumeStatus: {
      targetVolumeAttributesClassName: 'VolumeAttributesClass it is being changed to.',
      status:
        '`Pending` (the class is missing), `InProgress`, or `Infeasible` (the driver refuses it: choose another one).',
    },
    VolumeResourceRequirements: {
      requests: 'The least amount; `storage` is the key.',
      limits: 'The largest amount that is acceptable. Mostly left out.',
    },
    TypedLocalObjectReference: {
      '': 'An object of the same namespace, of any kind.',
      apiGroup: 'Its group; left out for the core group.',
      kind: 'Its kind.',
      name: 'Its name.',
    },
    TypedObjectReference: {
      '': 'An object of any kind.',
      apiGroup: 'Its group; left out for the core group.',
      kind: 'Its kind.',
      name: 'Its name.',
      namespace: 'Its namespace. Default: the same. Others are behind a feature gate that is off by default.',
    },
    PersistentVolume: {
      '': 'A piece of storage of the cluster. Made by a provisioner for a claim, or by hand for claims to come; it outlives pods and, with reclaim policy Retain, claims.',
      spec: 'What it is and where. The source cannot be changed.',
      status: 'Whether it is used.',
    },
    PersistentVolumeSpec: {
      ...SOURCES,
      capacity:
        'How large it is; `storage` is the key. What keeps pods within it is said by the annotation perdure.dev/size-limit (none, project-quota, file-system).',
      accessModes: `How it can be mounted. ${MODES}`,
      claimRef:
        'The claim it is bound to. Set by hand without uid, it is kept for that claim. After the claim is gone, the reference stays, and the volume is Released: remove it to make the volume available again, with its data.',
      persistentVolumeReclaimPolicy:
        'What happens when the claim is gone: `Retain` (default by hand) keeps volume and data, `Delete` (default of classes) deletes both. `Recycle` is no longer of use. Can be changed at any time: set Retain before you delete a claim whose data you need.',
      storageClassName: 'Class it belongs to; only claims of that class get it. Empty: those without one.',
      mountOptions: 'Options to mount with. A wrong one shows when mounting fails.',
      volumeMode: '`Filesystem` (default) or `Block`. Cannot be changed.',
      nodeAffinity: 'Which nodes can reach it; pods with it are scheduled only there. Can be set once.',
      volumeAttributesClassName: 'VolumeAttributesClass it has.',
      csi: 'A volume of a CSI driver.',
      local: 'A path of one node; needs nodeAffinity.',
    },
    VolumeNodeAffinity: { required: 'Nodes that can reach the volume.' },
    PersistentVolumeStatus: {
      phase:
        '`Pending`, `Available` (free), `Bound`, `Released` (its claim is gone, its data is not), or `Failed` (deleting it failed).',
      message: 'Why it failed.',
      reason: 'The same in one word.',
      lastPhaseTransitionTime: 'When it got into this phase.',
    },
    TopologySelectorTerm: { matchLabelExpressions: 'Requirements on labels of nodes; all must hold.' },
    TopologySelectorLabelRequirement: { key: 'Key of the label.', values: 'Values it may have.' },
  },
};
