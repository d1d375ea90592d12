import { dns1123Subdomain } from '../../base/names.ts';
import { humanDuration, rfc3339 } from '../../base/time.ts';
import type { FieldErrors } from '../../schema/field-errors.ts';
import type { Draft, StrategyContext } from '../../schema/kind.ts';
import type { KubeObject } from '../../schema/object.ts';
import { defineKind } from '../generic.ts';
import { invalidEach } from '../shared/checks.ts';
import { AGE, NAME, text } from '../shared/columns.ts';
import { keepOld } from '../shared/transitions.ts';

const MIN_SECONDS = 600;
const DECISIONS = ['Approved', 'Denied'];
const REQUEST_PEM = /-----BEGIN (CERTIFICATE REQUEST|NEW CERTIFICATE REQUEST)-----/;

/** Who asks is what the server knows of the request, not what the body says. */
function stampRequester(draft: Draft, context: StrategyContext): void {
  const { user } = context;
  const { username: _u, uid: _i, groups: _g, extra: _e, ...spec } = draft.spec ?? {};
  draft.spec = {
    ...spec,
    username: user.name,
    ...(user.uid === undefined || user.uid === '' ? {} : { uid: user.uid }),
    ...(user.groups.length === 0 ? {} : { groups: [...user.groups] }),
    ...(user.extra === undefined || Object.keys(user.extra).length === 0 ? {} : { extra: user.extra }),
  };
  draft.status = {};
}

const USAGES: readonly string[] = [
  'any',
  'cert sign',
  'client auth',
  'code signing',
  'content commitment',
  'crl sign',
  'data encipherment',
  'decipher only',
  'digital signature',
  'email protection',
  'encipher only',
  'ipsec end system',
  'ipsec tunnel',
  'ipsec user',
  'key agreement',
  'key encipherment',
  'microsoft sgc',
  'netscape sgc',
  'ocsp signing',
  's/mime',
  'server auth',
  'signing',
  'timestamping',
];

function validateSigner(name: string, errors: FieldErrors): void {
  const field = 'spec.signerName';
  const slash = name.indexOf('/');
  if (name === '') errors.required(field);
  else if (slash <= 0 || slash === name.length - 1) {
    errors.invalid(field, name, 'must be a fully qualified domain and path of the form "example.com/signer-name"');
  } else invalidEach(dns1123Subdomain(name.slice(0, slash)), field, name, errors);
}

function validate(object: KubeObject, errors: FieldErrors): void {
  const { request = '', usages = [], signerName = '', expirationSeconds } = object.spec ?? {};
  if (!REQUEST_PEM.test(Buffer.from(request, 'base64').toString('latin1'))) {
    errors.invalid('spec.request', request, 'PEM block type must be CERTIFICATE REQUEST');
  }
  if (usages.length === 0) errors.required('spec.usages');
  for (const [i, usage] of usages.entries()) {
    if (!USAGES.includes(usage)) errors.notSupported(`spec.usages[${i}]`, usage, USAGES);
  }
  for (const [i, usage] of usages.entries()) {
    if (usages.indexOf(usage) < i) errors.duplicate(`spec.usages[${i}]`, usage);
  }
  validateSigner(signerName, errors);
  if (expirationSeconds !== undefined && expirationSeconds < MIN_SECONDS) {
    errors.invalid(
      'spec.expirationSeconds',
      expirationSeconds,
      `may not specify a duration less than ${MIN_SECONDS} seconds (10 minutes)`,
    );
  }
}

interface Condition {
  type: string;
  status?: string;
  reason?: string;
  lastUpdateTime?: string | null;
  lastTransitionTime?: string | null;
}

function stampConditions(draft: Draft, old: KubeObject, context: StrategyContext): void {
  const now = rfc3339(context.clock.now());
  const before: readonly Condition[] = old.status?.conditions ?? [];
  for (const condition of (draft.status?.conditions ?? []) as Condition[]) {
    const known = before.find((other) => other.type === condition.type);
    condition.status ||= 'True';
    condition.lastUpdateTime ??= now;
    condition.lastTransitionTime ??= known?.status === condition.status ? (known?.lastTransitionTime ?? now) : now;
  }
}

