/** The simulator and the exporter in front of it, for system tests. */

import type { TestContext } from 'node:test';
import { type SimulatedAgent, simulate } from '../../simulator/simulate.ts';
import { type ExporterProcess, startExporter } from './exporter.ts';
import { withFlags } from './flags.ts';

export const startSimulation = async (
  t: TestContext,
  flags: readonly string[] = [],
  agent: SimulatedAgent = 'scaphandre',
): Promise<ExporterProcess> => {
  const simulation = await simulate({
    hosts: 4,
    vms: 20,
    lifetimeSeconds: 600,
    migrationSeconds: 10,
    processes: 50,
    port: 0,
    agentsPort: 0,
    still: false,
    agent,
  });
  t.after(simulation.close);
  const exporter = await startExporter({
    endpoint: simulation.endpoint,
    credentials: 'oneadmin:opennebula',
    flags: withFlags([`--power.agent-url=${simulation.agentUrl}`, '--no-collector.server'], flags),
  });
  t.after(exporter.end);
  return exporter;
};
