import type { Texts } from './texts.ts';

const CONTAINER = {
  name: 'Name of the container, unique in the pod; a DNS label. Cannot be changed.',
  image:
    'Image to run, such as `postgres:17` or `REGISTRY/NAME@sha256:DIGEST`. Without a tag: latest. Changing it in a running pod restarts the container. With the process runtime the name stands for a program of the image catalog on this machine; nothing is downloaded.',
  command:
    'What to run instead of the entry point of the image, as a list of arguments; no shell. `$(NAME)` stands for environment variables, `$$(NAME)` for the text itself.',
  args: 'Arguments of the command, instead of those of the image. `$(NAME)` as in command.',
  workingDir: 'Working directory. Default: that of the image.',
  ports: 'Ports the container listens on. For information and for names: leaving one out closes nothing.',
  envFrom: 'ConfigMaps and Secrets whose keys all become environment variables. Later ones win, env wins over all.',
  env: 'Environment variables. Fixed when the container starts.',
  resources: 'What the container needs and may use.',
  resizePolicy: 'Which resources can be resized without a restart. Default: all.',
  restartPolicy:
    'For this container alone: `Always`, `OnFailure` or `Never`. Default: that of the pod. On an init container, `Always` makes it a sidecar.',
  restartPolicyRules:
    'What to do on particular exit codes; the first rule that fits wins, then restartPolicy. Needs restartPolicy.',
  volumeMounts: 'Volumes of the pod and where they appear in the container.',
  volumeDevices: 'Volumes with volumeMode Block and where they appear as devices.',
  livenessProbe:
    'Restarts the container when it fails failureThreshold times in a row. Default none: only the end of the process counts. Make it slow and narrow: a database that recovers must not be killed for it.',
  readinessProbe:
    'Decides whether the container is ready: whether the pod gets traffic of Services, and whether a rollout goes on. Default none: ready once it runs. It never restarts anything.',
  startupProbe:
    'Holds the other probes back until it succeeds once; restarts the container when it fails failureThreshold times. For slow starts: give it periodSeconds x failureThreshold of time.',
  lifecycle: 'What to do right after the start and before the end.',
  terminationMessagePath:
    'File whose end becomes the message in the status when the container ends; default `/dev/termination-log`.',
  terminationMessagePolicy:
    '`File` (default), or `FallbackToLogsOnError`: the end of the log, when the file is empty and the container failed.',
  imagePullPolicy:
    '`Always`, `IfNotPresent` or `Never`. Default: Always when the tag is latest or missing, else IfNotPresent.',
  securityContext: 'User, rights and limits of this container; they win over those of the pod.',
  stdin: 'True: a standard input is kept open, for `kubectl attach -i`. Default false.',
  stdinOnce: 'True: standard input closes for good after the first client has left. Default false.',
  tty: 'True: a terminal is allocated; standard error joins standard output. Default false.',
} as const;

const ON_LISTED = '`In` or `NotIn`: the exit code is (not) one of values.';

