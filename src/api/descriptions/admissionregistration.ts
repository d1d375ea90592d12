import { CLIENT_CONFIG, SERVICE_REFERENCE } from './apiextensions.ts';
import { CONDITION, type Texts } from './texts.ts';

const NOT_RUN = 'Perdure stores and validates this kind but does not act on it: requests pass as if it were not there.';
const FAILURE_POLICY =
  'When it cannot be evaluated or reached: `Fail` (default) refuses the request, `Ignore` lets it pass.';
const MATCH_POLICY =
  '`Equivalent` (default): also the same object by another version or group. `Exact`: only as written.';
const RULES = {
  operations: '`CREATE`, `UPDATE`, `DELETE`, `CONNECT`, or `*`.',
  apiGroups: 'Groups; `""` is the core group, `*` all.',
  apiVersions: 'Versions; `*` for all.',
  resources: 'Resources, also `pods/status`, `*`, `*/*`.',
  scope: '`Namespaced`, `Cluster` or `*` (default).',
};
const NAMESPACES = 'Only objects of namespaces with these labels. Default: all.';
const OBJECTS = 'Only objects with these labels. Default: all.';
const CONDITIONS = 'CEL conditions that must all be true for it to be asked.';
const VARIABLES = 'Named expressions that others can use as `variables.NAME`.';
const PARAM_KIND = 'Kind of the parameters it takes. Default: none.';
const WEBHOOK = {
  name: 'Full name, such as `check.example.com`.',
  clientConfig: 'How it is called.',
  rules: 'For which requests.',
  failurePolicy: FAILURE_POLICY,
  matchPolicy: MATCH_POLICY,
  namespaceSelector: NAMESPACES,
  objectSelector: OBJECTS,
  sideEffects: '`None`, or `NoneOnDryRun`: what it does besides answering.',
  timeoutSeconds: 'How long it is waited for; 1 to 30, default 10.',
  admissionReviewVersions: 'Versions of AdmissionReview it understands, the best first.',
  matchConditions: CONDITIONS,
};
const REINVOCATION = '`Never` (default), or `IfNeeded`: again when later ones changed the object.';
const BINDING = {
  policyName: 'The policy.',
  paramRef: 'Its parameters.',
  matchResources: 'Narrows what the policy is for.',
};

