/** Where a host's power agents answer: the templates of the configuration, or the host's own attribute. */
import { bracketHost, isHostName } from '../../lib/host-name.ts';
import { parseHttpUrl } from '../../lib/http/http-url.ts';
import type { Host } from '../../lib/one/host.ts';

/**
 * `undefined` when the result is no http or https URL, or has a user or password that cannot be decoded.
 */
const fillTemplate = ({ id, name }: Pick<Host, 'id' | 'name'>, template: string): URL | undefined => {
  if (template.includes('{hostname}') && !isHostName(name)) return undefined;
  return parseHttpUrl(template.replaceAll('{hostname}', bracketHost(name)).replaceAll('{id}', String(id)));
};

export interface AgentUrls {
  /** Each once, in the order in which they were given. */
  readonly urls: readonly URL[];
  /** Templates that make no http or https URL for this host. */
  readonly unusable: readonly string[];
}

/**
 * Fills `{hostname}` (the host's NAME, an IPv6 address in brackets) and `{id}` into each template. POWER_AGENT_URL
 * of the host takes the place of all templates; white space separates several of them, as URLs may hold commas.
 */
export const agentUrlsOf = (
  host: Pick<Host, 'id' | 'name' | 'powerAgentUrl'>,
  templates: readonly string[],
): AgentUrls => {
  const chosen = host.powerAgentUrl?.split(/\s+/) ?? templates;
  const filled = chosen.map((template) => ({ template, url: fillTemplate(host, template) }));
  const urls = filled.flatMap(({ url }) => (url === undefined ? [] : [url]));
  return {
    urls: [...new Map(urls.map((url) => [url.href, url])).values()],
    unusable: filled.flatMap(({ template, url }) => (url === undefined ? [template] : [])),
  };
};
