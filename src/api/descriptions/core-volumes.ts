import type { Texts } from './texts.ts';

const GONE =
  'The built-in driver was removed; claims of a class do the same through a CSI driver. Nodes of Perdure cannot mount it.';
const ELSEWHERE = 'Nodes of Perdure do not have this type; a pod with it does not start.';
const FS_TYPE = 'File system of the volume, such as `ext4` or `xfs`.';
const READ_ONLY = 'True: no writing. Default false.';
const OPTIONAL = 'True: it, and keys of it, may be missing. Default false: the pod waits.';
const DEFAULT_MODE =
  'Permissions of the files where items say nothing; default 0644. YAML takes octal, JSON decimal (420).';
const ITEMS = 'Which keys become files, and where. Default: all, each under its own name.';
const SECRET = 'Secret with the credentials.';

const CEPH = {
  monitors: 'Addresses of the monitors.',
  path: 'Directory to mount; default `/`.',
  user: 'User; default admin.',
  secretFile: 'File with the key of the user on the node.',
  secretRef: SECRET,
  readOnly: READ_ONLY,
};
const ISCSI = {
  targetPortal: 'Address of the target, with the port unless it is 3260.',
  iqn: 'Qualified name of the target.',
  lun: 'Number of the unit.',
  iscsiInterface: 'Interface to use; default `default`.',
  fsType: FS_TYPE,
  readOnly: READ_ONLY,
  portals: 'Further addresses of the target.',
  chapAuthDiscovery: 'True: CHAP when discovering.',
  chapAuthSession: 'True: CHAP for the session.',
  secretRef: SECRET,
  initiatorName: 'Qualified name of the initiator.',
};
const RBD = {
  monitors: 'Addresses of the monitors.',
  image: 'Name of the image.',
  fsType: FS_TYPE,
  pool: 'Pool; default rbd.',
  user: 'User; default admin.',
  keyring: 'Key ring on the node; default /etc/ceph/keyring.',
  secretRef: SECRET,
  readOnly: READ_ONLY,
};
const SCALE_IO = {
  gateway: 'Address of the gateway.',
  system: 'Name of the system.',
  secretRef: SECRET,
  sslEnabled: 'True: TLS.',
  protectionDomain: 'Protection domain.',
  storagePool: 'Storage pool.',
  storageMode: '`ThickProvisioned` or `ThinProvisioned`.',
  volumeName: 'Name of the volume.',
  fsType: FS_TYPE,
  readOnly: READ_ONLY,
};
const STORAGE_OS = {
  volumeName: 'Name of the volume.',
  volumeNamespace: 'Its namespace there.',
  fsType: FS_TYPE,
  readOnly: READ_ONLY,
  secretRef: SECRET,
};
const GLUSTER = {
  endpoints: 'Name of the Endpoints of the servers.',
  path: 'Name of the volume.',
  readOnly: READ_ONLY,
};
const CINDER = { volumeID: 'Id of the volume.', fsType: FS_TYPE, readOnly: READ_ONLY, secretRef: SECRET };
const AZURE_FILE = { secretName: 'Secret with account and key.', shareName: 'Name of the share.', readOnly: READ_ONLY };
const FLEX = {
  driver: 'Name of the driver on the node.',
  fsType: FS_TYPE,
  secretRef: SECRET,
  readOnly: READ_ONLY,
  options: 'Options of the driver.',
};

/** Sources that volumes of pods and PersistentVolumes both have. */
export const SOURCES = {
  hostPath:
    'A path of the node itself. Data stays on that node and is shared by all that mount it. Nodes of Perdure allow it with `perdure up --allow-host-path`.',
  nfs: `A directory of an NFS server. ${ELSEWHERE}`,
  iscsi: `An iSCSI unit. ${ELSEWHERE}`,
  fc: `A Fibre Channel unit. ${ELSEWHERE}`,
  gcePersistentDisk: `A disk of Google Cloud. ${GONE}`,
  awsElasticBlockStore: `A disk of AWS. ${GONE}`,
  azureDisk: `A disk of Azure. ${GONE}`,
  azureFile: `A file share of Azure. ${GONE}`,
  cinder: `A volume of OpenStack. ${GONE}`,
  vsphereVolume: `A disk of vSphere. ${GONE}`,
  portworxVolume: `A Portworx volume. ${GONE}`,
  rbd: `A Ceph block device. ${GONE}`,
  cephfs: `A Ceph file system. ${GONE}`,
  glusterfs: `A Gluster volume. ${GONE}`,
  flocker: `A Flocker data set. ${GONE}`,
  quobyte: `A Quobyte volume. ${GONE}`,
  photonPersistentDisk: `A disk of Photon. ${GONE}`,
  scaleIO: `A ScaleIO volume. ${GONE}`,
  storageos: `A StorageOS volume. ${GONE}`,
  flexVolume: `A volume of a FlexVolume driver; CSI has replaced those. ${ELSEWHERE}`,
};

