/** A simulated cloud with the exporter in front of it, for `oneext top`. */

import { writeFileSync } from 'node:fs';
import path from 'node:path';
import type { TestContext } from 'node:test';
import { simulate, simulatedCredentials } from '../../simulator/simulate.ts';
import { startExporter } from './exporter.ts';
import { withFlags } from './flags.ts';
import { type ProgramRun, runProgram } from './program.ts';
import { temporaryFolder } from './temporary.ts';

export interface TopLab {
  /** For a program that may ask OpenNebula too. */
  readonly environment: Readonly<Record<string, string>>;
  run(...argv: readonly string[]): Promise<ProgramRun>;
  /** Without credentials of OpenNebula. */
  runAlone(...argv: readonly string[]): Promise<ProgramRun>;
}

export const startTopLab = async (t: TestContext, flags: readonly string[] = []): Promise<TopLab> => {
  const simulation = await simulate({
    hosts: 4,
    vms: 20,
    lifetimeSeconds: 600,
    migrationSeconds: 10,
    processes: 20,
    port: 0,
    agentsPort: 0,
    still: true,
  });
  t.after(simulation.close);
  const exporter = await startExporter({
    endpoint: simulation.endpoint,
    credentials: simulatedCredentials,
    flags: withFlags([`--power.agent-url=${simulation.agentUrl}`, '--no-collector.server'], flags),
  });
  t.after(exporter.end);
  const folder = temporaryFolder(t);
  const authFile = path.join(folder, 'one_auth');
  writeFileSync(authFile, simulatedCredentials);
  const own = { ONEEXT_EXPORTER_URL: `${exporter.url}/metrics`, ONEEXT_CONFIG_FILE: '/dev/null' };
  const environment = { ...own, ONE_AUTH: authFile, ONE_XMLRPC: simulation.endpoint };
  const runWith = (env: Readonly<Record<string, string>>, argv: readonly string[]): Promise<ProgramRun> =>
    runProgram('dist/oneext', { argv: ['top', ...argv], env });
  return {
    environment,
    run: (...argv) => runWith(environment, argv),
    runAlone: (...argv) => runWith({ ...own, ONE_AUTH: path.join(folder, 'none') }, argv),
  };
};
