/** The power agents that the exporter understands. */
import type { PowerAgent } from './agent.ts';
import { scaphandre } from './scaphandre.ts';

export const powerAgents = [scaphandre] as const satisfies readonly PowerAgent[];
