import type { Texts } from './texts.ts';

export const CORE_NETWORK: Texts = {
  prefix: 'io.k8s.api.core.v1',
  texts: {
    Service: {
      '': 'A lasting name, and mostly an address, for the pods that a selector finds. With `clusterIP: None` (headless) the name leads to the pods themselves; StatefulSets need such a one for the names of their members.',
      spec: 'Which pods, which ports, how they are reached.',
      status: 'Addresses from outside.',
    },
    ServiceSpec: {
      ports: 'Ports of the Service; needed unless it is headless.',
      selector:
        'Labels of the pods. Empty: nothing is selected, and endpoints are written by hand. Can be changed at any time.',
      clusterIP:
        'Address within the cluster. Given by the server; `None` makes the Service headless. Cannot be changed (only given up by becoming an ExternalName).',
      clusterIPs: 'All addresses, one a family; the first is clusterIP.',
      type: '`ClusterIP` (default): within the cluster. `NodePort`: a port of every node as well. `LoadBalancer`: an address from outside as well, if something gives those. `ExternalName`: an alias in DNS.',
      externalIPs: 'Further addresses that lead here. Whoever may set them can take over traffic to any address.',
      sessionAffinity: '`None` (default) or `ClientIP`: the same client gets the same pod.',
      sessionAffinityConfig: 'Details of ClientIP.',
      loadBalancerIP: 'Wish for an address of the load balancer; deprecated.',
      loadBalancerSourceRanges: 'Who may use the load balancer, as CIDRs. Default: everybody.',
      externalName: 'The name that an ExternalName is an alias for.',
      externalTrafficPolicy:
        'For traffic from outside: `Cluster` (default) to any pod, `Local` only to pods of the node it arrived at, which keeps the address of the client.',
      internalTrafficPolicy:
        'For traffic from inside: `Cluster` (default) to any pod, `Local` only to pods of the same node.',
      healthCheckNodePort:
        'Port that tells load balancers whether the node has a pod; with externalTrafficPolicy Local.',
      publishNotReadyAddresses:
        'True: DNS and endpoints name pods that are not ready, too. Set it on the headless Service of a StatefulSet whose members must find each other to become ready. Default false.',
      ipFamilies: '`IPv4`, `IPv6` or both; the first cannot be changed.',
      ipFamilyPolicy: '`SingleStack` (default), `PreferDualStack` or `RequireDualStack`.',
      allocateLoadBalancerNodePorts: 'False: a LoadBalancer without node ports. Default true.',
      loadBalancerClass: 'Which load balancer shall serve it. Can be set only when the type becomes LoadBalancer.',
      trafficDistribution:
        'Preference, not rule: `PreferSameZone` (also `PreferClose`) or `PreferSameNode`. Default: all alike.',
    },
    ServicePort: {
      name: 'Name of the port; needed when there are several. DNS has SRV records for named ports.',
      protocol: '`TCP` (default), `UDP` or `SCTP`.',
      appProtocol: 'What is spoken, such as `kubernetes.io/h2c`. A hint for others.',
      port: 'Port of the Service.',
      targetPort:
        'Port of the pods: a number, or the name of a container port, which may stand for different numbers. Default: port. A headless Service does not translate: its clients use the ports of the pods.',
      nodePort: 'Port of the nodes, 30000 to 32767; chosen if left out.',
    },
    SessionAffinityConfig: { clientIP: 'For ClientIP.' },
    ClientIPConfig: { timeoutSeconds: 'Seconds after its last use that a client keeps its pod; default 10800.' },
    ServiceStatus: { loadBalancer: 'Addresses of the load balancer.', conditions: 'Conditions others have set.' },
    LoadBalancerStatus: { ingress: 'The addresses.' },
    LoadBalancerIngress: {
      ip: 'Address.',
      hostname: 'Or a name.',
      ipMode: '`VIP` (default) or `Proxy`: whether traffic from inside may be short-cut.',
      ports: 'State of the single ports.',
    },
    PortStatus: { port: 'The port.', protocol: 'Its protocol.', error: 'What is wrong with it.' },
    Endpoints: {
      '': 'Addresses behind a Service, in the old form, deprecated since 1.33: read EndpointSlices.',
      subsets: 'Addresses with the same ports.',
    },
    EndpointSubset: {
      addresses: 'Ready addresses.',
      notReadyAddresses: 'Addresses that are not ready.',
      ports: 'Ports of all of them.',
    },
    EndpointAddress: {
      ip: 'The address.',
      hostname: 'Host name of the pod, which gives it a DNS name of its own.',
      nodeName: 'Its node.',
      targetRef: 'The pod.',
    },
    EndpointPort: {
      name: 'Name of the port in the Service.',
      port: 'The port of the pods.',
      protocol: '`TCP` (default), `UDP` or `SCTP`.',
      appProtocol: 'What is spoken.',
    },
    ObjectReference: {
      '': 'Names an object.',
      kind: 'Its kind.',
      namespace: 'Its namespace.',
      name: 'Its name.',
      uid: 'Its uid, so that a later object of the same name is not meant.',
      apiVersion: 'Its group and version.',
      resourceVersion: 'At which revision.',
      fieldPath: 'Which part of it, such as `spec.containers{db}`.',
    },
  },
};

export const DISCOVERY: Texts = {
  prefix: 'io.k8s.api.discovery.v1',
  texts: {
    EndpointSlice: {
      '': 'Some of the addresses behind a Service, up to 100 by default. All slices with the label kubernetes.io/service-name make up the Service. Written by the controller for Services with a selector.',
      addressType: '`IPv4`, `IPv6` or `FQDN`. Cannot be changed.',
      endpoints: 'The addresses, 1000 at most.',
      ports: 'Ports of all of them; none where the Service has none.',
    },
    Endpoint: {
      addresses: 'Its addresses; only the first is used.',
      conditions: 'Whether it gets traffic.',
      hostname:
        'Host name of the pod, if its subdomain is the Service: then it has the DNS name HOSTNAME.SERVICE. Members of StatefulSets do.',
      targetRef: 'The pod.',
      deprecatedTopology: 'Always empty.',
      nodeName: 'Its node.',
      zone: 'Zone of its node.',
      hints: 'For whom it is meant first, with trafficDistribution.',
    },
    EndpointConditions: {
      ready:
        'Whether it gets traffic: the pod is Ready and not terminating, or the Service publishes pods that are not ready. Left out: true.',
      serving: 'Whether the pod is Ready, terminating or not.',
      terminating: 'Whether the pod is being deleted.',
    },
    EndpointHints: { forZones: 'Clients of these zones.', forNodes: 'Clients of these nodes.' },
    ForZone: { name: 'Name of the zone.' },
    ForNode: { name: 'Name of the node.' },
    EndpointPort: {
      name: 'Name of the port in the Service.',
      protocol: '`TCP` (default), `UDP` or `SCTP`.',
      port: 'The port of the pods. Left out: every port.',
      appProtocol: 'What is spoken.',
    },
  },
};