export const CORE_CONTAINER: Texts = {
  prefix: 'io.k8s.api.core.v1',
  texts: {
    Container: CONTAINER,
    EphemeralContainer: {
      ...CONTAINER,
      '': 'A container added to a running pod to look at it. Ports, probes, resources and lifecycle are not allowed.',
      targetContainerName: 'Container whose processes it sees.',
    },
    ContainerPort: {
      name: 'Name of the port, unique in the pod, which Services and probes can use; up to 15 characters.',
      hostPort: 'Port of the node that leads here. Only one pod a node can have it. Mostly not needed.',
      containerPort: 'The port, 1 to 65535.',
      protocol: '`TCP` (default), `UDP` or `SCTP`.',
      hostIP: 'Address of the node hostPort listens on. Default: all.',
    },
    EnvVar: {
      name: 'Name of the variable.',
      value: 'Its value; `$(NAME)` stands for variables defined before. Default empty.',
      valueFrom: 'Where its value comes from. Not together with value.',
    },
    EnvVarSource: {
      '': 'Exactly one is set.',
      fieldRef:
        "A field of the pod: metadata.name, .namespace, .uid, .labels['KEY'], .annotations['KEY'], spec.nodeName, spec.serviceAccountName, status.hostIP(s), status.podIP(s). The ordinal of a StatefulSet member is metadata.labels['apps.kubernetes.io/pod-index'].",
      resourceFieldRef: 'A request or limit of a container.',
      configMapKeyRef: 'A key of a ConfigMap.',
      secretKeyRef: 'A key of a Secret.',
      fileKeyRef: 'A key of a file in a volume, such as an init container writes.',
    },
    FileKeySelector: {
      volumeName: 'The volume, an emptyDir.',
      path: 'The file in it, with lines KEY=VALUE.',
      key: 'The key.',
      optional: 'True: file and key may be missing. Default false: the container waits.',
    },
    ObjectFieldSelector: {
      apiVersion: 'Version of the API the path is written for; default v1.',
      fieldPath: 'Path of the field.',
    },
    ResourceFieldSelector: {
      containerName: 'The container; in environment variables default this one.',
      resource: '`limits.cpu`, `requests.memory` and so on. A limit that is not set is what the node has.',
      divisor: 'Unit to divide by, rounding up; default 1. `1m` gives CPUs in thousandths, `1Mi` memory in MiB.',
    },
    ConfigMapKeySelector: {
      name: 'Name of the ConfigMap.',
      key: 'The key.',
      optional: 'True: it may be missing. Default false: the container waits (CreateContainerConfigError).',
    },
    SecretKeySelector: {
      name: 'Name of the Secret.',
      key: 'The key.',
      optional: 'True: it may be missing. Default false: the container waits (CreateContainerConfigError).',
    },
    EnvFromSource: {
      prefix: 'Put before every key.',
      configMapRef: 'The ConfigMap.',
      secretRef: 'The Secret.',
    },
    ConfigMapEnvSource: { name: 'Name of the ConfigMap.', optional: 'True: it may be missing. Default false.' },
    SecretEnvSource: { name: 'Name of the Secret.', optional: 'True: it may be missing. Default false.' },
    ResourceRequirements: {
      requests:
        'What is set aside when scheduling. Default: the limits, where those are set. cpu in cores (`500m` is half a one), memory in bytes (`512Mi`).',
      limits: 'What may be used at most: beyond it cpu is throttled, and memory ends the container (OOMKilled).',
      claims: 'Devices of spec.resourceClaims that the container uses.',
    },
    ResourceClaim: {
      name: 'Name of the claim in spec.resourceClaims of the pod.',
      request: 'One request of the claim. Default: all.',
    },
    ContainerResizePolicy: {
      resourceName: '`cpu` or `memory`.',
      restartPolicy: '`NotRequired` (default) or `RestartContainer`.',
    },
    ContainerRestartRule: {
      action: '`Restart` this container, or `RestartAllContainers` of the pod, in place and with init containers.',
      exitCodes: 'Exit codes the rule is for.',
    },
    ContainerRestartRuleOnExitCodes: { operator: ON_LISTED, values: 'The exit codes.' },
    VolumeMount: {
      name: 'Name of the volume, or of the claim template.',
      readOnly: 'True: no writing. Default false.',
      recursiveReadOnly:
        'With readOnly: `Disabled` (default), `IfPossible` or `Enabled`, whether mounts below are read-only too.',
      mountPath: 'Where it appears in the container; an absolute path without `:`.',
      subPath:
        'Directory or file in the volume to mount instead of its root. Such mounts do not follow changes of ConfigMaps and Secrets.',
      subPathExpr: 'The same with `$(NAME)` of environment variables. Not both.',
      mountPropagation:
        '`None` (default), `HostToContainer`, or `Bidirectional` (privileged only): whether mounts made later are seen on the other side.',
    },
    VolumeDevice: {
      name: 'Name of the volume, a claim with volumeMode Block.',
      devicePath: 'Path of the device in the container.',
    },
    Probe: {
      '': 'A question asked to the container again and again. Exactly one of exec, httpGet, tcpSocket and grpc is set.',
      exec: 'Runs a command in the container; exit code 0 is success.',
      httpGet: 'Sends a GET; status 200 to 399 is success.',
      tcpSocket: 'Opens a connection; that it opens is success.',
      grpc: 'Asks the gRPC health service; SERVING is success.',
      initialDelaySeconds:
        'Seconds after the start before the first question; default 0. A startupProbe is mostly better.',
      timeoutSeconds: 'Seconds after which no answer is a failure; default 1.',
      periodSeconds: 'Seconds between questions; default 10.',
      successThreshold: 'Successes in a row that make it good again; default 1. Must be 1 for liveness and startup.',
      failureThreshold: 'Failures in a row that count as failed; default 3.',
      terminationGracePeriodSeconds:
        'Time to end when this probe kills the container, instead of that of the pod. For liveness and startup.',
    },
    ExecAction: { command: 'The command as a list of arguments; no shell, so `sh -c` if you need one.' },
    HTTPGetAction: {
      path: 'Path to ask for; default `/`.',
      port: 'Port by number or by name.',
      host: 'Host to connect to; default the address of the pod.',
      scheme: '`HTTP` (default) or `HTTPS`, whose certificate is not checked.',
      httpHeaders: 'Headers to send.',
    },
    HTTPHeader: { name: 'Name of the header.', value: 'Its value.' },
    TCPSocketAction: {
      port: 'Port by number or by name.',
      host: 'Host to connect to; default the address of the pod.',
    },
    GRPCAction: {
      port: 'The port, a number.',
      service: 'Name of the service to ask about; default empty, the server as a whole.',
    },
    SleepAction: { seconds: 'Seconds to wait; 0 up to terminationGracePeriodSeconds.' },
    Lifecycle: {
      postStart:
        'Done right after the start, beside the process. Until it is over the container does not count as running; when it fails the container is killed.',
      preStop:
        'Done before SIGTERM when the pod is ended or a probe kills the container, not when it ends by itself. Its time counts against terminationGracePeriodSeconds. The place to hand over leadership or to let connections drain.',
      stopSignal:
        'The signal that asks to end, instead of that of the image. Behind a feature gate that is off by default.',
    },
    LifecycleHandler: {
      '': 'Exactly one is set.',
      exec: 'Runs a command in the container.',
      httpGet: 'Sends a GET; any answer is good.',
      tcpSocket: 'Not supported any more; it always fails.',
      sleep: 'Waits, without any program in the image.',
    },
    SecurityContext: {
      '': 'Security settings of one container.',
      capabilities: 'Linux capabilities to add and to drop.',
      privileged: 'True: nearly the rights of root on the node. Default false.',
      seLinuxOptions: 'SELinux label.',
      windowsOptions: 'Settings for Windows.',
      runAsUser: 'User id of the process. Default: that of the pod, then of the image.',
      runAsGroup: 'Group id of the process. Default: that of the pod, then of the image.',
      runAsNonRoot: 'True: it is not started as root (uid 0). Default: that of the pod.',
      readOnlyRootFilesystem: 'True: only volumes can be written. Default false.',
      allowPrivilegeEscalation:
        'False: set-uid programs and the like gain nothing. Default true; always true when privileged.',
      procMount: '`Default`, or `Unmasked`: all of /proc, which needs hostUsers false.',
      seccompProfile: 'Which system calls are allowed. Default: that of the pod.',
      appArmorProfile: 'AppArmor profile. Default: that of the pod.',
    },
    Capabilities: {
      add: 'Capabilities to add, without `CAP_`, such as `NET_ADMIN`.',
      drop: 'Capabilities to drop; `ALL` is a good start.',
    },
  },
};
