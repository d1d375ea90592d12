import { CONDITION, type Texts } from './texts.ts';

const USER = {
  username: 'Name of the user.',
  uid: 'Id of the user.',
  groups: 'Groups of the user.',
  extra: 'What else is known.',
};
const RESOURCE = 'Access to a resource. Either this or nonResourceAttributes.';
const NON_RESOURCE = 'Access to a path that is no resource.';
const ANSWER = 'The answer.';

export const AUTHENTICATION: Texts = {
  prefix: 'io.k8s.api.authentication.v1',
  texts: {
    SelfSubjectReview: { '': 'Asks who you are (`kubectl auth whoami`).', status: ANSWER },
    SelfSubjectReviewStatus: { userInfo: 'You.' },
    UserInfo: USER,
    TokenReview: { '': 'Asks whether a token is good.', spec: 'The token.', status: ANSWER },
    TokenReviewSpec: { token: 'The token.', audiences: 'Who wants to accept it. Default: the API server.' },
    TokenReviewStatus: {
      authenticated: 'Whether it is good.',
      user: 'Whose it is.',
      audiences: 'For whom it is good.',
      error: 'Why it is not.',
    },
    TokenRequest: {
      '': 'Asks for a token of a service account, at serviceaccounts/NAME/token.',
      spec: 'Which.',
      status: ANSWER,
    },
    TokenRequestSpec: {
      audiences: 'Who shall accept it. Default: the API server.',
      expirationSeconds: 'For how long; at least 600, default 3600.',
      boundObjectRef: 'A Pod, Secret or Node with which it ends.',
    },
    BoundObjectReference: {
      kind: '`Pod`, `Secret` or `Node`.',
      apiVersion: 'Its version.',
      name: 'Its name.',
      uid: 'Its uid.',
    },
    TokenRequestStatus: { token: 'The token.', expirationTimestamp: 'When it ends.' },
  },
};

export const AUTHORIZATION: Texts = {
  prefix: 'io.k8s.api.authorization.v1',
  texts: {
    SubjectAccessReview: { '': 'Asks whether somebody may do something.', spec: 'Who, and what.', status: ANSWER },
    LocalSubjectAccessReview: {
      '': 'Asks whether somebody may do something in one namespace.',
      spec: 'Who, and what.',
      status: ANSWER,
    },
    SelfSubjectAccessReview: {
      '': 'Asks whether you may do something (`kubectl auth can-i`).',
      spec: 'What.',
      status: ANSWER,
    },
    SelfSubjectRulesReview: {
      '': 'Asks what you may do in a namespace (`kubectl auth can-i --list`).',
      spec: 'Which namespace.',
      status: ANSWER,
    },
    SubjectAccessReviewSpec: {
      resourceAttributes: RESOURCE,
      nonResourceAttributes: NON_RESOURCE,
      user: 'The user.',
      groups: 'The groups of the user.',
      extra: 'What else is known of the user.',
      uid: 'Id of the user.',
    },
    SelfSubjectAccessReviewSpec: { resourceAttributes: RESOURCE, nonResourceAttributes: NON_RESOURCE },
    SelfSubjectRulesReviewSpec: { namespace: 'The namespace.' },
    ResourceAttributes: {
      namespace: 'The namespace. Empty: all, or a kind of the cluster.',
      verb: 'The verb, such as `get`; `*` for all.',
      group: 'The group; `*` for all.',
      version: 'The version; `*` for all.',
      resource: 'The resource; `*` for all.',
      subresource: 'The subresource. Empty: none.',
      name: 'Name of the object. Empty: all.',
      fieldSelector: 'Only objects with these fields.',
      labelSelector: 'Only objects with these labels.',
    },
    FieldSelectorAttributes: { rawSelector: 'The selector as text.', requirements: 'Or as requirements.' },
    LabelSelectorAttributes: { rawSelector: 'The selector as text.', requirements: 'Or as requirements.' },
    NonResourceAttributes: { path: 'The path.', verb: 'The verb, such as `get`.' },
    SubjectAccessReviewStatus: {
      allowed: 'Whether it is allowed.',
      denied: 'True: forbidden for good. False and not allowed: nobody allows it.',
      reason: 'Why.',
      evaluationError: 'What went wrong when finding out.',
    },
    SubjectRulesReviewStatus: {
      resourceRules: 'What is allowed with resources.',
      nonResourceRules: 'What is allowed with other paths.',
      incomplete: 'True: there may be more.',
      evaluationError: 'What went wrong when finding out.',
    },
    ResourceRule: {
      verbs: 'The verbs.',
      apiGroups: 'The groups.',
      resources: 'The resources.',
      resourceNames: 'Only objects of these names. Empty: all.',
    },
    NonResourceRule: { verbs: 'The verbs.', nonResourceURLs: 'The paths.' },
  },
};

export const CERTIFICATES: Texts = {
  prefix: 'io.k8s.api.certificates.v1',
  texts: {
    CertificateSigningRequest: {
      '': 'Asks for a certificate. Somebody approves it (`kubectl certificate approve`), a signer signs it; Perdure has no signer of its own.',
      spec: 'What is asked for. Cannot be changed.',
      status: 'What became of it.',
    },
    CertificateSigningRequestSpec: {
      request: 'The request, PEM in base64.',
      signerName: 'Who shall sign, such as `kubernetes.io/kube-apiserver-client`.',
      expirationSeconds: 'For how long it should be valid; at least 600.',
      usages: 'What it is for, such as `client auth`.',
      username: 'Who asks; filled in by the server.',
      uid: 'Id of who asks; filled in by the server.',
      groups: 'Groups of who asks; filled in by the server.',
      extra: 'What else is known of who asks; filled in by the server.',
    },
    CertificateSigningRequestStatus: {
      conditions: 'Approved, Denied or Failed.',
      certificate: 'The certificate, PEM in base64.',
    },
    CertificateSigningRequestCondition: { ...CONDITION, lastUpdateTime: 'When the condition was last written.' },
  },
};
