/** Whose URL it is, as far as a URL tells. */
import type { PowerAgent } from './agent.ts';

const defaultPorts: Readonly<Record<string, string>> = { 'http:': '80', 'https:': '443' };

/** The port of a URL, also where it is not written. */
export const portOf = (url: URL): string => (url.port === '' ? (defaultPorts[url.protocol] ?? '') : url.port);

/** The agent whose default port the URL has, else the one that is most usual; also of a URL that makes no sense. */
export const agentAt = (url: URL | undefined, agents: readonly PowerAgent[]): PowerAgent | undefined => {
  const usual = agents.filter(({ sharesPort }) => sharesPort !== true);
  const atPort = usual.find(({ defaultPort }) => url !== undefined && portOf(url) === String(defaultPort));
  return atPort ?? usual[0];
};
