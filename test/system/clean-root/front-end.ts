/**
 * OpenNebula on a made front-end, as a program: a simulated cloud whose hooks can be registered. Prints its addresses
 * as one line of JSON, and runs until it is ended.
 */
import { simulate } from '../../../simulator/simulate.ts';
import { createHookRegistry } from '../../support/hook-registry.ts';

const simulation = await simulate({
  hosts: 2,
  vms: 4,
  processes: 10,
  lifetimeSeconds: 600,
  migrationSeconds: 10,
  port: 2633,
  agentsPort: 8080,
  still: true,
  answer: createHookRegistry().answer,
});
process.stdout.write(`${JSON.stringify({ endpoint: simulation.endpoint, agentUrl: simulation.agentUrl })}\n`);
process.once('SIGTERM', () => void simulation.close());
