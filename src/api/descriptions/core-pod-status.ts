import { CONDITION, type Texts } from './texts.ts';

export const CORE_POD_STATUS: Texts = {
  prefix: 'io.k8s.api.core.v1',
  texts: {
    PodStatus: {
      observedGeneration: 'metadata.generation of the spec the node acted on.',
      phase:
        'Where the pod is in its life: `Pending` (not scheduled, or containers not started), `Running` (also while containers crash and restart), `Succeeded` or `Failed` (all ended, none restarts), `Unknown`. Conditions and container states say more.',
      conditions:
        'PodScheduled, PodReadyToStartContainers, Initialized, ContainersReady, Ready, and DisruptionTarget when the pod is removed for a reason from outside.',
      message: 'Why it is in this phase, for people.',
      reason: 'The same in one word, such as `Evicted`, `DeadlineExceeded` or `NodeLost`.',
      nominatedNodeName:
        'Node on which room is being made for the pod, by preemption or expectation. It may still go elsewhere.',
      hostIP: 'Address of the node.',
      hostIPs: 'All addresses of the node; the first is hostIP.',
      podIP: 'Address of the pod; another one after it is recreated, so use DNS names. Empty until it has one.',
      podIPs: 'All addresses of the pod, one a family; the first is podIP.',
      startTime: 'When the node took the pod on, before images were pulled.',
      initContainerStatuses: 'State of the init containers, in the order of the spec.',
      containerStatuses: 'State of the containers.',
      ephemeralContainerStatuses: 'State of the ephemeral containers.',
      qosClass:
        '`Guaranteed` (limits equal requests for cpu and memory everywhere), `Burstable`, or `BestEffort` (nothing asked for): who goes first when the node runs out. Fixed when the pod is created.',
      resize: 'Old place of the state of a resize; see the conditions PodResizePending and PodResizeInProgress.',
      resourceClaimStatuses: 'Which ResourceClaims were made for the pod.',
      extendedResourceClaimStatus: 'The ResourceClaim made for extended resources that devices provide.',
      allocatedResources: 'Requests the node has granted to the pod as a whole.',
      resources: 'Requests and limits in force for the pod as a whole.',
      nodeAllocatableResourceClaimStatuses: 'What claims of the pod take from the allocatable resources of the node.',
    },
    NodeAllocatableResourceClaimStatus: {
      resourceClaimName: 'Name of the claim.',
      containers: 'Containers that use it.',
      resources: 'How much of which resource it takes.',
    },
    PodCondition: {
      ...CONDITION,
      observedGeneration: 'metadata.generation the condition speaks of.',
      lastProbeTime: 'When it was last looked at; mostly empty.',
    },
    PodIP: { ip: 'The address.' },
    HostIP: { ip: 'The address.' },
    ContainerStatus: {
      '': 'State of one container.',
      name: 'Name of the container in the spec.',
      state: 'What it does now: waiting, running or terminated.',
      lastState: 'How the run before this one ended. Empty when it never restarted.',
      ready:
        'Whether it counts as ready: running, started, and its readiness probe succeeds if it has one. Of an init container: ended with 0.',
      restartCount: 'How often it was restarted in this pod. A new pod begins at 0.',
      image: 'The image that runs, as the runtime names it.',
      imageID: 'The image with its digest: what exactly runs.',
      containerID: 'Id of the container in the runtime, `TYPE://ID`.',
      started:
        'Whether it has started: its startup probe has succeeded, or it runs and has none. Liveness and readiness are probed from then on.',
      allocatedResources: 'Requests the node has granted.',
      resources: 'Requests and limits in force; during a resize they may differ from the spec.',
      volumeMounts: 'Mounts as they really are.',
      user: 'User and groups the first process runs as.',
      allocatedResourcesStatus: 'Health of the devices given to the container.',
      stopSignal: 'The signal that asks it to end.',
    },
    ContainerState: {
      '': 'Exactly one is set; none means waiting.',
      waiting: 'It does not run yet, or waits for a restart.',
      running: 'It runs.',
      terminated: 'It has ended.',
    },
    ContainerStateWaiting: {
      reason:
        'Why: ContainerCreating, PodInitializing, ErrImagePull, ImagePullBackOff, CreateContainerConfigError, CrashLoopBackOff and so on.',
      message: 'The same for people, with the error.',
    },
    ContainerStateRunning: { startedAt: 'Since when.' },
    ContainerStateTerminated: {
      exitCode:
        'Exit code. 137 is SIGKILL (too little memory, or too slow to end), 143 SIGTERM, 127 a program that was not found.',
      signal: 'Signal that ended it, where the runtime tells.',
      reason: '`Completed`, `Error`, `OOMKilled`, `StartError`, `ContainerStatusUnknown`.',
      message: 'What the container left in terminationMessagePath, or the error.',
      startedAt: 'When this run began.',
      finishedAt: 'When it ended. Backoff counts from here.',
      containerID: 'Id of the container in the runtime.',
    },
    ContainerUser: { linux: 'User and groups on Linux.' },
    LinuxContainerUser: { uid: 'User id.', gid: 'Group id.', supplementalGroups: 'Further groups.' },
    VolumeMountStatus: {
      name: 'Name of the volume.',
      mountPath: 'Where it is mounted.',
      readOnly: 'Whether it is mounted read-only.',
      recursiveReadOnly: '`Enabled` or `Disabled`: whether that holds for mounts below it.',
      volumeStatus: 'What is known of the volume itself.',
    },
    VolumeStatus: { image: 'Of a volume made of an image.' },
    ImageVolumeStatus: { imageRef: 'The image with its digest.' },
    ResourceStatus: { name: 'Name of the resource.', resources: 'Health of each device.' },
    ResourceHealth: {
      resourceID: 'Id of the device.',
      health: '`Healthy`, `Unhealthy` or `Unknown`.',
      message: 'More about it.',
    },
    PodResourceClaimStatus: {
      name: 'Name of the claim in spec.resourceClaims.',
      resourceClaimName: 'The ResourceClaim made for it.',
    },
    PodExtendedResourceClaimStatus: {
      requestMappings: 'Which request stands for which resource of which container.',
      resourceClaimName: 'The ResourceClaim.',
    },
    ContainerExtendedResourceRequest: {
      containerName: 'The container.',
      resourceName: 'The extended resource.',
      requestName: 'The request in the claim.',
    },
  },
};
