/** Where a host's power agent answers: the template of the configuration, or the host's own attribute. */

import { bracketHost, isHostName } from '../../lib/host-name.ts';
import { parseHttpUrl } from '../../lib/http/http-url.ts';
import type { Host } from '../../lib/one/host.ts';

/**
 * Fills `{hostname}` (the host's NAME, an IPv6 address in brackets) and `{id}` in; `undefined` when the result
 * is no http or https URL, or has a user or password that cannot be decoded.
 */
export const agentUrlOf = (
  host: Pick<Host, 'id' | 'name' | 'powerAgentUrl'>,
  template: string,
): URL | undefined => {
  const chosen = host.powerAgentUrl ?? template;
  if (chosen.includes('{hostname}') && !isHostName(host.name)) return undefined;
  const name = bracketHost(host.name);
  return parseHttpUrl(chosen.replaceAll('{hostname}', name).replaceAll('{id}', String(host.id)));
};
