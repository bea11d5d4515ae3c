/** Needs nothing but what others have read: agents are not asked again. */
import type { AgentFacts } from '../agents.ts';
import type { Surroundings } from '../check.ts';

export const probeAgents = async ({ exporterPage, hosts }: Surroundings): Promise<AgentFacts> => {
  const [page, all] = await Promise.all([exporterPage(), hosts()]);
  return { page, hosts: all };
};
