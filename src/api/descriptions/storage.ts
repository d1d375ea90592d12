import type { Texts } from './texts.ts';

export const STORAGE: Texts = {
  prefix: 'io.k8s.api.storage.v1',
  texts: {
    StorageClass: {
      '': 'A kind of storage that claims can ask for. The annotation storageclass.kubernetes.io/is-default-class makes it the default (the newest, if there are several). Only metadata and allowVolumeExpansion can be changed. With the annotation `perdure.dev/volume-expansion: offline`, members whose claims grow by perdure.dev/claim-template-growth are restarted one by one, for the file system to grow.',
      provisioner:
        'Who makes the volumes. `perdure.dev/local` is built in; `kubernetes.io/no-provisioner` makes none, volumes are there already. Cloud names work with `perdure up --alias-provisioner`.',
      parameters:
        'Parameters of the provisioner. Of perdure.dev/local: `scope` (`node`, `zone`, `cluster`) and `enforce` (`quota`, `loop`).',
      reclaimPolicy:
        '`Delete` (default) or `Retain`: what becomes of volume and data when the claim is gone. Retain for data that matters.',
      mountOptions: 'Options volumes are mounted with.',
      allowVolumeExpansion: 'Whether claims may ask for more later. Default false; can be changed.',
      volumeBindingMode:
        '`Immediate` (default): a volume is made with the claim. `WaitForFirstConsumer`: when a pod that uses it is scheduled, where that pod can run. Prefer the latter where volumes are tied to nodes or zones.',
      allowedTopologies: 'Where volumes may be made, by labels of nodes. Default: everywhere.',
    },
    VolumeAttachment: {
      '': 'Asks a driver to attach a volume to a node. Made and deleted by the attach-detach controller.',
      spec: 'Which volume to which node. Cannot be changed.',
      status: 'What became of it.',
    },
    VolumeAttachmentSpec: { attacher: 'Name of the CSI driver.', source: 'The volume.', nodeName: 'The node.' },
    VolumeAttachmentSource: {
      persistentVolumeName: 'Name of the PersistentVolume.',
      inlineVolumeSpec: 'A volume written in the pod itself, for old types.',
    },
    VolumeAttachmentStatus: {
      attached: 'Whether it is attached. Pods start only then.',
      attachmentMetadata: 'What the driver wants the node to know.',
      attachError: 'Last error of attaching.',
      detachError: 'Last error of detaching.',
    },
    VolumeError: { time: 'When it happened.', message: 'What happened.', errorCode: 'gRPC code of the error.' },
    VolumeAttributesClass: {
      '': 'Properties of volumes that can be changed while they are used. Cannot be changed itself.',
      driverName: 'Name of the CSI driver.',
      parameters: 'The properties, as the driver knows them.',
    },
    CSIDriver: { '': 'A CSI driver and how it wants to be treated.', spec: 'How.' },
    CSIDriverSpec: {
      attachRequired: 'Whether volumes are attached by VolumeAttachments first; default true. Cannot be changed.',
      podInfoOnMount: 'Whether it is told the pod when mounting; default false.',
      volumeLifecycleModes: '`Persistent` (default) and `Ephemeral`.',
      storageCapacity: 'Whether the scheduler heeds CSIStorageCapacity objects; default false.',
      fsGroupPolicy: '`ReadWriteOnceWithFSType` (default), `File` or `None`: when fsGroup of a pod is applied.',
      tokenRequests: 'Tokens of the service account of the pod that it is given.',
      requiresRepublish: 'Whether mounting is repeated now and then, for tokens; default false.',
      seLinuxMount: 'Whether it can mount with an SELinux label; default false.',
      nodeAllocatableUpdatePeriodSeconds: 'How often a node asks how many volumes it can take. Default: once.',
      serviceAccountTokenInSecrets: 'Whether tokens come among the secrets instead of the attributes; default false.',
      preventPodSchedulingIfMissing: 'Whether pods with its volumes stay off nodes without the driver; default false.',
    },
    TokenRequest: { audience: 'Who shall accept the token.', expirationSeconds: 'For how long it is valid.' },
    CSINode: { '': 'CSI drivers of a node; it has the name of the node.', spec: 'The drivers.' },
    CSINodeSpec: { drivers: 'The drivers.' },
    CSINodeDriver: {
      name: 'Name of the driver.',
      nodeID: 'What the driver calls the node.',
      topologyKeys: 'Labels of nodes that tell where volumes can be reached from.',
      allocatable: 'What of its volumes the node can take.',
    },
    VolumeNodeResources: { count: 'How many volumes of the driver can be attached. Default: no limit.' },
    CSIStorageCapacity: {
      '': 'How much room there is for volumes of a class in one part of the cluster. Written by drivers, read by the scheduler.',
      nodeTopology: 'The part: nodes with these labels.',
      storageClassName: 'The class.',
      capacity: 'Room that is left.',
      maximumVolumeSize: 'The largest volume that can be made.',
    },
  },
};