const isDecision = (condition: Condition): boolean => DECISIONS.includes(condition.type);

/** `/status` is the signer's: certificate and Failed; decisions stay. */
function takeSigned(draft: Draft, old: KubeObject, context: StrategyContext): void {
  keepOld(draft, old, 'spec');
  const decided = (old.status?.conditions ?? []).filter(isDecision);
  const others = (draft.status?.conditions ?? []).filter((condition: Condition) => !isDecision(condition));
  const { conditions: _conditions, ...status } = draft.status ?? {};
  const conditions = [...decided, ...others].map((condition) => ({ ...condition }));
  draft.status = { ...status, ...(conditions.length === 0 ? {} : { conditions }) };
  stampConditions(draft, old, context);
}

/** `/approval` is the approver's: conditions only. */
function takeDecision(draft: Draft, old: KubeObject, context: StrategyContext): void {
  keepOld(draft, old, 'spec');
  const { certificate } = old.status ?? {};
  const conditions = (draft.status?.conditions ?? []).map((condition: Condition) => ({ ...condition }));
  draft.status = {
    ...(conditions.length === 0 ? {} : { conditions }),
    ...(certificate === undefined ? {} : { certificate }),
  };
  stampConditions(draft, old, context);
}

function validateDecision(object: KubeObject, old: KubeObject, errors: FieldErrors): void {
  const now: readonly Condition[] = object.status?.conditions ?? [];
  const types = new Set(now.map((condition) => condition.type));
  for (const { type } of (old.status?.conditions ?? []) as Condition[]) {
    if (!types.has(type)) errors.forbidden('status.conditions', `updates may not remove a condition of type "${type}"`);
  }
  if (types.has('Approved') && types.has('Denied')) {
    errors.invalid('status.conditions', now, 'Approved and Denied conditions are mutually exclusive');
  }
  for (const [i, condition] of now.entries()) {
    const field = `status.conditions[${i}]`;
    if (condition.type === '') errors.required(`${field}.type`);
    if (isDecision(condition) && condition.status !== 'True') {
      errors.notSupported(`${field}.status`, condition.status, ['True']);
    }
    if (now.findIndex((other) => other.type === condition.type) < i) errors.duplicate(`${field}.type`, condition.type);
  }
}

function conditionText(object: KubeObject): string {
  const types = new Set(((object.status?.conditions ?? []) as Condition[]).map((condition) => condition.type));
  const decision = types.has('Denied') ? 'Denied' : types.has('Approved') ? 'Approved' : 'Pending';
  const failed = types.has('Failed') ? ',Failed' : '';
  return `${decision}${failed}${(object.status?.certificate ?? '') === '' ? '' : ',Issued'}`;
}

export const certificateSigningRequest = defineKind({
  group: 'certificates.k8s.io',
  version: 'v1',
  kind: 'CertificateSigningRequest',
  plural: 'certificatesigningrequests',
  shortNames: ['csr'],
  namespaced: false,
  nameRule: 'path',
  create: { prepare: stampRequester, validate },
  update: {
    prepare(draft, old) {
      keepOld(draft, old, 'spec');
      keepOld(draft, old, 'status');
    },
  },
  status: { prepare: takeSigned, validate: validateDecision },
  subresources: {
    approval: {
      kind: 'CertificateSigningRequest',
      verbs: ['get', 'patch', 'update'],
      strategy: { prepare: takeDecision, validate: validateDecision },
    },
  },
  resetFields: {
    main: [['spec'], ['status']],
    approval: [['spec'], ['status', 'certificate']],
    status: [['spec'], ['status', 'conditions']],
  },
  selectableFields: { 'spec.signerName': (o) => o.spec?.signerName ?? '' },
  columns: [
    NAME,
    AGE,
    text('SignerName', (o) => o.spec?.signerName ?? '<none>'),
    text('Requestor', (o) => o.spec?.username ?? ''),
    text('RequestedDuration', ({ spec }) =>
      spec?.expirationSeconds === undefined ? '<none>' : humanDuration(spec.expirationSeconds * 1000),
    ),
    text('Condition', conditionText),
  ],
});