export const CORE_VOLUMES: Texts = {
  prefix: 'io.k8s.api.core.v1',
  texts: {
    Volume: {
      ...SOURCES,
      '': 'A volume by name, with exactly one source; with none it is an emptyDir.',
      name: 'Name of the volume, unique in the pod; volumeMounts refer to it. A DNS label.',
      emptyDir:
        'An empty directory that lives as long as the pod: it survives restarts of containers, not the replacement of the pod. Not for data that matters.',
      secret: 'Files made of a Secret. They follow its changes within a minute or so.',
      configMap: 'Files made of a ConfigMap. They follow its changes within a minute or so.',
      downwardAPI: 'Files made of fields of the pod.',
      projected: 'Files of several sources in one directory.',
      persistentVolumeClaim:
        'A claim of the namespace. For one claim a member, use volumeClaimTemplates of a StatefulSet.',
      ephemeral: 'A claim made for this pod and deleted with it, named POD-VOLUME.',
      csi: 'A volume a CSI driver makes for this pod alone. Nodes of Perdure do not have such drivers.',
      image: 'Files of an image, read-only.',
      gitRepo: 'A clone of a repository. Disabled; clone in an init container instead.',
    },
    EmptyDirVolumeSource: {
      medium:
        'Empty (default): on the disk of the node. `Memory`: in memory, which counts as memory of the containers.',
      sizeLimit: 'How much it may hold: more, and the pod is evicted. Default: no limit of its own.',
    },
    HostPathVolumeSource: {
      path: 'Path on the node.',
      type: 'What is checked before: empty (default) nothing, `Directory`, `File`, `Socket`, `CharDevice`, `BlockDevice` that it is there, `DirectoryOrCreate`, `FileOrCreate` that it is made if missing.',
    },
    SecretVolumeSource: {
      secretName: 'Name of the Secret.',
      items: ITEMS,
      defaultMode: DEFAULT_MODE,
      optional: OPTIONAL,
    },
    ConfigMapVolumeSource: {
      name: 'Name of the ConfigMap.',
      items: ITEMS,
      defaultMode: DEFAULT_MODE,
      optional: OPTIONAL,
    },
    SecretProjection: { name: 'Name of the Secret.', items: ITEMS, optional: OPTIONAL },
    ConfigMapProjection: { name: 'Name of the ConfigMap.', items: ITEMS, optional: OPTIONAL },
    KeyToPath: {
      key: 'The key.',
      path: 'Path of the file below the mount; relative, without `..`.',
      mode: 'Permissions of the file. Default: defaultMode.',
    },
    DownwardAPIVolumeSource: { items: 'The files.', defaultMode: DEFAULT_MODE },
    DownwardAPIProjection: { items: 'The files.' },
    DownwardAPIVolumeFile: {
      path: 'Path of the file below the mount; relative, without `..`.',
      fieldRef:
        'A field of the pod: metadata.name, namespace, uid, labels, annotations (all, or one key). Labels and annotations follow changes.',
      resourceFieldRef: 'A request or limit of a container.',
      mode: 'Permissions of the file. Default: defaultMode.',
    },
    ProjectedVolumeSource: { sources: 'The sources; their files must not collide.', defaultMode: DEFAULT_MODE },
    VolumeProjection: {
      '': 'Exactly one is set.',
      secret: 'Keys of a Secret.',
      configMap: 'Keys of a ConfigMap.',
      downwardAPI: 'Fields of the pod.',
      serviceAccountToken: 'A token of the service account, renewed before it expires.',
      clusterTrustBundle: 'Certificates of ClusterTrustBundles.',
      podCertificate: 'A key and a certificate made for this pod.',
    },
    ServiceAccountTokenProjection: {
      audience: 'Who shall accept the token. Default: the API server.',
      expirationSeconds:
        'For how long it is valid; default 3600, at least 600. It is replaced when 80% are over; programs must read it again.',
      path: 'Path of the file.',
    },
    ClusterTrustBundleProjection: {
      name: 'One bundle by name. Either this or signerName.',
      signerName: 'All bundles of this signer.',
      labelSelector: 'Those of them with these labels. Left out: none; `{}`: all.',
      optional: 'True: there may be none. Default false.',
      path: 'Path of the file.',
    },
    PodCertificateProjection: {
      signerName: 'Who signs.',
      keyType: 'Type of the key, such as `ED25519`, `ECDSAP256` or `RSA3072`.',
      maxExpirationSeconds: 'For how long the certificate may be valid at most.',
      credentialBundlePath: 'File for key and certificates together.',
      keyPath: 'File for the key.',
      certificateChainPath: 'File for the certificates.',
      userAnnotations: 'Annotations for the signer.',
    },
    PersistentVolumeClaimVolumeSource: {
      claimName: 'Name of the claim in the namespace of the pod.',
      readOnly: READ_ONLY,
    },
    EphemeralVolumeSource: {
      volumeClaimTemplate:
        'What the claim is made of. A claim of that name that is not of this pod keeps the pod from starting.',
    },
    PersistentVolumeClaimTemplate: {
      metadata: 'Labels and annotations of the claim.',
      spec: 'Specification of the claim.',
    },
    ImageVolumeSource: {
      reference: 'The image.',
      pullPolicy: '`Always`, `IfNotPresent` or `Never`; default as for containers.',
    },
    CSIVolumeSource: {
      driver: 'Name of the driver.',
      readOnly: READ_ONLY,
      fsType: FS_TYPE,
      volumeAttributes: 'Parameters of the driver.',
      nodePublishSecretRef: SECRET,
    },
    NFSVolumeSource: { server: 'Host name or address.', path: 'Exported directory.', readOnly: READ_ONLY },
    ISCSIVolumeSource: ISCSI,
    ISCSIPersistentVolumeSource: ISCSI,
    FCVolumeSource: {
      targetWWNs: 'World wide names of the target, together with lun.',
      lun: 'Number of the unit.',
      fsType: FS_TYPE,
      readOnly: READ_ONLY,
      wwids: 'World wide ids of the volume, instead of targetWWNs and lun.',
    },
    GCEPersistentDiskVolumeSource: {
      pdName: 'Name of the disk.',
      fsType: FS_TYPE,
      partition: 'Number of the partition; default the whole disk.',
      readOnly: READ_ONLY,
    },
    AWSElasticBlockStoreVolumeSource: {
      volumeID: 'Id of the disk.',
      fsType: FS_TYPE,
      partition: 'Number of the partition; default the whole disk.',
      readOnly: READ_ONLY,
    },
    AzureDiskVolumeSource: {
      diskName: 'Name of the disk.',
      diskURI: 'Address of the disk.',
      cachingMode: '`None`, `ReadOnly` or `ReadWrite` (default).',
      fsType: FS_TYPE,
      readOnly: READ_ONLY,
      kind: '`Shared` (default), `Dedicated` or `Managed`.',
    },
    AzureFileVolumeSource: AZURE_FILE,
    AzureFilePersistentVolumeSource: {
      ...AZURE_FILE,
      secretNamespace: 'Namespace of the Secret; default that of the claim.',
    },
    CinderVolumeSource: CINDER,
    CinderPersistentVolumeSource: CINDER,
    CephFSVolumeSource: CEPH,
    CephFSPersistentVolumeSource: CEPH,
    RBDVolumeSource: RBD,
    RBDPersistentVolumeSource: RBD,
    GlusterfsVolumeSource: GLUSTER,
    GlusterfsPersistentVolumeSource: {
      ...GLUSTER,
      endpointsNamespace: 'Namespace of the Endpoints; default that of the claim.',
    },
    FlexVolumeSource: FLEX,
    FlexPersistentVolumeSource: FLEX,
    FlockerVolumeSource: { datasetName: 'Name of the data set.', datasetUUID: 'Id of the data set.' },
    GitRepoVolumeSource: {
      repository: 'Address of the repository.',
      revision: 'Commit.',
      directory: 'Directory to clone into.',
    },
    PhotonPersistentDiskVolumeSource: { pdID: 'Id of the disk.', fsType: FS_TYPE },
    PortworxVolumeSource: { volumeID: 'Id of the volume.', fsType: FS_TYPE, readOnly: READ_ONLY },
    QuobyteVolumeSource: {
      registry: 'Addresses of the registry.',
      volume: 'Name of the volume.',
      readOnly: READ_ONLY,
      user: 'User to mount as.',
      group: 'Group to mount as.',
      tenant: 'Tenant of the volume.',
    },
    ScaleIOVolumeSource: SCALE_IO,
    ScaleIOPersistentVolumeSource: SCALE_IO,
    StorageOSVolumeSource: STORAGE_OS,
    StorageOSPersistentVolumeSource: STORAGE_OS,
    VsphereVirtualDiskVolumeSource: {
      volumePath: 'Path of the disk.',
      fsType: FS_TYPE,
      storagePolicyName: 'Name of the storage policy.',
      storagePolicyID: 'Id of the storage policy.',
    },
    LocalVolumeSource: { path: 'Directory, disk or partition on the node.', fsType: FS_TYPE },
    CSIPersistentVolumeSource: {
      driver: 'Name of the driver; `csi.perdure.dev` is that of volumes of a zone or of the cluster here.',
      volumeHandle: 'What the driver calls the volume.',
      readOnly: READ_ONLY,
      fsType: FS_TYPE,
      volumeAttributes: 'What the driver wants to know of the volume.',
      controllerPublishSecretRef: 'Secret for attaching.',
      nodeStageSecretRef: 'Secret for mounting on the node.',
      nodePublishSecretRef: 'Secret for mounting into the pod.',
      controllerExpandSecretRef: 'Secret for growing.',
      nodeExpandSecretRef: 'Secret for growing on the node.',
    },
    SecretReference: { name: 'Name of the Secret.', namespace: 'Its namespace.' },
  },
};
