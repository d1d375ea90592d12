import { celProblem } from '../../schema/cel-check.ts';
import type { FieldErrors } from '../../schema/field-errors.ts';
import type { Json } from '../shared/json.ts';

const REASONS = ['FieldValueRequired', 'FieldValueForbidden', 'FieldValueInvalid', 'FieldValueDuplicate'];
const SCALARS: Readonly<Record<string, string>> = { integer: 'int', number: 'double', boolean: 'bool', array: 'list' };

/** What `self` is in a rule at this node. */
function selfType(schema: Json): string {
  if (schema.type === 'string') return (schema.format ?? '') === '' ? 'string' : 'dyn';
  if (schema['x-kubernetes-int-or-string'] === true || schema.nullable === true) return 'dyn';
  return SCALARS[schema.type ?? ''] ?? 'dyn';
}

function validateTexts(rule: Json, field: string, errors: FieldErrors): void {
  const { rule: text = '', message = '', messageExpression = '', reason } = rule;
  if (text.trim() === '') errors.required(`${field}.rule`, 'rule is not specified');
  if (message !== '') {
    if (message.trim() === '') errors.invalid(`${field}.message`, message, 'must be non-empty if specified');
    else if (/[\r\n]/.test(message)) errors.invalid(`${field}.message`, message, 'must not contain line breaks');
  } else if (/[\r\n]/.test(text)) {
    errors.required(`${field}.message`, 'message must be specified if rule contains line breaks');
  }
  if (messageExpression !== '' && messageExpression.trim() === '') {
    errors.required(`${field}.messageExpression`, 'must be non-empty if specified');
  }
  if (reason !== undefined && !REASONS.includes(reason)) errors.notSupported(`${field}.reason`, reason, REASONS);
}

/** `x-kubernetes-validations` of one node. Expressions are compiled only when nothing else is wrong with the rules. */
export function validateRules(schema: Json, field: string, errors: FieldErrors): void {
  const rules: readonly Json[] = schema['x-kubernetes-validations'] ?? [];
  const before = errors.list.length;
  for (const [i, rule] of rules.entries()) validateTexts(rule, `${field}.x-kubernetes-validations[${i}]`, errors);
  if (errors.list.length > before) return;
  const type = selfType(schema);
  const variables = { self: type, oldSelf: type };
  for (const [i, { rule, messageExpression = '' }] of rules.entries()) {
    const at = `${field}.x-kubernetes-validations[${i}]`;
    const problem = celProblem(rule, variables, 'bool');
    if (problem !== null) errors.invalid(`${at}.rule`, rule, problem);
    if (messageExpression === '') continue;
    const trouble = celProblem(messageExpression, variables, 'string');
    if (trouble !== null) errors.invalid(`${at}.messageExpression`, messageExpression, `messageExpression ${trouble}`);
  }
}
