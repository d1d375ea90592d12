import { CONDITION, type Texts } from './texts.ts';

export const CORE_NODE: Texts = {
  prefix: 'io.k8s.api.core.v1',
  texts: {
    Node: {
      '': 'A machine that runs pods; here mostly a virtual one within Perdure. With the annotation `perdure.dev/self-fencing: "true"` a node ends its members by itself when it is cut off, so that they can be replaced elsewhere.',
      spec: 'What is wanted of it.',
      status: 'What it reports.',
    },
    NodeSpec: {
      podCIDR: 'Range of pod addresses. Can be set once.',
      podCIDRs: 'Ranges of pod addresses, one a family; the first is podCIDR.',
      providerID: 'Id of the machine at its provider. Can be set once.',
      unschedulable:
        'True: no new pods are scheduled here, those that run stay. `kubectl cordon` sets it, `kubectl drain` evicts as well.',
      taints:
        'What keeps pods away that do not tolerate it. `node.kubernetes.io/out-of-service` says that the machine is off for certain: its pods and volumes are released at once. Not on a machine that may still run.',
      configSource: 'No longer of use.',
      externalID: 'No longer of use.',
    },
    Taint: {
      key: 'Key of the taint.',
      value: 'Its value.',
      effect:
        '`NoSchedule`: no new pods. `PreferNoSchedule`: rather not. `NoExecute`: pods that run go as well, at once or after their tolerationSeconds.',
      timeAdded: 'When it appeared; tolerationSeconds count from here.',
    },
    NodeStatus: {
      capacity: 'What the machine has.',
      allocatable: 'What pods can have of it; the scheduler counts with this.',
      phase: 'No longer of use.',
      conditions:
        'Ready, MemoryPressure, DiskPressure, PIDPressure, NetworkUnavailable. Ready becomes Unknown 50 s or so after the node was last heard of.',
      addresses: 'Its addresses and names.',
      daemonEndpoints: 'Where its agent listens.',
      nodeInfo: 'Versions and ids.',
      images: 'Images it has, the largest first.',
      volumesInUse: 'Attached volumes that pods use; they are not detached meanwhile.',
      volumesAttached: 'Volumes that are attached to it.',
      config: 'No longer of use.',
      runtimeHandlers: 'Handlers of its runtime.',
      features: 'What its runtime can do.',
      declaredFeatures: 'Features it declares; pods that need one are scheduled accordingly.',
    },
    NodeCondition: {
      ...CONDITION,
      lastHeartbeatTime:
        'When the node last reported it, every 5 minutes without a change. That it lives is told by its Lease.',
    },
    NodeConfigSource: { configMap: 'No longer of use.' },
    ConfigMapNodeConfigSource: {
      namespace: 'No longer of use.',
      name: 'No longer of use.',
      uid: 'No longer of use.',
      resourceVersion: 'No longer of use.',
      kubeletConfigKey: 'No longer of use.',
    },
    NodeConfigStatus: {
      assigned: 'No longer of use.',
      active: 'No longer of use.',
      lastKnownGood: 'No longer of use.',
      error: 'No longer of use.',
    },
    NodeAddress: {
      type: '`InternalIP`, `ExternalIP`, `Hostname`, `InternalDNS` or `ExternalDNS`.',
      address: 'The address.',
    },
    NodeDaemonEndpoints: { kubeletEndpoint: 'Of the node agent.' },
    DaemonEndpoint: { Port: 'The port.' },
    NodeSystemInfo: {
      machineID: 'Id of the installation.',
      systemUUID: 'Id of the machine.',
      bootID: 'Changes with every start of the machine.',
      kernelVersion: 'Version of the kernel.',
      osImage: 'The operating system.',
      containerRuntimeVersion: 'Runtime and its version.',
      kubeletVersion: 'Version of the node agent.',
      kubeProxyVersion: 'Always empty.',
      operatingSystem: 'Such as `linux`.',
      architecture: 'Such as `amd64`.',
      swap: 'Swap of the machine.',
    },
    NodeSwapStatus: { capacity: 'Bytes of swap.' },
    ContainerImage: { names: 'Names of the image.', sizeBytes: 'Its size in bytes.' },
    AttachedVolume: { name: 'Name of the volume, DRIVER^HANDLE for CSI.', devicePath: 'Where it is on the node.' },
    NodeRuntimeHandler: { name: 'Name of the handler; empty for the default one.', features: 'What it can do.' },
    NodeRuntimeHandlerFeatures: {
      recursiveReadOnlyMounts: 'Whether mounts can be read-only throughout.',
      userNamespaces: 'Whether pods can have user namespaces.',
    },
    NodeFeatures: { supplementalGroupsPolicy: 'Whether supplementalGroupsPolicy is heeded.' },
    Namespace: {
      '': 'A room for names. Deleting it deletes everything in it, claims and their data included; it stays Terminating until all is gone.',
      spec: 'What holds it.',
      status: 'Whether it is in use.',
    },
    NamespaceSpec: {
      finalizers:
        'Who tidies up before it disappears; `kubernetes` is the controller that empties it. Changed only by /finalize.',
    },
    NamespaceStatus: {
      phase: '`Active` or `Terminating`; nothing can be created in the latter.',
      conditions: 'While it is terminating: what is left, and why.',
    },
    NamespaceCondition: CONDITION,
  },
};

export const COORDINATION: Texts = {
  prefix: 'io.k8s.api.coordination.v1',
  texts: {
    Lease: {
      '': 'Says who holds something and since when: a leader, or that a node is alive (namespace kube-node-lease).',
      spec: 'Holder and times.',
    },
    LeaseSpec: {
      holderIdentity: 'Who holds it. Empty: nobody.',
      leaseDurationSeconds: 'For how many seconds after renewTime others leave it alone.',
      acquireTime: 'When the holder got it.',
      renewTime: 'When the holder last renewed it.',
      leaseTransitions: 'How often it changed hands.',
      strategy: 'How the next holder is chosen, in coordinated elections.',
      preferredHolder: 'Who should have it next, in coordinated elections.',
    },
  },
};