export const ADMISSION_REGISTRATION: Texts = {
  prefix: 'io.k8s.api.admissionregistration.v1',
  texts: {
    ValidatingWebhookConfiguration: { '': `Webhooks that may refuse requests. ${NOT_RUN}`, webhooks: 'The webhooks.' },
    ValidatingWebhook: WEBHOOK,
    MutatingWebhookConfiguration: {
      '': `Webhooks that may change objects. ${NOT_RUN}`,
      webhooks: 'The webhooks, called in order.',
    },
    MutatingWebhook: { ...WEBHOOK, reinvocationPolicy: REINVOCATION },
    WebhookClientConfig: CLIENT_CONFIG,
    ServiceReference: SERVICE_REFERENCE,
    RuleWithOperations: RULES,
    NamedRuleWithOperations: { ...RULES, resourceNames: 'Only objects of these names.' },
    MatchCondition: { name: 'Name of the condition.', expression: 'CEL expression.' },
    MatchResources: {
      namespaceSelector: NAMESPACES,
      objectSelector: OBJECTS,
      resourceRules: 'For which requests; one rule is enough.',
      excludeResourceRules: 'But not for these.',
      matchPolicy: MATCH_POLICY,
    },
    ParamKind: { apiVersion: 'Its group and version.', kind: 'Its kind.' },
    ParamRef: {
      name: 'Object by name. Either this or selector.',
      namespace: 'Its namespace. Default: that of the request.',
      selector: 'Objects by labels.',
      parameterNotFoundAction: 'When there is none: `Allow` or `Deny`.',
    },
    Variable: { name: 'Name of the variable.', expression: 'CEL expression.' },
    ValidatingAdmissionPolicy: {
      '': `Rules in CEL that requests must keep. A binding puts it to use. ${NOT_RUN}`,
      spec: 'The rules.',
      status: 'What was found when checking them.',
    },
    ValidatingAdmissionPolicySpec: {
      paramKind: PARAM_KIND,
      matchConstraints: 'For which requests.',
      validations: 'The rules.',
      failurePolicy: FAILURE_POLICY,
      auditAnnotations: 'What is noted in the audit log.',
      matchConditions: CONDITIONS,
      variables: VARIABLES,
    },
    Validation: {
      expression: 'CEL expression that must be true.',
      message: 'What is said when it is false.',
      reason: 'Reason of the refusal: Unauthorized, Forbidden, Invalid, RequestEntityTooLarge.',
      messageExpression: 'CEL expression for what is said; wins over message.',
    },
    AuditAnnotation: { key: 'Key of the annotation.', valueExpression: 'CEL expression for its value.' },
    ValidatingAdmissionPolicyStatus: {
      observedGeneration: 'metadata.generation this status was computed from.',
      typeChecking: 'Mistakes of type in expressions.',
      conditions: 'Conditions others have set.',
    },
    TypeChecking: { expressionWarnings: 'The mistakes.' },
    ExpressionWarning: { fieldRef: 'Path of the expression.', warning: 'What is wrong.' },
    ValidatingAdmissionPolicyBinding: {
      '': `Puts a ValidatingAdmissionPolicy to use. ${NOT_RUN}`,
      spec: 'Which, and where.',
    },
    ValidatingAdmissionPolicyBindingSpec: {
      ...BINDING,
      validationActions: 'What happens on a breach: `Deny`, `Warn`, `Audit`.',
    },
    MutatingAdmissionPolicy: {
      '': `Changes objects by CEL expressions. A binding puts it to use. ${NOT_RUN}`,
      spec: 'The changes.',
    },
    MutatingAdmissionPolicySpec: {
      paramKind: PARAM_KIND,
      matchConstraints: 'For which requests.',
      variables: VARIABLES,
      mutations: 'The changes, in order.',
      failurePolicy: FAILURE_POLICY,
      matchConditions: CONDITIONS,
      reinvocationPolicy: REINVOCATION,
    },
    Mutation: {
      patchType: '`ApplyConfiguration` or `JSONPatch`; the field of that name is set.',
      applyConfiguration: 'Fields to apply, as by server-side apply.',
      jsonPatch: 'A JSON patch.',
    },
    ApplyConfiguration: { expression: 'CEL expression that makes the object to apply.' },
    JSONPatch: { expression: 'CEL expression that makes the list of operations.' },
    MutatingAdmissionPolicyBinding: {
      '': `Puts a MutatingAdmissionPolicy to use. ${NOT_RUN}`,
      spec: 'Which, and where.',
    },
    MutatingAdmissionPolicyBindingSpec: BINDING,
  },
};

export const API_REGISTRATION: Texts = {
  prefix: 'io.k8s.kube-aggregator.pkg.apis.apiregistration.v1',
  texts: {
    APIService: {
      '': 'A group-version of the API and who serves it. Perdure serves its own; requests are not passed on to others.',
      spec: 'Who serves it.',
      status: 'Whether it can be reached.',
    },
    APIServiceSpec: {
      service: 'Service of the server. Empty: this one.',
      group: 'The group.',
      version: 'The version.',
      insecureSkipTLSVerify: 'True: the certificate of the server is not checked. Default false.',
      caBundle: 'Certificates it is checked against.',
      groupPriorityMinimum: 'Place of the group among groups; more is further up.',
      versionPriority: 'Place of the version within the group; more is further up.',
    },
    ServiceReference: { namespace: 'Namespace of the Service.', name: 'Its name.', port: 'Its port; default 443.' },
    APIServiceStatus: { conditions: 'Available.' },
    APIServiceCondition: CONDITION,
  },
};
