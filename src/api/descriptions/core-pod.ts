import type { Texts } from './texts.ts';

export const CORE_POD: Texts = {
  prefix: 'io.k8s.api.core.v1',
  texts: {
    Pod: {
      '': 'Containers that run together on one node, with one address and shared volumes. A pod never moves: when it is lost, whoever made it makes another one. Mostly made by a StatefulSet, Deployment or Job rather than by hand.',
      spec: 'What runs, and where. Once created only images, tolerations (more of them), activeDeadlineSeconds (shorter) and, through /resize, resources can be changed.',
      status: 'What the node reports: phase, conditions, addresses, state of each container.',
    },
    PodTemplate: { '': 'A template of pods on its own; nothing makes pods of it.', template: 'The template.' },
    PodTemplateSpec: {
      '': 'What pods are made of. Changing it does not touch pods that exist; the workload replaces them as its update strategy says.',
      metadata: 'Labels, annotations and finalizers the pods get. The labels must match the selector of the workload.',
      spec: 'The specification the pods get.',
    },
    PodSpec: {
      volumes:
        'Volumes that containers of the pod can mount, by name. Cannot be changed. Those of claim templates of a StatefulSet need not be listed.',
      initContainers:
        'Run one after the other before the containers; each must end with exit code 0 before the next begins. One with `restartPolicy: Always` is a sidecar: it goes on running, and the next begins once it has started.',
      containers:
        'The containers, at least one. They start together after the init containers. Cannot be added or removed later.',
      ephemeralContainers:
        'Containers added to a running pod to look at it (`kubectl debug`). They are never restarted and cannot be removed; only the subresource ephemeralcontainers takes them.',
      restartPolicy:
        'When containers that ended are started again in place: `Always` (default), `OnFailure` (exit code not 0), `Never`. Restarts back off from 10 s, doubling up to 5 min. Workloads other than Jobs allow Always only.',
      terminationGracePeriodSeconds:
        'Seconds between the request to end (preStop, then SIGTERM) and SIGKILL; default 30. The time preStop takes counts. Databases often need more. 0 kills at once: not with stateful pods.',
      activeDeadlineSeconds:
        'Seconds after its start at which the pod is ended and becomes Failed with DeadlineExceeded; default never. May be shortened later. Not in StatefulSets, Deployments and DaemonSets.',
      dnsPolicy:
        '`ClusterFirst` (default): names of the cluster, and what its DNS forwards. `ClusterFirstWithHostNet`: the same for pods with hostNetwork. `Default`: as the node resolves. `None`: dnsConfig alone.',
      nodeSelector:
        'Labels a node must have, all of them, for the pod to be scheduled there. Checked when scheduling only.',
      serviceAccountName: 'Service account the pod acts as towards the API; default `default`. It must exist.',
      serviceAccount: 'Old name of serviceAccountName; the two are kept equal.',
      automountServiceAccountToken:
        'Whether a token for the API is mounted at /var/run/secrets/kubernetes.io/serviceaccount. Default: as the service account says, and if it says nothing, yes.',
      nodeName:
        'The node the pod is on. Set by the scheduler; set by hand, it passes the scheduler by, and claims that wait for their first consumer are not bound.',
      hostNetwork: 'True: the pod uses the network of the node, with its addresses and ports. Default false.',
      hostPID: 'True: processes of the node are visible to the containers. Default false.',
      hostIPC: 'True: shared memory and semaphores of the node are used. Default false.',
      shareProcessNamespace:
        "True: containers of the pod see and can signal each other's processes. Default false. Not with hostPID.",
      securityContext: 'Users, groups and limits for all containers; those of a container win where both speak.',
      imagePullSecrets:
        'Secrets with the credentials for registries. Those of the service account are used when none are given.',
      hostname: 'Host name inside the pod; default its name. StatefulSets set it to the name of the member.',
      subdomain:
        'Together with hostname and a headless Service of this name, the pod gets the DNS name HOSTNAME.SUBDOMAIN.NAMESPACE.svc.ZONE. StatefulSets set it to serviceName.',
      affinity: 'Which nodes, and the company of which pods, the pod wants or avoids.',
      schedulerName: 'Who schedules the pod; default `default-scheduler`. Pods of other schedulers are left alone.',
      tolerations:
        'Taints of nodes the pod puts up with. Added by default: 300 s on nodes that are not ready or unreachable.',
      hostAliases: 'Further lines for /etc/hosts of the containers. Not with hostNetwork.',
      priorityClassName:
        'Priority class of the pod, which must exist. It decides who is scheduled first, who may be preempted, and who goes last when a node runs out of something.',
      priority: 'The number of the priority class; filled in by the server.',
      dnsConfig: 'Name servers, search domains and options in addition to those of dnsPolicy.',
      readinessGates:
        'Conditions that others must set to True in status.conditions before the pod is Ready, besides its containers.',
      runtimeClassName: 'RuntimeClass whose handler runs the pod. Default: the runtime of the node.',
      enableServiceLinks:
        'Whether the Services of the namespace appear as environment variables (NAME_SERVICE_HOST and so on). Default true; set it to false in namespaces with many Services.',
      preemptionPolicy:
        '`PreemptLowerPriority` (default) or `Never`: whether pods of lower priority may be removed to make room. From the priority class.',
      overhead: 'What running the pod costs besides its containers; from the RuntimeClass. Counts when scheduling.',
      topologySpreadConstraints:
        'How evenly pods are spread over zones, nodes or the like. All constraints must be met.',
      setHostnameAsFQDN:
        'True: the host name of the kernel is the full DNS name, which may then have 64 characters at most. Default false.',
      os: 'Operating system the pod is for. Fields of the other system must be left out then.',
      hostUsers:
        'False: the pod runs in a user namespace of its own, where its root is nobody on the node. Default true.',
      schedulingGates:
        'While there is any, the pod is not scheduled (SchedulingGated). Gates can be removed later, not added.',
      resourceClaims: 'Devices the pod uses, by ResourceClaims. Containers name them under resources.claims.',
      resources:
        'Requests and limits of cpu, memory and hugepages for the pod as a whole; they win over the sum of its containers.',
      hostnameOverride:
        'Host name inside the pod, whatever hostname and subdomain say; no DNS record is made for it. Not with hostNetwork or setHostnameAsFQDN.',
      schedulingGroup: 'Pods that are scheduled together or not at all. Behind a feature gate that is off by default.',
    },
    PodSchedulingGroup: { podGroupName: 'Name of the PodGroup in the same namespace.' },
    Affinity: {
      nodeAffinity: 'Which nodes, by their labels.',
      podAffinity: 'Near which pods.',
      podAntiAffinity:
        'Away from which pods. To keep members of a StatefulSet on different nodes: their labels with topologyKey `kubernetes.io/hostname`.',
    },
    NodeAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution:
        'Must hold when the pod is scheduled. Later changes of the node do not move it.',
      preferredDuringSchedulingIgnoredDuringExecution: 'Wishes: nodes that meet more weight are preferred.',
    },
    NodeSelector: {
      '': 'Selects nodes. It is enough that one of the terms holds.',
      nodeSelectorTerms: 'The terms, at least one.',
    },
    NodeSelectorTerm: {
      '': 'All requirements of a term must hold. An empty term selects nothing.',
      matchExpressions: 'Requirements on labels of the node.',
      matchFields: 'Requirements on fields of the node; only metadata.name is known.',
    },
    NodeSelectorRequirement: {
      key: 'Key of the label, or the field.',
      operator:
        '`In`, `NotIn`, `Exists`, `DoesNotExist`, `Gt`, `Lt`. NotIn and DoesNotExist hold where the label is missing; Gt and Lt compare whole numbers.',
      values: 'Values: one or more for In and NotIn, none for Exists and DoesNotExist, exactly one for Gt and Lt.',
    },
    PreferredSchedulingTerm: {
      weight: 'From 1 to 100; weights of the terms that hold are added up.',
      preference: 'The term.',
    },
    PodAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution:
        'Must hold when the pod is scheduled, all of them. A pod that matches its own term may be the first of its kind anywhere.',
      preferredDuringSchedulingIgnoredDuringExecution: 'Wishes: places that meet more weight are preferred.',
    },
    PodAntiAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution:
        'No such pod may be in the same place when the pod is scheduled. It holds both ways: later pods that match are kept away from this one too.',
      preferredDuringSchedulingIgnoredDuringExecution: 'Wishes: places that meet more weight are avoided.',
    },
    PodAffinityTerm: {
      '': 'Pods, and what counts as the same place.',
      labelSelector: 'Labels of the pods meant. Left out: none.',
      namespaces:
        'Namespaces of the pods meant, in addition to namespaceSelector. Both left out: the namespace of the pod.',
      topologyKey:
        'Label of nodes; nodes with the same value are one place. `kubernetes.io/hostname` for a node, `topology.kubernetes.io/zone` for a zone. Required.',
      namespaceSelector: 'Namespaces of the pods meant, by labels. `{}` means all.',
      matchLabelKeys:
        'Keys whose value in the pod itself is added to labelSelector, such as `pod-template-hash` or `controller-revision-hash`: only pods of the same template count.',
      mismatchLabelKeys: 'Keys whose value must differ from that of the pod itself.',
    },
    WeightedPodAffinityTerm: {
      weight: 'From 1 to 100; weights of the terms that hold are added up.',
      podAffinityTerm: 'The term.',
    },
    TopologySpreadConstraint: {
      '': 'Keeps the number of matching pods even among the values of a label of nodes.',
      maxSkew: 'By how many pods a place may be ahead of the emptiest one; 1 or more.',
      topologyKey: 'Label of nodes; nodes with the same value are one place. Nodes without it are left out.',
      whenUnsatisfiable:
        '`DoNotSchedule`: the pod stays Pending. `ScheduleAnyway`: uneven places are only less preferred.',
      labelSelector:
        'Which pods of the namespace are counted. Mostly the labels of the pod itself; left out, none are.',
      minDomains:
        'While there are fewer places than this, the emptiest counts as having no pods, so that new places are waited for. Default 1; only with DoNotSchedule.',
      nodeAffinityPolicy:
        '`Honor` (default): only nodes that fit nodeSelector and nodeAffinity count as places. `Ignore`: all nodes.',
      nodeTaintsPolicy:
        '`Honor`: nodes whose taints the pod does not tolerate do not count. `Ignore` (default): they do.',
      matchLabelKeys:
        'Keys whose value in the pod itself is added to labelSelector, so that every revision is spread for itself (`controller-revision-hash`, `pod-template-hash`).',
    },
    Toleration: {
      '': 'Puts up with taints that it matches.',
      key: 'Key of the taint. Empty with Exists: any.',
      operator: '`Equal` (default): key and value are the same. `Exists`: the key is enough.',
      value: 'Value of the taint; only with Equal.',
      effect: '`NoSchedule`, `PreferNoSchedule` or `NoExecute`. Empty: any.',
      tolerationSeconds:
        'How long the pod stays on the node once a NoExecute taint has appeared. Left out: for good. The default of 300 s for nodes not ready or unreachable can be set here; a StatefulSet member still comes back only when the old pod is really gone.',
    },
    PodReadinessGate: { conditionType: 'Type of the condition in status.conditions that must be True.' },
    PodSchedulingGate: { name: 'Name of the gate, as a qualified name such as `example.com/quota`.' },
    PodOS: { name: '`linux` or `windows`.' },
    HostAlias: { ip: 'The address.', hostnames: 'Names for it.' },
    PodDNSConfig: {
      nameservers: 'Addresses of name servers; three at most in all.',
      searches: 'Search domains, after those of dnsPolicy; 32 at most in all.',
      options: 'Options of the resolver, such as `ndots`; they win over those of dnsPolicy.',
    },
    PodDNSConfigOption: { name: 'Name of the option.', value: 'Its value, where it takes one.' },
    PodResourceClaim: {
      name: 'Name of the claim within the pod.',
      resourceClaimName: 'A ResourceClaim of the namespace. Either this or the template.',
      resourceClaimTemplateName: 'A ResourceClaimTemplate; a claim is made of it for this pod and deleted with it.',
    },
    PodSecurityContext: {
      '': 'Security settings of all containers of the pod.',
      runAsUser: 'User id of the processes. Default: that of the image.',
      runAsGroup: 'Group id of the processes. Default: that of the image.',
      runAsNonRoot:
        'True: a container that would run as root (uid 0) is not started (CreateContainerConfigError). Default false.',
      supplementalGroups: 'Further groups of the processes.',
      supplementalGroupsPolicy:
        '`Merge` (default): groups the image gives the user are added. `Strict`: only those named here.',
      fsGroup:
        'Group that owns the files of volumes: they are made readable and writable for it when mounted, and it is added to the groups of the processes. Linux. hostPath is left alone.',
      fsGroupChangePolicy:
        '`Always` (default): ownership is set at every start, which takes long with many files. `OnRootMismatch`: only when the top directory has another one.',
      sysctls: 'Kernel parameters of the pod.',
      seLinuxOptions: 'SELinux label of the containers.',
      seLinuxChangePolicy: '`MountOption` or `Recursive`: how volumes get their SELinux label.',
      seccompProfile: 'Which system calls are allowed.',
      appArmorProfile: 'AppArmor profile of the containers.',
      windowsOptions: 'Settings for Windows.',
    },
    Sysctl: { name: 'Name of the parameter, such as `net.core.somaxconn`.', value: 'Its value.' },
    SeccompProfile: {
      type: '`RuntimeDefault`, `Unconfined`, or `Localhost` with localhostProfile.',
      localhostProfile: 'Path of the profile below the directory of profiles of the node.',
    },
    AppArmorProfile: {
      type: '`RuntimeDefault`, `Unconfined`, or `Localhost` with localhostProfile.',
      localhostProfile: 'Name of a profile that is loaded on the node.',
    },
    SELinuxOptions: {
      user: 'User of the label.',
      role: 'Role of the label.',
      type: 'Type of the label.',
      level: 'Level of the label.',
    },
    WindowsSecurityContextOptions: {
      gmsaCredentialSpecName: 'Name of the GMSA credential specification.',
      gmsaCredentialSpec: 'The specification itself.',
      runAsUserName: 'User of the processes.',
      hostProcess: 'True: the containers run on the host itself. All of a pod or none.',
    },
    LocalObjectReference: { '': 'An object of the same namespace.', name: 'Its name.' },
    Binding: {
      '': 'Puts a pod on a node. What a scheduler sends to pods/NAME/binding.',
      target: 'The node: kind Node and its name.',
    },
  },
};
