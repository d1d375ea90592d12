import type { Clock } from '../base/clock.ts';
import type { Client } from '../client/client.ts';
import { type Chain, explain, observe, parseSubject } from '../operations/why/index.ts';

/**
 * Looks at the cluster as it is now and says why `KIND/NAME` is as it is.
 * @throws RangeError for what is no subject or does not exist
 */
export async function explainSubject(client: Client, clock: Clock, text: string, namespace: string): Promise<Chain> {
  const subject = parseSubject(text, namespace);
  return explain(subject, await observe(client, subject), clock.now());
}
