import { dns1123Subdomain } from '../../base/names.ts';
import type { FieldErrors } from '../../schema/field-errors.ts';
import type { Json } from '../shared/json.ts';

/** Where a webhook is: a URL, or a Service (KEP-492). */
export function validateClientConfig(config: Json, field: string, errors: FieldErrors): void {
  const { url, service } = config;
  if ((url === undefined) === (service === undefined)) {
    errors.required(field, 'exactly one of url or service is required');
  } else if (url !== undefined) validateUrl(url, `${field}.url`, errors);
  else validateService(service, `${field}.service`, errors);
}

function validateUrl(text: string, field: string, errors: FieldErrors): void {
  const refuse = (why: string): void => errors.invalid(field, text, why);
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    errors.required(field, 'url must be a valid URL; desired format: https://host[/path]');
    return;
  }
  const form = '; desired format: https://host[/path]';
  if (url.protocol !== 'https:') refuse(`'https' is the only allowed URL scheme${form}`);
  if (url.host === '') refuse(`host must be specified${form}`);
  if (url.username !== '') refuse('user information is not permitted in the URL');
  if (url.hash !== '') refuse('fragments are not permitted in the URL');
  if (url.search !== '') refuse('query parameters are not permitted in the URL');
}

function validateService(service: Json, field: string, errors: FieldErrors): void {
  if ((service.name ?? '') === '') errors.required(`${field}.name`, 'service name is required');
  if ((service.namespace ?? '') === '') errors.required(`${field}.namespace`, 'service namespace is required');
  const port: number = service.port ?? 443;
  if (port < 1 || port > 65535) {
    errors.invalid(`${field}.port`, port, 'port is not valid: must be between 1 and 65535, inclusive');
  }
  const path: string | undefined = service.path;
  if (path === undefined || path === '' || path === '/') return;
  if (!path.startsWith('/')) errors.invalid(`${field}.path`, path, "must start with a '/'");
  for (const [i, segment] of path.slice(1).replace(/\/$/, '').split('/').entries()) {
    if (segment === '') errors.invalid(`${field}.path`, path, `segment[${i}] may not be empty`);
    else {
      for (const message of dns1123Subdomain(segment))
        errors.invalid(`${field}.path`, path, `segment[${i}]: ${message}`);
    }
  }
}
