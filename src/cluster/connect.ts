import type { Client } from '../client/client.ts';
import type { DataDirectory } from './data-directory.ts';

/** A client of the Perdure that runs on this directory, as its administrator. */
export async function connect(directory: DataDirectory): Promise<Client> {
  const [{ HttpClient }, { parseKubeconfig }] = await Promise.all([
    import('../client/http.ts'),
    import('../client/kubeconfig.ts'),
  ]);
  const text = directory.read('kubeconfig');
  if (text === null)
    throw new Error(`${directory.kubeconfig} is missing: "perdure down" and "perdure up" make it anew.`);
  return new HttpClient(await parseKubeconfig(text));
}
