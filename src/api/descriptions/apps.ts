import { CONDITION, STORED_ONLY, type Texts } from './texts.ts';

export const APPS: Texts = {
  prefix: 'io.k8s.api.apps.v1',
  texts: {
    StatefulSet: {
      '': 'Keeps pods with lasting identities: NAME-0, NAME-1 and so on, each with its own DNS name and its own volumes, which a replacement of the pod gets again. Names, claims and DNS last; addresses and nodes do not. Deleting the set removes its pods in no particular order: scale to 0 first where the order matters.',
      spec: 'What is wanted. Only replicas, ordinals, template, updateStrategy, revisionHistoryLimit, persistentVolumeClaimRetentionPolicy and minReadySeconds can be changed later.',
      status:
        'What the controller last saw of the members. Written by the controller; see observedGeneration for how current it is.',
    },
    StatefulSetSpec: {
      replicas:
        'Number of members; 0 or more, default 1. Scaling up creates the lowest missing ordinal first, scaling down removes the highest first, and both come before updates. Claims of members that are removed stay unless persistentVolumeClaimRetentionPolicy.whenScaled says otherwise. With the annotation perdure.dev/reserved-ordinals, ordinals can be left out.',
      selector:
        'Which pods belong to the set; it must match the labels of the template and cannot be changed. Pods without a controller that match it and are named like members are adopted; a member whose labels stop matching is let go.',
      template:
        'What members are made of. The set overwrites hostname and subdomain, adds the labels statefulset.kubernetes.io/pod-name, apps.kubernetes.io/pod-index and controller-revision-hash, and adds one volume per claim template. restartPolicy must be Always. A change makes a new revision, which updateStrategy rolls out.',
      volumeClaimTemplates:
        'Claims each member gets for itself, named TEMPLATE-SET-ORDINAL. They are made before the pod, found again by that name when the pod is replaced, and mounted under the name of the template. The list cannot be changed, and existing claims are used as they are; the annotation perdure.dev/claim-template-growth makes claims larger.',
      serviceName:
        'Name of the headless Service that gives members their DNS names, POD.SERVICE.NAMESPACE.svc.ZONE. The Service is yours to create, with a selector that matches the pods. Default none: then members have no names of their own. Cannot be changed.',
      podManagementPolicy:
        '`OrderedReady` (default): one member at a time; each waits until all lower ones are ready and available, and scaling down goes from the top likewise. `Parallel`: members are created and removed without waiting for each other. Rolling updates go one by one under both (see maxUnavailable). Cannot be changed.',
      updateStrategy: 'How a changed template reaches members that exist already. Default: RollingUpdate.',
      revisionHistoryLimit:
        'How many revisions of the template that no member uses are kept to go back to (`kubectl rollout undo`). Default 10; 0 keeps none, a negative number keeps all.',
      minReadySeconds:
        'Seconds a member must have been ready without a break before it counts as available; default 0. Ordered creation, scale-down and rolling updates wait for availability. Changing it makes no new revision, but may make members unavailable again.',
      persistentVolumeClaimRetentionPolicy:
        'What becomes of the claims of removed members. Default: they are kept in all cases. Deleting or evicting a single pod never deletes its claim.',
      ordinals:
        'How members are numbered. Default: from 0. To leave single numbers out, use the annotation perdure.dev/reserved-ordinals.',
    },
    StatefulSetOrdinals: {
      start:
        'Ordinal of the first member; 0 or more, default 0. Members are start to start+replicas-1. When it is changed, missing members are created first, then those outside the new range are removed like in a scale-down; partition counts from start. Useful to move a set from one cluster to another piece by piece.',
    },
    StatefulSetPersistentVolumeClaimRetentionPolicy: {
      '': 'The values are `Retain` and `Delete`. Delete works by owner references on the claims; a claim that another controller owns is left alone. Changes count for existing claims too.',
      whenDeleted:
        '`Retain` (default) keeps the claims when the set is deleted, `Delete` has them deleted after the pods. Deleting the set with propagation Orphan keeps them in any case.',
      whenScaled:
        '`Retain` (default) keeps the claim of a member that a scale-down removes, so that scaling up again finds the old data. `Delete` deletes it once the pod is gone, and the data with it if the reclaim policy of the volume is Delete.',
    },
    StatefulSetUpdateStrategy: {
      type: '`RollingUpdate` (default): members are deleted from the highest ordinal down and come back at the new revision. `OnDelete`: a member gets the new revision when you delete it.',
      rollingUpdate: 'Details of RollingUpdate. Not allowed with OnDelete.',
    },
    RollingUpdateStatefulSetStrategy: {
      partition:
        'Members whose index (ordinal minus ordinals.start) is below this number keep the old revision, even when they are recreated; default 0. For canaries: set it to replicas-1, look at the highest member, then lower it. Raising it does not roll back members already updated.',
      maxUnavailable:
        'How many members may be unavailable at the same time during an update: a number from 1 on, or a percentage of replicas, rounded down but at least 1. Behind the feature gate MaxUnavailableStatefulSet, which is off by default in v1.36: the field is then dropped, and 1 applies. The annotation `perdure.dev/max-unavailable-counting: corrected` turns it on for one set and keeps broken members from using the budget up.',
    },
    StatefulSetStatus: {
      observedGeneration:
        'metadata.generation of the spec this status was computed from. While it is lower than metadata.generation, the controller has not looked at the newest spec.',
      replicas: 'Pods of the set that exist, those being terminated and those to be removed included.',
      readyReplicas: 'Pods that are running and have the condition Ready.',
      availableReplicas: 'Pods that have been ready for minReadySeconds.',
      currentReplicas: 'Pods at currentRevision that are not terminating.',
      updatedReplicas:
        'Pods at updateRevision that are not terminating. Equal to currentReplicas when no update is under way.',
      currentRevision:
        'Name of the ControllerRevision the set comes from. It becomes updateRevision when all members are updated and ready; members below partition are recreated from it.',
      updateRevision: 'Name of the ControllerRevision of the present template.',
      collisionCount:
        'How often the name of a new ControllerRevision was taken by another one. It enters the hash in that name.',
      conditions:
        'None in v1.36. With the annotation `perdure.dev/conditions: "true"` there are Available, Progressing and Blocked, for `kubectl wait`.',
    },
    StatefulSetCondition: CONDITION,
    ControllerRevision: {
      '': 'One version of the template of a StatefulSet or DaemonSet, kept to make members from and to go back to. Made by controllers; the data cannot be changed.',
      data: 'The template as a patch for the owner. Cannot be changed.',
      revision:
        'Number of the version among those of the same owner; the highest is the newest. Going back to an old template gives its revision a new number.',
    },
    Deployment: {
      '': `Keeps a number of interchangeable pods, and replaces them step by step when the template changes. For pods with lasting names or volumes of their own, use a StatefulSet. ${STORED_ONLY}`,
      spec: 'What is wanted. Everything but the selector can be changed.',
      status: 'What the controller last saw.',
    },
    DeploymentSpec: {
      replicas: 'Number of pods; 0 or more, default 1.',
      selector: 'Which pods and ReplicaSets belong to it; must match the labels of the template. Cannot be changed.',
      template: 'What pods are made of. A change starts a rollout. restartPolicy must be Always.',
      strategy: 'How old pods give way to new ones. Default: RollingUpdate, 25% each way.',
      minReadySeconds: 'Seconds a pod must have been ready without a break before it counts as available; default 0.',
      revisionHistoryLimit: 'How many ReplicaSets of earlier templates are kept to go back to; default 10.',
      paused:
        'True: changes of the template are not rolled out (scaling still works). Default false. `kubectl rollout pause` and `resume` set it.',
      progressDeadlineSeconds:
        'Seconds without progress after which the condition Progressing becomes False with ProgressDeadlineExceeded; default 600. Nothing is rolled back by it. Must be more than minReadySeconds.',
    },
    DeploymentStrategy: {
      type: '`RollingUpdate` (default): new pods come while old ones go. `Recreate`: all old pods are gone before the first new one starts, so that two versions never run at once.',
      rollingUpdate: 'Details of RollingUpdate. Not allowed with Recreate.',
    },
    RollingUpdateDeployment: {
      maxUnavailable:
        'How many pods fewer than replicas may be available meanwhile: a number, or a percentage rounded down. Default 25%. Not 0 together with maxSurge.',
      maxSurge:
        'How many pods more than replicas may exist meanwhile: a number, or a percentage rounded up. Default 25%. Not 0 together with maxUnavailable.',
    },
    DeploymentStatus: {
      observedGeneration: 'metadata.generation this status was computed from.',
      replicas: 'Pods that exist and are not terminating, of all templates.',
      updatedReplicas: 'Pods of the present template.',
      readyReplicas: 'Pods with the condition Ready.',
      availableReplicas: 'Pods ready for at least minReadySeconds.',
      unavailableReplicas: 'Pods that are still missing or not available yet.',
      terminatingReplicas: 'Pods that are being terminated, which the other counts leave out.',
      conditions: 'Available, Progressing and ReplicaFailure.',
      collisionCount:
        'How often the name of a new ReplicaSet was taken by another one. It enters the hash in that name.',
    },
    DeploymentCondition: { ...CONDITION, lastUpdateTime: 'When the condition was last written.' },
    ReplicaSet: {
      '': `Keeps a number of identical pods. A change of the template counts only for pods made later. ${STORED_ONLY}`,
      spec: 'What is wanted. Everything but the selector can be changed.',
      status: 'What the controller last saw.',
    },
    ReplicaSetSpec: {
      replicas:
        'Number of pods; 0 or more, default 1. Surplus pods go in an order that spares those that serve: unscheduled and unready ones first.',
      minReadySeconds: 'Seconds a pod must have been ready without a break before it counts as available; default 0.',
      selector: 'Which pods belong to it; must match the labels of the template. Cannot be changed.',
      template: 'What new pods are made of.',
    },
    ReplicaSetStatus: {
      replicas: 'Pods that exist and are not terminating.',
      fullyLabeledReplicas: 'Those of them that have all labels of the template.',
      readyReplicas: 'Pods with the condition Ready.',
      availableReplicas: 'Pods ready for at least minReadySeconds.',
      terminatingReplicas: 'Pods that are being terminated, which the other counts leave out.',
      observedGeneration: 'metadata.generation this status was computed from.',
      conditions: 'ReplicaFailure, while pods cannot be created or deleted.',
    },
    ReplicaSetCondition: CONDITION,
    DaemonSet: {
      '': `Runs one pod on every node that fits, and on nodes that are added later. ${STORED_ONLY}`,
      spec: 'What is wanted. Everything but the selector can be changed.',
      status: 'What the controller last saw.',
    },
    DaemonSetSpec: {
      selector: 'Which pods belong to it; must match the labels of the template. Cannot be changed.',
      template:
        'What pods are made of. Its nodeSelector and affinity decide which nodes get one; nodes with taints need tolerations, a few of which are added by themselves (not-ready, unreachable, pressure, unschedulable). restartPolicy must be Always.',
      updateStrategy: 'How a changed template reaches pods that exist. Default: RollingUpdate.',
      minReadySeconds: 'Seconds a pod must have been ready without a break before it counts as available; default 0.',
      revisionHistoryLimit: 'How many earlier templates are kept to go back to; default 10.',
    },
    DaemonSetUpdateStrategy: {
      type: '`RollingUpdate` (default): pods are replaced node by node. `OnDelete`: a pod is replaced when you delete it.',
      rollingUpdate: 'Details of RollingUpdate.',
    },
    RollingUpdateDaemonSet: {
      maxUnavailable:
        'On how many nodes the pod may be away at the same time: a number, or a percentage of the nodes rounded up. Default 1. Must be 0 when maxSurge is not.',
      maxSurge:
        'On how many nodes the new pod may run beside the old one until it is available: a number, or a percentage rounded up. Default 0.',
    },
    DaemonSetStatus: {
      currentNumberScheduled: 'Nodes that should have the pod and have one.',
      numberMisscheduled: 'Nodes that have the pod and should not.',
      desiredNumberScheduled: 'Nodes that should have the pod.',
      numberReady: 'Nodes that should have it and have a ready one.',
      observedGeneration: 'metadata.generation this status was computed from.',
      updatedNumberScheduled: 'Nodes that have a pod of the present template.',
      numberAvailable: 'Nodes whose pod has been ready for minReadySeconds.',
      numberUnavailable: 'Nodes that should have an available pod and have none.',
      collisionCount: 'How often the name of a new ControllerRevision was taken by another one.',
      conditions: 'None so far.',
    },
    DaemonSetCondition: CONDITION,
  },
};
