/** Reads the hosts of the cloud. */
import { hostPool } from '../one/host.ts';
import { takeUnique } from '../one/unique-objects.ts';
import { type DocumentCall, readDocument } from './read-pool.ts';
import type { XmlRpcClient } from './xml-rpc-client.ts';

/**
 * By id, each once. Fails with the client's errors.
 *
 * @param call what is wanted of each host, where that is more than `Host`
 */
export const readHostsAs = async <T extends { readonly id: number }>(
  client: XmlRpcClient,
  call: DocumentCall<T>,
): Promise<readonly T[]> =>
  [...takeUnique(await readDocument(client, call)).objects].sort((a, b) => a.id - b.id);

export const readHosts = (client: XmlRpcClient) => readHostsAs(client, hostPool);
