import { httpHeaderName } from '../../base/names.ts';
import type { FieldErrors } from '../../schema/field-errors.ts';
import { invalidEach, nonNegative, notOneOf, validatePort, validatePortOrName } from './checks.ts';
import type { Json } from './json.ts';

const HANDLERS = ['exec', 'httpGet', 'tcpSocket', 'grpc', 'sleep'] as const;

function validateHttpGet(http: Json, field: string, errors: FieldErrors): void {
  if ((http.path ?? '') === '') errors.required(`${field}.path`);
  validatePortOrName(http.port, `${field}.port`, errors);
  if (http.scheme !== 'HTTP' && http.scheme !== 'HTTPS') {
    notOneOf(`${field}.scheme`, http.scheme ?? '', ['HTTP', 'HTTPS'], errors);
  }
  for (const header of http.httpHeaders ?? []) {
    invalidEach(httpHeaderName(header.name ?? ''), `${field}.httpHeaders`, header.name, errors);
  }
}

function validateSleep(sleep: Json, grace: number, field: string, errors: FieldErrors): void {
  const seconds: number = sleep.seconds ?? 0;
  if (seconds < 0 || seconds > grace) {
    const rule = `must be non-negative and less than terminationGracePeriodSeconds (${grace})`;
    errors.invalid(field, seconds, rule);
  }
}

/** Exactly one handler; `grace` is the pod's termination grace period in seconds. */
function validateHandler(handler: Json, grace: number, field: string, errors: FieldErrors): void {
  let found = false;
  for (const type of HANDLERS) {
    const action = handler[type];
    if (action === undefined) continue;
    if (found) {
      errors.forbidden(`${field}.${type}`, 'may not specify more than 1 handler type');
      continue;
    }
    found = true;
    if (type === 'exec') {
      if ((action.command?.length ?? 0) === 0) errors.required(`${field}.exec.command`);
    } else if (type === 'httpGet') validateHttpGet(action, `${field}.httpGet`, errors);
    else if (type === 'tcpSocket') validatePortOrName(action.port, `${field}.tcpSocket.port`, errors);
    else if (type === 'grpc') validatePort(action.port ?? 0, `${field}.grpc.port`, errors);
    else validateSleep(action, grace, `${field}.sleep`, errors);
  }
  if (!found) errors.required(field, 'must specify a handler type');
}

function validateProbe(probe: Json, grace: number, field: string, errors: FieldErrors): void {
  validateHandler(probe, grace, field, errors);
  nonNegative(probe.initialDelaySeconds, `${field}.initialDelaySeconds`, errors);
  nonNegative(probe.timeoutSeconds, `${field}.timeoutSeconds`, errors);
  nonNegative(probe.periodSeconds, `${field}.periodSeconds`, errors);
  nonNegative(probe.successThreshold, `${field}.successThreshold`, errors);
  nonNegative(probe.failureThreshold, `${field}.failureThreshold`, errors);
  const own: number | undefined = probe.terminationGracePeriodSeconds;
  if (own !== undefined && own <= 0) {
    errors.invalid(`${field}.terminationGracePeriodSeconds`, own, 'must be greater than 0');
  }
}

/** The three probes of a container, in upstream's order. */
export function validateProbes(container: Json, grace: number, field: string, errors: FieldErrors): void {
  const { livenessProbe, readinessProbe, startupProbe } = container;
  if (livenessProbe !== undefined) {
    validateProbe(livenessProbe, grace, `${field}.livenessProbe`, errors);
    if (livenessProbe.successThreshold !== 1) {
      errors.invalid(`${field}.livenessProbe.successThreshold`, livenessProbe.successThreshold, 'must be 1');
    }
  }
  if (readinessProbe !== undefined) {
    validateProbe(readinessProbe, grace, `${field}.readinessProbe`, errors);
    const own = readinessProbe.terminationGracePeriodSeconds;
    if (own !== undefined) {
      const at = `${field}.readinessProbe.terminationGracePeriodSeconds`;
      errors.invalid(at, own, 'must not be set for readinessProbes');
    }
  }
  if (startupProbe !== undefined) {
    validateProbe(startupProbe, grace, `${field}.startupProbe`, errors);
    if (startupProbe.successThreshold !== 1) {
      errors.invalid(`${field}.startupProbe.successThreshold`, startupProbe.successThreshold, 'must be 1');
    }
  }
}

export function validateLifecycle(lifecycle: Json, grace: number, field: string, errors: FieldErrors): void {
  if (lifecycle.postStart !== undefined) validateHandler(lifecycle.postStart, grace, `${field}.postStart`, errors);
  if (lifecycle.preStop !== undefined) validateHandler(lifecycle.preStop, grace, `${field}.preStop`, errors);
}
