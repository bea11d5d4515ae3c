/** Whose URL it is, as far as a URL tells. */
import type { PowerAgent } from './agent.ts';

const defaultPorts: Readonly<Record<string, string>> = { 'http:': '80', 'https:': '443' };

/** The port of a URL, also where it is not written. */
export const portOf = (url: URL): string => (url.port === '' ? (defaultPorts[url.protocol] ?? '') : url.port);

/** The agent whose default port the URL has, else the one that is trusted most. */
export const agentAt = (url: URL, agents: readonly PowerAgent[]): PowerAgent | undefined =>
  agents.find(({ defaultPort }) => portOf(url) === String(defaultPort)) ?? agents[0];
