import { badRequest, StatusError } from '../status.ts';
import { rejected } from './json-patch.ts';

/** Failures of a strategic merge patch, with the codes upstream gives them (api.md 4.4). */
export function badPatchFormat(what: 'primitive list' | 'retainKeys' | 'setElementOrder list'): StatusError {
  return badRequest(`invalid patch format of ${what}`);
}

/** Lists of lists have no merge semantics. */
export function listsOfLists(): StatusError {
  return rejected();
}

/** Everything upstream has no code for: 500 without a reason. */
export function patchFailure(message: string): StatusError {
  return new StatusError(500, '', message);
}
