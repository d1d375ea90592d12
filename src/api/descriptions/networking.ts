import type { Texts } from './texts.ts';

const PORTS = 'Only these ports. Empty: all.';

export const NETWORKING: Texts = {
  prefix: 'io.k8s.api.networking.v1',
  texts: {
    Ingress: {
      '': 'Leads HTTP from outside to Services. An ingress controller, which is not part of Perdure, does the work.',
      spec: 'What leads where.',
      status: 'Where it can be reached.',
    },
    IngressSpec: {
      ingressClassName: 'Class, and so the controller. Default: the default class.',
      defaultBackend: 'Where goes what no rule fits.',
      tls: 'Certificates.',
      rules: 'Rules by host and path.',
    },
    IngressBackend: { service: 'A Service.', resource: 'Or another object the controller knows.' },
    IngressServiceBackend: { name: 'Name of the Service.', port: 'Its port.' },
    ServiceBackendPort: { name: 'Name of the port.', number: 'Or its number.' },
    IngressTLS: { hosts: 'Hosts the certificate is for.', secretName: 'Secret with tls.crt and tls.key.' },
    IngressRule: { host: 'Host name, also `*.example.com`. Empty: all.', http: 'Rules by path.' },
    HTTPIngressRuleValue: { paths: 'The paths.' },
    HTTPIngressPath: {
      path: 'The path, beginning with `/`.',
      pathType: '`Exact`, `Prefix` (by parts between slashes), or `ImplementationSpecific`.',
      backend: 'Where it leads.',
    },
    IngressStatus: { loadBalancer: 'Its addresses.' },
    IngressLoadBalancerStatus: { ingress: 'The addresses.' },
    IngressLoadBalancerIngress: { ip: 'Address.', hostname: 'Or a name.', ports: 'State of the ports.' },
    IngressPortStatus: { port: 'The port.', protocol: 'Its protocol.', error: 'What is wrong with it.' },
    IngressClass: {
      '': 'A controller for Ingresses. The annotation ingressclass.kubernetes.io/is-default-class makes it the default.',
      spec: 'Which.',
    },
    IngressClassSpec: {
      controller: 'Name of the controller. Cannot be changed.',
      parameters: 'Parameters of the controller.',
    },
    IngressClassParametersReference: {
      apiGroup: 'Group of the object; left out for the core group.',
      kind: 'Its kind.',
      name: 'Its name.',
      scope: '`Cluster` (default) or `Namespace`.',
      namespace: 'Its namespace.',
    },
    IPAddress: { '': 'An address that is in use; its name is the address. Written by the server.', spec: 'By whom.' },
    IPAddressSpec: { parentRef: 'The object that uses it.' },
    ParentReference: {
      group: 'Its group.',
      resource: 'Its resource.',
      namespace: 'Its namespace.',
      name: 'Its name.',
    },
    ServiceCIDR: { '': 'A range Services get addresses of.', spec: 'The range.', status: 'Whether it is used.' },
    ServiceCIDRSpec: { cidrs: 'The range, one a family. Cannot be changed.' },
    ServiceCIDRStatus: { conditions: 'Ready.' },
    NetworkPolicy: {
      '': 'Says which traffic pods may have. Once a policy selects a pod, what no policy allows is refused. It takes a network that enforces it; that of Perdure does not.',
      spec: 'Which pods, which traffic.',
    },
    NetworkPolicySpec: {
      podSelector: 'Pods it is for; `{}` for all of the namespace.',
      ingress: 'Traffic that may come in. Empty: none.',
      egress: 'Traffic that may go out. Empty: none.',
      policyTypes:
        '`Ingress`, `Egress`: which directions it is about. Default: Ingress, and Egress when there are egress rules.',
    },
    NetworkPolicyIngressRule: { ports: PORTS, from: 'Only from these. Empty: from everywhere.' },
    NetworkPolicyEgressRule: { ports: PORTS, to: 'Only to these. Empty: everywhere.' },
    NetworkPolicyPort: {
      protocol: '`TCP` (default), `UDP` or `SCTP`.',
      port: 'Port by number or by name. Left out: all.',
      endPort: 'Up to this number.',
    },
    NetworkPolicyPeer: {
      podSelector: 'Pods; of the same namespace, or of those of namespaceSelector.',
      namespaceSelector: 'Namespaces; `{}` for all.',
      ipBlock: 'Addresses. Alone.',
    },
    IPBlock: { cidr: 'A range of addresses.', except: 'Ranges within it that are left out.' },
  },
};
