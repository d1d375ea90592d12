import { CONDITION, type Texts } from './texts.ts';

const NOT_APPLIED = 'Perdure stores and validates this kind; its server does not queue requests by it.';
const SHARES = 'Its part of the seats of the server, in proportion to those of others.';
const LENDABLE = 'Percent of its seats that others may use while it does not; default 0.';
const VERBS = 'Verbs; `*` for all.';

export const FLOW_CONTROL: Texts = {
  prefix: 'io.k8s.api.flowcontrol.v1',
  texts: {
    FlowSchema: {
      '': `Which requests belong to which priority level. ${NOT_APPLIED}`,
      spec: 'Requests and level.',
      status: 'Whether the level is there.',
    },
    FlowSchemaSpec: {
      priorityLevelConfiguration: 'The level.',
      matchingPrecedence: '1 to 10000; the lowest that fits a request wins. Default 1000.',
      distinguisherMethod: 'How requests are told apart into flows. Default: not at all.',
      rules: 'Which requests; one rule is enough.',
    },
    PriorityLevelConfigurationReference: { name: 'Name of the level.' },
    FlowDistinguisherMethod: { type: '`ByUser` or `ByNamespace`.' },
    PolicyRulesWithSubjects: {
      subjects: 'By whom.',
      resourceRules: 'For which resources.',
      nonResourceRules: 'For which other paths.',
    },
    Subject: {
      kind: '`User`, `Group` or `ServiceAccount`; the field of that name is set.',
      user: 'A user.',
      group: 'A group.',
      serviceAccount: 'A service account.',
    },
    UserSubject: { name: 'Name of the user; `*` for all.' },
    GroupSubject: { name: 'Name of the group.' },
    ServiceAccountSubject: { namespace: 'Its namespace.', name: 'Its name; `*` for all.' },
    ResourcePolicyRule: {
      verbs: VERBS,
      apiGroups: 'Groups; `*` for all.',
      resources: 'Resources; `*` for all.',
      clusterScope: 'True: also requests without a namespace. Default false.',
      namespaces: 'Namespaces; `*` for all.',
    },
    NonResourcePolicyRule: { verbs: VERBS, nonResourceURLs: 'Paths; `*` for all.' },
    FlowSchemaStatus: { conditions: 'Dangling: whether the level is missing.' },
    FlowSchemaCondition: CONDITION,
    PriorityLevelConfiguration: {
      '': `How many requests of a kind are served at once. ${NOT_APPLIED}`,
      spec: 'How many.',
      status: 'Conditions.',
    },
    PriorityLevelConfigurationSpec: {
      type: '`Limited`, or `Exempt` from any limit.',
      limited: 'For Limited.',
      exempt: 'For Exempt.',
    },
    LimitedPriorityLevelConfiguration: {
      nominalConcurrencyShares: `${SHARES} Default 30.`,
      limitResponse: 'What happens to requests beyond the limit.',
      lendablePercent: LENDABLE,
      borrowingLimitPercent: 'Percent of its seats that it may borrow. Default: no limit.',
    },
    LimitResponse: { type: '`Reject` (429) or `Queue`.', queuing: 'For Queue.' },
    QueuingConfiguration: {
      queues: 'How many queues; default 64.',
      handSize: 'Among how many of them the shortest is chosen for a flow; default 8.',
      queueLengthLimit: 'How long a queue may be; default 50.',
    },
    ExemptPriorityLevelConfiguration: { nominalConcurrencyShares: `${SHARES} Default 0.`, lendablePercent: LENDABLE },
    PriorityLevelConfigurationStatus: { conditions: 'Conditions others have set.' },
    PriorityLevelConfigurationCondition: CONDITION,
  },
};
