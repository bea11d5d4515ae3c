/** The simulator's entry: prints one line of JSON with its addresses, and runs until SIGTERM or SIGINT. */
import { parseArgs } from 'node:util';
import { type Simulation, simulate, simulatedAgents } from './simulate.ts';

const { values } = parseArgs({
  options: {
    hosts: { type: 'string', default: '3' },
    vms: { type: 'string', default: '12' },
    processes: { type: 'string', default: '60' },
    lifetime: { type: 'string', default: '300' },
    migration: { type: 'string', default: '10' },
    port: { type: 'string', default: '2633' },
    'agents-port': { type: 'string', default: '8080' },
    agent: { type: 'string', default: 'scaphandre' },
    still: { type: 'boolean', default: false },
    tokens: { type: 'boolean', default: false },
    gpus: { type: 'boolean', default: false },
    flapping: { type: 'boolean', default: false },
  },
});

const main = async (): Promise<void> => {
  const agent = simulatedAgents.find((name) => name === values.agent);
  if (agent === undefined)
    throw new Error(`--agent is ${values.agent} but must be one of ${simulatedAgents.join(', ')}`);
  const simulation: Simulation = await simulate({
    agent,
    hosts: Number(values.hosts),
    vms: Number(values.vms),
    processes: Number(values.processes),
    lifetimeSeconds: Number(values.lifetime),
    migrationSeconds: Number(values.migration),
    port: Number(values.port),
    agentsPort: Number(values['agents-port']),
    still: values.still === true,
    tokens: values.tokens === true,
    gpus: values.gpus === true,
    flapping: values.flapping === true,
  });
  process.stdout.write(
    `${JSON.stringify({ endpoint: simulation.endpoint, agentUrl: simulation.agentUrl })}\n`,
  );
  for (const signal of ['SIGTERM', 'SIGINT']) process.once(signal, () => void simulation.close());
};

await main();
